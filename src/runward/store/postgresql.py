"""PostgreSQL: a pool of connections; a transaction that lost a race, or its connection, is run again."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from runward.store.database import CLOCKS_AGREE, StoreError, StoreUnavailable, Work

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
    # To plan a statement anew for each value costs as much as to execute it: ours are few, and no value asks for another plan.
    "plan_cache_mode": "force_generic_plan",
}


# How long our own clock is trusted to go as the server's does, which may also be set.
_ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """When, by ``_seconds``, the server told which time."""

    at: float
    told: datetime


class PostgresqlDatabase:
    """A database that many hosts share."""

    name = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 10, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock
        # What need not be durable has connections of its own: to say so in each transaction would cost a round trip.
        hasty = max(1, pool_size // 4)
        self._engine = _make_engine(url, max(1, pool_size - hasty), {})
        self._hasty = _make_engine(url, hasty, {"synchronous_commit": "off"})
        # A statement alone is a transaction by itself; two that read see what is committed, as they would within one.
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._hasty_single = self._hasty.execution_options(isolation_level="AUTOCOMMIT")
        self._asked = _Time(at=-math.inf, told=datetime.min.replace(tzinfo=UTC))

    async def open(self) -> None:
        """Connect once, to learn whether it can be."""
        await self.read(lambda connection: connection.execute(select(1)).scalar_one())

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()
        await self._hasty.dispose()

    async def transact(
        self,
        work: Work[T],
        *,
        durable: bool = True,
        long: bool = False,
        single: bool = False,
        then: Callable[[T], None] | None = None,
    ) -> T:
        """Run the work in one transaction and commit it; all of it is done elsewhere, so that ``long`` means nothing."""
        durably, hastily = (self._single, self._hasty_single) if single else (self._engine, self._hasty)
        result = await self._try(durably if durable else hastily, work, commits=single)
        if then is not None:
            then(result)
        return result

    async def read(self, work: Work[T]) -> T:
        """Run work that changes nothing."""
        return await self._try(self._single, work)

    def clock(self, connection: Connection) -> datetime:
        """Return the database server's time; it was asked a moment ago, and our own clock tells how long."""
        if self._clock is not None:
            return self._clock()
        before = _seconds()
        if before - self._asked.at < _ASK_AGAIN_SECONDS:
            return self._asked.told + timedelta(seconds=before - self._asked.at)
        told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        # An answer that was long on its way tells the time of then.
        if _seconds() - before < CLOCKS_AGREE.total_seconds() / 2:
            self._asked = _Time(at=before, told=told)
        return told

    @property
    def engine(self) -> AsyncEngine:
        """Return the engine, for migrations."""
        return self._engine

    async def _try(self, engine: AsyncEngine, work: Work[T], *, commits: bool = False) -> T:
        """Run the work, again where nothing can have come of it; ``commits`` tells that its statement may be committed."""
        for again in range(_TRIES - 1, -1, -1):
            committing = commits
            try:
                async with engine.begin() as connection:
                    result = await connection.run_sync(work)
                    committing = True
                return result
            except DBAPIError as error:
                # A connection that the server has ended since it was last used is met with at its next use.
                lost = error.connection_invalidated and not committing
                if again and (lost or _state(error) in _RACES):
                    await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311  (to part those who collided)
                    continue
                raise _told(error) from error
            except (OSError, PoolTimeout) as error:
                raise StoreUnavailable(f"the database cannot be reached: {_words(error)}; try again") from error
        raise AssertionError("the last try returns or raises")


def _make_engine(url: str, pool_size: int, settings: Mapping[str, str]) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,  # an error's text must not hold a program or a password's hash
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        pool_use_lifo=True,  # the one that knows our statements already
        connect_args={"server_settings": {**_SETTINGS, **settings}, "timeout": 10},
    )


def _seconds() -> float:
    # Goes on while the machine sleeps, and is set by nobody.
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _told(error: DBAPIError) -> StoreError:
    if isinstance(error, InterfaceError | OperationalError):
        return StoreUnavailable(f"the database cannot be reached: {_words(error)}; try again")
    if error.connection_invalidated or _state(error)[:2] in _UNAVAILABLE or _state(error) == _BUSY:
        return StoreUnavailable(f"the database cannot be used: {_words(error)}; try again")
    return StoreError(f"the database refused: {_words(error)}")


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _words(error: Any) -> str:
    # The driver's own words; SQLAlchemy's would hold the statement and its parameters, which may be a program.
    return str(getattr(error, "orig", error) or type(error).__name__).splitlines()[0]
