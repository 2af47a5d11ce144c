"""SQLite: one thread writes, for all who wait at once in one commit; who reads does so beside it (WAL)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from runward.store.database import StoreError, StoreUnavailable, Work

T = TypeVar("T")

# How long another process may hold the write lock before we give up.
BUSY_SECONDS = 30.0
_MOST_IN_A_COMMIT = 256


@dataclass(slots=True)
class _Order:
    work: Work[Any]
    durable: bool
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class SqliteDatabase:
    """A database in one file.

    The driver is the standard library's, in a thread of our own: through aiosqlite each statement would cross threads, here
    each transaction does, and those that wait share one commit and its fsync.
    """

    name = "sqlite"

    def __init__(self, path: Path, *, clock: Callable[[], datetime] | None = None) -> None:
        self._path = path
        self._clock = clock or (lambda: datetime.now(UTC))
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._engine: Engine | None = None
        self._writer: threading.Thread | None = None

    async def open(self) -> None:
        """Open the file, making it where there is none."""
        await asyncio.to_thread(self._open)

    async def close(self) -> None:
        """Commit what waits, and close the file."""
        writer, self._writer = self._writer, None
        if writer is not None:
            self._orders.put(None)
            await asyncio.to_thread(writer.join)
        if self._engine is not None:
            self._engine.dispose()

    async def transact(self, work: Work[T], *, durable: bool = True) -> T:
        """Run the work in one transaction and commit it."""
        if self._writer is None:
            raise StoreUnavailable("the database is closed")
        loop = asyncio.get_running_loop()
        order = _Order(work=work, durable=durable, done=loop.create_future(), loop=loop)
        self._orders.put(order)
        result: T = await order.done
        return result

    async def read(self, work: Work[T]) -> T:
        """Run work that changes nothing, in place: what we read by key is there sooner than a thread would be woken."""
        if self._writer is None:
            raise StoreUnavailable("the database is closed")
        with telling(), self.engine.connect().execution_options(runward_reads=True) as connection:
            return work(connection)

    def clock(self, connection: Connection) -> datetime:
        """Return this host's time: everyone who shares the file is on it."""
        return self._clock()

    @property
    def engine(self) -> Engine:
        """Return the engine, for migrations."""
        assert self._engine is not None, "open comes first"
        return self._engine

    def _open(self) -> None:
        self._make_file()
        engine = create_engine(
            f"sqlite+pysqlite:///{self._path}",
            hide_parameters=True,  # an error's text must not hold a program or a password's hash
            poolclass=QueuePool,
            pool_size=2,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        with telling():
            engine.connect().close()
        self._engine = engine
        self._writer = threading.Thread(target=self._write_all, name="runward-write", daemon=True)
        self._writer.start()

    def _make_file(self) -> None:
        # For its owner alone, it holds password hashes; the files that SQLite puts beside it get the same mode.
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreUnavailable(f"the database {self._path} cannot be opened: {error.strerror}") from error

    def _write_all(self) -> None:
        while (first := self._orders.get()) is not None:
            orders = [first]
            closing = False
            with contextlib.suppress(Empty):
                while len(orders) < _MOST_IN_A_COMMIT and not closing:
                    order = self._orders.get_nowait()
                    if order is None:
                        closing = True
                    else:
                        orders.append(order)
            self._write(orders)
            if closing:
                return

    def _write(self, orders: list[_Order]) -> None:
        try:
            with telling(), self.engine.connect() as connection:
                durable = any(order.durable for order in orders)
                connection.connection.cursor().execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                with connection.begin():
                    for order in orders:
                        _carry_out(order, connection)
        except BaseException as error:  # noqa: BLE001  (whoever waits must learn of it; nothing of the batch was kept)
            for order in orders:
                order.error = order.error or error
        _tell(orders)


def _carry_out(order: _Order, connection: Connection) -> None:
    try:
        with connection.begin_nested():
            order.result = order.work(connection)
    except OperationalError as error:
        if not _is_mistake(error):
            raise  # the disk is full, or the file is gone: it concerns them all
        order.error = _told(error)
    except DBAPIError as error:
        order.error = _told(error)
    except Exception as error:  # noqa: BLE001  (its own; the others' work stands)
        order.error = error


def _tell(orders: list[_Order]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Order]] = {}
    for order in orders:
        by_loop.setdefault(order.loop, []).append(order)
    for loop, theirs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(orders: list[_Order]) -> None:
    for order in orders:
        if order.done.done():
            continue  # its caller was cancelled
        if order.error is not None:
            order.done.set_exception(order.error)
        else:
            order.done.set_result(order.result)


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except DBAPIError as error:
        raise _told(error) from error


def _told(error: DBAPIError) -> StoreError:
    if isinstance(error, OperationalError) and not _is_mistake(error):
        return StoreUnavailable(f"the database cannot be used: {error.orig}; try again")
    return StoreError(f"the database refused: {error.orig}")


def _is_mistake(error: DBAPIError) -> bool:
    # The statement is wrong, and would be tomorrow; other codes tell of the file, its disk, or who holds its lock.
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by us: the driver would begin a deferred one, which can fail to become a writer later.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("runward_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
