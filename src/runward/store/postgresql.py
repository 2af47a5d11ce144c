"""PostgreSQL: a pool of connections; a transaction that lost a race, or its connection, is run again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from runward.store.database import StoreError, StoreUnavailable, Work

T = TypeVar("T")

_TRIES = 4
# serialization_failure, deadlock_detected
_RACES = {"40001", "40P01"}
# Of SQLSTATE, the first two characters: the connection, the server's resources (a full disk too), an operator's
# intervention (it stops, or starts and is not ready), its files.
_UNAVAILABLE = {"08", "53", "57", "58"}
# And lock_not_available: somebody holds what we want for longer than we wait.
_BUSY = "55P03"
_SETTINGS = {
    "application_name": "runward",
    # A process that is paused in a transaction must not hold its locks against all others.
    "idle_in_transaction_session_timeout": "5000",
    "statement_timeout": "30000",
    "timezone": "UTC",
}


class PostgresqlDatabase:
    """A database that many hosts share."""

    name = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 10, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock
        self._engine: AsyncEngine = create_async_engine(
            url,
            hide_parameters=True,  # an error's text must not hold a program or a password's hash
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            pool_pre_ping=True,
            connect_args={"server_settings": _SETTINGS, "timeout": 10},
        )

    async def open(self) -> None:
        """Connect once, to learn whether it can be."""
        await self.read(lambda connection: connection.execute(select(1)).scalar_one())

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()

    async def transact(
        self, work: Work[T], *, durable: bool = True, long: bool = False, then: Callable[[T], None] | None = None
    ) -> T:
        """Run the work in one transaction and commit it; all of it is done elsewhere, so that ``long`` means nothing."""

        def run(connection: Connection) -> T:
            if not durable:
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            return work(connection)

        result = await self._try(run)
        if then is not None:
            then(result)
        return result

    async def read(self, work: Work[T]) -> T:
        """Run work that changes nothing."""
        return await self._try(work)

    def clock(self, connection: Connection) -> datetime:
        """Return the database server's time."""
        return self._clock() if self._clock else connection.execute(select(func.clock_timestamp())).scalar_one()

    @property
    def engine(self) -> AsyncEngine:
        """Return the engine, for migrations."""
        return self._engine

    async def _try(self, work: Work[T]) -> T:
        for again in range(_TRIES - 1, -1, -1):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(work)
            except (OSError, PoolTimeout, InterfaceError, OperationalError) as error:
                raise StoreUnavailable(f"the database cannot be reached: {_words(error)}; try again") from error
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None) or ""
                if state in _RACES and again:
                    await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311  (to part those who collided)
                    continue
                if error.connection_invalidated or state[:2] in _UNAVAILABLE or state == _BUSY:
                    raise StoreUnavailable(f"the database cannot be used: {_words(error)}; try again") from error
                raise StoreError(f"the database refused: {_words(error)}") from error
        raise AssertionError("the last try returns or raises")


def _words(error: Any) -> str:
    # The driver's own words; SQLAlchemy's would hold the statement and its parameters, which may be a program.
    return str(getattr(error, "orig", error) or type(error).__name__).splitlines()[0]
