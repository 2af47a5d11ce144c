"""Workers as they come, are seen, and go; what they hold, the executions' rows tell."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from runward.store.tables import workers
from runward.store.upsert import insert_into

# Who has not been seen for so long is taken for dead, and its row is removed by whoever comes next.
BEAT = timedelta(seconds=10)
SILENCE = 3 * BEAT


def note_worker(connection: Connection, name: str, *, slots: int, now: datetime) -> None:
    """Note that the worker is there; forget those that have long been silent."""
    statement = insert_into(connection.dialect.name, workers)
    told = {"slots": slots, "seen_at": now}
    connection.execute(
        statement.values(name=name, **told).on_conflict_do_update(index_elements=[workers.c.name], set_=told)
    )
    connection.execute(delete(workers).where(workers.c.seen_at < now - SILENCE))


def forget_worker(connection: Connection, name: str) -> None:
    """Note that the worker has left."""
    connection.execute(delete(workers).where(workers.c.name == name))


def count_workers(connection: Connection, *, now: datetime) -> int:
    """Return how many workers are there."""
    query = select(func.count()).where(workers.c.seen_at >= now - SILENCE)
    return connection.execute(query).scalar_one()
