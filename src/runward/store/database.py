"""The database as the rest of the project sees it: work in, a result out, committed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from runward.domain.errors import RunwardError

T = TypeVar("T")
Work = Callable[[Connection], T]
# By how much what two processes hold for the database's time differs at most.
CLOCKS_AGREE = timedelta(milliseconds=10)


class StoreError(RunwardError):
    """The database failed; nothing of the work was kept, and the same call may succeed later."""

    code = "store_error"


class StoreUnavailable(StoreError):
    """The database cannot be reached, is busy beyond patience, or its disk is full; nothing of the work was kept."""

    code = "store_unavailable"


class Database(Protocol):
    """Runs work, which is a plain function over a connection; where it runs again, its first try was rolled back."""

    @property
    def name(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""

    async def open(self) -> None:
        """Connect; raise StoreError where that cannot be."""

    async def close(self) -> None:
        """Finish what was begun, and disconnect."""

    async def transact(
        self,
        work: Work[T],
        *,
        durable: bool = True,
        long: bool = False,
        single: bool = False,
        then: Callable[[T], None] | None = None,
    ) -> T:
        """Run the work in one transaction and commit it; roll it back where it raises.

        What is not ``durable`` survives the end of every process, but perhaps not that of the machine.  ``long`` work takes
        more than milliseconds; on SQLite a thread does it.  ``single`` work executes one statement on PostgreSQL, which is a
        transaction by itself: that spares the round trips that begin one and commit it.  ``then`` is called as soon as it is
        committed, a little before it is durable, for what may begin by then, but not be told; what that raises, this raises,
        though the work is committed.
        """

    async def read(self, work: Work[T]) -> T:
        """Run work that changes nothing, on what is committed."""

    def clock(self, connection: Connection) -> datetime:
        """Return the time by which leases are judged: one clock for all who share the database, to ``CLOCKS_AGREE``."""
