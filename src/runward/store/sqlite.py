"""SQLite: what waits is written at once in one commit, by the event loop itself; a thread waits for the disk.

A transaction takes a tenth of a millisecond, less than to wake a thread for it.  What takes long is done aside: the fsync
(those who wait share it), moving the log into the file, and waiting for another process that writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from runward.store.database import StoreError, StoreUnavailable, Work

T = TypeVar("T")

_log = structlog.get_logger("runward.store")
# How long another process may hold the write lock before we give up.
BUSY_SECONDS = 30.0
_MOST_IN_A_COMMIT = 256
# How large the log grows (SQLite's own default is about that), and what of it is kept to be written over.
_LOG_BYTES, _LOG_KEPT_BYTES = 4 * 1024 * 1024, 3 * 1024 * 1024
# After so many commits without a sync whoever comes next waits for one, though what is written need not be durable:
# nothing else looks at how large the log is, and it would grow with what the disk is behind.
_MOST_UNSYNCED_COMMITS = 128
# SQLAlchemy begins no transaction on these connections: we do.
_OURS = "runward_ours"


class _Locked(Exception):
    """Another process writes."""


@dataclass(slots=True)
class _Order:
    work: Work[Any]
    durable: bool
    long: bool
    then: Callable[[Any], None] | None
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class SqliteDatabase:
    """A database in one file, used by the event loop that opens it.

    ``sync`` makes durable what the given file, the log, holds.
    """

    name = "sqlite"

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] | None = None,
        sync: Callable[[int], None] = os.fdatasync,
    ) -> None:
        self._path = path
        self._clock = clock or (lambda: datetime.now(UTC))
        self._sync_file = sync
        self._engine: Engine | None = None
        self._writes: Connection | None = None
        self._reads: Connection | None = None
        self._log_fd = -1
        # Of one thread each: what is written aside waits for a checkpoint, a sync for neither.
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="runward-store")
        self._syncs = ThreadPoolExecutor(max_workers=1, thread_name_prefix="runward-sync")
        self._waiting: list[_Order] = []
        self._unsynced: list[_Order] = []
        self._unsynced_commits = 0
        self._writing = self._syncing = self._checkpointing = self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self) -> None:
        """Open the file, making it where there is none."""
        await asyncio.to_thread(self._open)

    async def close(self) -> None:
        """Commit what waits, and close the file."""
        self._closing = True
        await self._idle.wait()
        await asyncio.to_thread(self._close)

    async def transact(
        self,
        work: Work[T],
        *,
        durable: bool = True,
        long: bool = False,
        single: bool = False,
        then: Callable[[T], None] | None = None,
    ) -> T:
        """Run the work in one transaction and commit it; there are no round trips, so that ``single`` means nothing."""
        if self._writes is None or self._closing:
            raise StoreUnavailable("the database is closed")
        loop = asyncio.get_running_loop()
        order = _Order(work=work, durable=durable, long=long, then=then, done=loop.create_future())
        self._waiting.append(order)
        self._idle.clear()
        if not self._writing:
            self._writing = True
            loop.call_soon(self._write_waiting)  # with all that are ordered until then
        result: T = await order.done
        return result

    async def read(self, work: Work[T]) -> T:
        """Run work that changes nothing."""
        if self._reads is None or self._closing:
            raise StoreUnavailable("the database is closed")
        with telling(), _transaction(self._reads, "BEGIN"):
            return work(self._reads)

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
            pool_size=3,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        with telling():
            self._writes, self._reads = (engine.connect().execution_options(**{_OURS: True}) for _ in range(2))
        self._engine = engine

    def _close(self) -> None:
        for pool in (self._aside, self._syncs):
            pool.shutdown()
        for connection in (self._writes, self._reads):
            if connection is not None:
                connection.close()
        self._writes = self._reads = None
        if self._engine is not None:
            self._engine.dispose()
        if self._log_fd >= 0:
            os.close(self._log_fd)
            self._log_fd = -1

    def _make_file(self) -> None:
        # For its owner alone, it holds password hashes; the files that SQLite puts beside it get the same mode.
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreUnavailable(f"the database {self._path} cannot be opened: {error.strerror}") from error

    def _write_waiting(self) -> None:
        orders, self._waiting = self._waiting[:_MOST_IN_A_COMMIT], self._waiting[_MOST_IN_A_COMMIT:]
        if not any(order.long for order in orders):
            with contextlib.suppress(_Locked):
                self._write(orders)
                self._written(orders)
                return
        aside = asyncio.get_running_loop().run_in_executor(self._aside, partial(self._write, orders, patient=True))
        aside.add_done_callback(lambda _: self._written(orders))

    def _write(self, orders: list[_Order], *, patient: bool = False) -> None:
        """Carry them out in one commit; _Locked where another process writes and we are not to wait."""
        assert self._writes is not None
        try:
            dbapi = _dbapi(self._writes)
            dbapi.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000) if patient else 0}")
            with telling(), _transaction(self._writes, "BEGIN IMMEDIATE"):
                if len(orders) == 1:
                    orders[0].result = orders[0].work(self._writes)
                else:
                    for order in orders:
                        _carry_out(order, self._writes, dbapi)
        except _Locked as error:
            if not patient:
                raise
            _fail(orders, StoreUnavailable(f"the database is busy: another process writes all the time ({error})"))
        except BaseException as error:  # noqa: BLE001  (whoever waits must learn of it; nothing of the batch was kept)
            _fail(orders, error)

    def _written(self, orders: list[_Order]) -> None:
        self._unsynced_commits += 1
        held = self._unsynced_commits > _MOST_UNSYNCED_COMMITS
        for order in orders:
            _go_on(order)
            if order.error is None and (order.durable or held):
                self._unsynced.append(order)
            else:
                _resolve(order)
        self._sync_soon()
        self._writing = bool(self._waiting)
        if self._writing:
            asyncio.get_running_loop().call_soon(self._write_waiting)
        self._rest()

    def _sync_soon(self) -> None:
        # Who is merely held waits for a checkpoint too: with its end the log is used anew.
        if self._syncing or not any(order.durable or not self._checkpointing for order in self._unsynced):
            return
        self._syncing, self._unsynced_commits = True, 0
        orders, self._unsynced = self._unsynced, []
        synced = asyncio.get_running_loop().run_in_executor(self._syncs, self._sync)
        synced.add_done_callback(lambda done: self._synced(orders, done))

    def _sync(self) -> int:
        """Make the log durable, or what of it was moved into the file since: that is synced before the log is used anew."""
        if self._log_fd < 0:
            self._log_fd = os.open(f"{self._path}-wal", os.O_RDWR | os.O_CLOEXEC)
        self._sync_file(self._log_fd)
        return os.fstat(self._log_fd).st_size

    def _synced(self, orders: list[_Order], done: asyncio.Future[int]) -> None:
        self._syncing = False
        failed = done.exception()
        for order in orders:
            if failed is not None and order.durable:
                order.error = StoreUnavailable(f"the database's disk fails, what was written may be lost: {failed}")
            _resolve(order)
        if failed is None and done.result() > _LOG_BYTES and not self._checkpointing:
            self._checkpointing = True
            checkpoint = asyncio.get_running_loop().run_in_executor(self._aside, self._checkpoint)
            checkpoint.add_done_callback(self._checkpointed)
        self._sync_soon()
        self._rest()

    def _checkpointed(self, _done: asyncio.Future[None]) -> None:
        self._checkpointing = False
        self._sync_soon()
        self._rest()

    def _rest(self) -> None:
        if not (self._writing or self._syncing or self._checkpointing):
            self._idle.set()

    def _checkpoint(self) -> None:
        """Move the log into the file, most of it beside who writes; then its place is used anew."""
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
                for mode in ("PASSIVE", "RESTART"):
                    connection.execute(f"PRAGMA wal_checkpoint({mode})")
        except sqlite3.Error as error:
            _log.warning("checkpoint_failed", detail=str(error))  # the log grows; the next sync tries again


@contextlib.contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[None]:
    dbapi = _dbapi(connection)
    try:
        dbapi.execute(begin)
    except sqlite3.OperationalError as error:
        # The low byte is the code, above it is what more there is to tell.
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise _Locked(str(error)) from error
        raise
    try:
        yield
        dbapi.execute("COMMIT")
    except BaseException:
        if dbapi.in_transaction:
            dbapi.execute("ROLLBACK")
        raise


def _carry_out(order: _Order, connection: Connection, dbapi: sqlite3.Connection) -> None:
    """Carry out one of several: its failure is its own, unless it tells of what concerns them all."""
    dbapi.execute("SAVEPOINT one")
    try:
        order.result = order.work(connection)
    except Exception as error:
        if isinstance(error, OperationalError) and not _is_mistake(error):
            raise  # the disk is full, or the file is gone
        order.error = _told(error) if isinstance(error, DBAPIError) else error
        dbapi.execute("ROLLBACK TO one")
    dbapi.execute("RELEASE one")


def _go_on(order: _Order) -> None:
    if order.error is not None or order.then is None:
        return
    try:
        order.then(order.result)
    except Exception as error:  # noqa: BLE001  (it is its caller's, and must not stop who writes)
        order.error = error


def _fail(orders: list[_Order], error: BaseException) -> None:
    for order in orders:
        order.error = order.error or error


def _resolve(order: _Order) -> None:
    if order.done.done():
        return  # its caller was cancelled
    if order.error is not None:
        order.done.set_exception(order.error)
    else:
        order.done.set_result(order.result)


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise _told(error) from error


def _told(error: DBAPIError | sqlite3.Error) -> StoreError:
    own = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(own, sqlite3.OperationalError) and not _is_mistake(error):
        return StoreUnavailable(f"the database cannot be used: {own}; try again")
    return StoreError(f"the database refused: {own}")


def _is_mistake(error: DBAPIError | sqlite3.Error) -> bool:
    # The statement is wrong, and would be tomorrow; other codes tell of the file, its disk, or who holds its lock.
    own = error.orig if isinstance(error, DBAPIError) else error
    return getattr(own, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _dbapi(connection: Connection) -> sqlite3.Connection:
    dbapi: Any = connection.connection.dbapi_connection
    assert isinstance(dbapi, sqlite3.Connection)
    return dbapi


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by us: the driver would begin a deferred one, which can fail to become a writer later.
    connection.isolation_level = None
    # Syncs and checkpoints are ours, too, but for those that keep the file whole.
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "wal_autocheckpoint = 0",
        f"journal_size_limit = {_LOG_KEPT_BYTES}",
        "foreign_keys = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_OURS, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
