"""Usage: what each owner's executions took, day by day (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Connection, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from runward.store.tables import usage
from runward.store.upsert import insert_into

# Who has no account, and what was run without a key.
_NOBODY = UUID(int=0)
_Insert = postgresql.Insert | sqlite.Insert


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyUsage:
    """What one owner's executions took on one day; of memory, the most that any of them had."""

    owner_id: UUID | None
    key_id: UUID | None
    day: date
    executions: int
    cpu_seconds: float
    wall_seconds: float
    memory_peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What an execution took; ``key`` is what it was queued under, ``key:ID`` where an API key was used."""

    owner_id: UUID | None
    key: str
    cpu_seconds: float
    wall_seconds: float
    memory_peak_bytes: int

    def values(self, now: datetime) -> dict[str, Any]:
        """Return the row that is added to the one of its owner's day."""
        return {
            "owner_id": self.owner_id or _NOBODY,
            "key_id": _key_id(self.key) or _NOBODY,
            "day": now.date(),
            "executions": 1,
            "cpu_seconds": self.cpu_seconds,
            "wall_seconds": self.wall_seconds,
            "memory_peak_bytes": self.memory_peak_bytes,
        }


def charge_usage(connection: Connection, charge: Charge, *, now: datetime) -> None:
    """Add an execution to its owner's day.

    Call it last in a transaction: all that end at once for the same owner wait here for each other.
    """
    connection.execute(_adding(connection.dialect.name), charge.values(now))


def cpu_seconds_used_today(
    connection: Connection, *, owner_id: UUID | None, key_id: UUID | None = None, now: datetime
) -> float:
    """Return the CPU time that was charged today (UTC): with this key, where one is given, else to the owner."""
    query = select(func.coalesce(func.sum(usage.c.cpu_seconds), 0.0)).where(usage.c.day == now.date())
    if key_id is None:
        query = query.where(usage.c.owner_id == (owner_id or _NOBODY))
    else:
        query = query.where(usage.c.key_id == key_id)
    return float(connection.execute(query).scalar_one())


def list_usage(
    connection: Connection, *, first: date, last: date, owner_id: UUID | None = None, limit: int, offset: int = 0
) -> list[DailyUsage]:
    """Return a page of usage, the latest day first, of one owner or of all."""
    query = select(usage).where(usage.c.day >= first, usage.c.day <= last)
    if owner_id is not None:
        query = query.where(usage.c.owner_id == owner_id)
    order = (usage.c.day.desc(), usage.c.owner_id, usage.c.key_id)
    return [
        DailyUsage(
            owner_id=None if row.owner_id == _NOBODY else row.owner_id,
            key_id=None if row.key_id == _NOBODY else row.key_id,
            day=row.day,
            executions=row.executions,
            cpu_seconds=row.cpu_seconds,
            wall_seconds=row.wall_seconds,
            memory_peak_bytes=row.memory_peak_bytes,
        )
        for row in connection.execute(query.order_by(*order).limit(limit).offset(offset))
    ]


def _key_id(key: str) -> UUID | None:
    kind, _, id_ = key.partition(":")
    return UUID(id_) if kind == "key" else None


def charge_where(ended: CTE) -> _Insert:
    """Return PostgreSQL's statement that adds to a day, once for each row of ``ended``.

    It is given what ``Charge.values`` tells, each as ``charged_NAME``.
    """
    values = [bindparam(f"charged_{column.name}", type_=column.type) for column in usage.c]
    return _to_day(postgresql.insert(usage).from_select(list(usage.c), select(*values).select_from(ended)))


@lru_cache
def _adding(dialect: str) -> _Insert:
    """Return the statement that adds to a day, put together once: to build it costs more than to execute it."""
    return _to_day(insert_into(dialect, usage))


def _to_day(statement: _Insert) -> _Insert:
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[usage.c.owner_id, usage.c.key_id, usage.c.day],
        set_={
            "executions": usage.c.executions + new.executions,
            "cpu_seconds": usage.c.cpu_seconds + new.cpu_seconds,
            "wall_seconds": usage.c.wall_seconds + new.wall_seconds,
            "memory_peak_bytes": case(
                (usage.c.memory_peak_bytes > new.memory_peak_bytes, usage.c.memory_peak_bytes),
                else_=new.memory_peak_bytes,
            ),
        },
    )
