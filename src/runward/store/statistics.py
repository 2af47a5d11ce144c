"""Statistics of executions: of those that are there, and of those that were archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    Subquery,
    Uuid,
    case,
    func,
    literal,
    select,
    true,
)

from runward.domain.ids import first_id_at
from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.store.tables import execution_statistics as archive
from runward.store.tables import executions
from runward.store.upsert import insert_into

TERMINAL = [status for status in ExecutionStatus if status.is_terminal]

_NOBODY = UUID(int=0)
_A_DAY = timedelta(days=1)
# The columns of the key, then those that are added up, then those of which the greatest counts.
_KEY = ("day", "language", "status", "outcome", "owner_id")
_BUCKETS_MS = {"up_to_10_ms": 10, "up_to_100_ms": 100, "up_to_1_s": 1_000, "up_to_10_s": 10_000}
_SUMS = ("count", "execution_time_ms_total", "cpu_time_ms_total", *_BUCKETS_MS, "over_10_s")
_MAXIMA = ("execution_time_ms_max", "cpu_time_ms_max", "memory_peak_bytes_max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """What is known of the executions of one day, language, ending and owner; ``durations`` counts them by their time."""

    day: date
    language: str
    status: ExecutionStatus
    outcome: Outcome | None
    owner_id: UUID | None
    count: int
    execution_time_ms_total: float
    execution_time_ms_max: float
    cpu_time_ms_total: float
    cpu_time_ms_max: float
    memory_peak_bytes_max: int
    durations: dict[str, int]


def list_statistics(
    connection: Connection, *, since: date, until: date, owner_id: UUID | None = None
) -> list[Statistic]:
    """Return the statistics of the days, the last included; of all owners, or of one."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for query in (_of_archive(), _of_executions(since, until)):
        figures = query.subquery()
        within = select(figures).where(figures.c.day >= since, figures.c.day <= until)
        if owner_id is not None:
            within = within.where(figures.c.owner_id == owner_id)
        for row in connection.execute(within):
            _add(rows, row)
    return [_statistic(rows[key]) for key in sorted(rows)]


def add_statistics(connection: Connection, ids: Sequence[UUID]) -> None:
    """Add executions, which are removed in the same transaction, to what is known of those that are gone."""
    # SQLite needs a WHERE there, to tell ON CONFLICT from the ON of a join.
    figures = _figures(executions.c.id.in_(ids)).where(true())
    statement = insert_into(connection.dialect.name, archive).from_select([*_KEY, *_SUMS, *_MAXIMA], figures)
    new = statement.excluded
    sums = {name: archive.c[name] + new[name] for name in _SUMS}
    maxima = {name: case((new[name] > archive.c[name], new[name]), else_=archive.c[name]) for name in _MAXIMA}
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=sums | maxima))


def _of_archive() -> Select[Any]:
    return select(*(archive.c[name] for name in (*_KEY, *_SUMS, *_MAXIMA)))


def _of_executions(since: date, until: date) -> Select[Any]:
    # By id, which has an index, with a day to spare: the id is made a little before the row.
    first = datetime.combine(since, time(), UTC) - _A_DAY
    last = datetime.combine(until, time(), UTC) + 2 * _A_DAY
    return _figures(
        executions.c.id >= first_id_at(first),
        executions.c.id < first_id_at(last),
        executions.c.status.in_(TERMINAL),
    )


def _figures(*which: ColumnElement[bool]) -> Select[Any]:
    ended = _ended(*which)
    taken, cpu, memory = ended.c.taken, ended.c.cpu, ended.c.memory
    bounds = [0, *_BUCKETS_MS.values()]
    buckets = [
        func.sum(case(((taken <= upper) & ((taken > lower) | (lower == 0)), 1), else_=0))
        for lower, upper in pairwise(bounds)
    ]
    over = func.sum(case((taken > bounds[-1], 1), else_=0))
    sums = [func.count(), func.sum(taken), func.sum(cpu), *buckets, over]
    maxima = [func.max(taken), func.max(cpu), func.max(memory)]
    figures = [column.label(name) for name, column in zip((*_SUMS, *_MAXIMA), [*sums, *maxima], strict=True)]
    key = [ended.c[name] for name in _KEY]
    return select(*key, *figures).group_by(*key)


def _ended(*which: ColumnElement[bool]) -> Subquery:
    # A query of its own: PostgreSQL cannot group by an expression that has a parameter in it.
    return (
        select(
            func.date(executions.c.queued_at, type_=Date).label("day"),
            executions.c.language,
            executions.c.status,
            func.coalesce(executions.c.outcome, "").label("outcome"),
            func.coalesce(executions.c.owner_id, literal(_NOBODY, Uuid)).label("owner_id"),
            _unless_cached(executions.c.execution_time_ms).label("taken"),
            _unless_cached(executions.c.cpu_time_ms).label("cpu"),
            func.coalesce(executions.c.memory_peak_bytes, 0).label("memory"),
        )
        .where(*which)
        .subquery()
    )


def _unless_cached(time: Column[float]) -> ColumnElement[float]:
    # Its times are those of the execution whose answer it was given, which counts itself.
    return case((executions.c.cached.is_(True), 0.0), else_=func.coalesce(time, 0.0))


def _add(rows: dict[tuple[Any, ...], dict[str, Any]], row: Row[Any]) -> None:
    new = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for it)
    key = tuple(new[name] for name in _KEY)
    old = rows.setdefault(key, new)
    if old is not new:
        rows[key] |= {name: old[name] + new[name] for name in _SUMS}
        rows[key] |= {name: max(old[name], new[name]) for name in _MAXIMA}


def _statistic(values: dict[str, Any]) -> Statistic:
    return Statistic(
        day=values["day"],
        language=values["language"],
        status=ExecutionStatus(values["status"]),
        outcome=Outcome(values["outcome"]) if values["outcome"] else None,
        owner_id=None if values["owner_id"] == _NOBODY else values["owner_id"],
        count=values["count"],
        **{name: values[name] for name in (*_MAXIMA, "execution_time_ms_total", "cpu_time_ms_total")},
        durations={name: values[name] for name in (*_BUCKETS_MS, "over_10_s")},
    )
