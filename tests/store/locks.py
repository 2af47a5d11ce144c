"""Transactions that wait for one another on PostgreSQL."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from runward.store import Database

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def until_it_waits(database: Database, transaction: asyncio.Task[object]) -> None:
    """Return once some transaction of this database waits for a lock, or that one is done without having to."""
    waiting = text(_WAITING)
    while not transaction.done():
        if await database.read(lambda c: c.execute(waiting).scalar_one()):
            return
        await asyncio.sleep(0.01)
