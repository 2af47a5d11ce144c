"""Rows for tests: one in every table there is, whichever tables those are; and executions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, MetaData, Table, insert, inspect, select, text, types

from runward.domain.ids import first_id_at, new_id
from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.store.tables import executions

Rows = dict[str, list[dict[str, Any]]]
MOMENT = dt.datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=dt.UTC)


def table_names(connection: Connection) -> list[str]:
    """Return the tables, without partitions and Alembic's own."""
    names = set(inspect(connection).get_table_names())
    if connection.dialect.name == "postgresql":
        names -= set(connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits")).scalars())
    return sorted(names - {"alembic_version"})


def fill_every_table(connection: Connection) -> None:
    """Put a row into every table, as the schema is now; a row that another refers to comes first."""
    metadata = MetaData()
    metadata.reflect(connection, only=table_names(connection))
    made: dict[str, dict[str, Any]] = {}
    for table in metadata.sorted_tables:
        made[table.name] = {column.name: _value(column, made) for column in table.columns}
        connection.execute(insert(table), made[table.name])


def read_every_table(connection: Connection) -> Rows:
    """Return all rows by table."""
    rows = {}
    for name in table_names(connection):
        table = Table(name, MetaData(), autoload_with=connection)
        ordered = select(table).order_by(*table.primary_key.columns)
        rows[name] = [dict(row._mapping) for row in connection.execute(ordered)]
    return rows


def _value(column: Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    match column.type:
        case types.Uuid():
            return first_id_at(MOMENT)
        case types.JSON():
            return {"kept": [1, "zwei", None]}
        case types.Boolean():
            return True
        case types.DateTime():
            return MOMENT if column.type.timezone else MOMENT.replace(tzinfo=None)
        case types.Date():
            return MOMENT.date()
        case types.Integer():
            return 7
        case types.Float() | types.Numeric():
            return 2.5
        case types.LargeBinary():
            return b"\x00\xff"
        case types.CHAR():  # how SQLite keeps a UUID
            return first_id_at(MOMENT).hex
        case _:
            return "kept"


def execution_values(
    submitted: dt.datetime,
    *,
    status: ExecutionStatus = ExecutionStatus.COMPLETED,
    language: str = "python",
    owner_id: UUID | None = None,
    took_ms: float = 5.0,
    **others: Any,
) -> dict[str, Any]:
    """Return the columns of an execution that was submitted then, and ended a second later if it has."""
    ended = status.is_terminal
    return {
        # As new_id makes it, but of that moment.
        "id": UUID(int=first_id_at(submitted).int | new_id().int & ((1 << 62) - 1)),
        "owner_id": owner_id,
        "language": language,
        "request": {},
        "correlation_id": "test",
        "status": status,
        "priority": 0,
        "key": "test",
        "turn": 0,
        "run_at": submitted,
        "epoch": 0,
        "attempts": 0,
        "losses": 0,
        "queued_at": submitted,
        "finished_at": submitted + dt.timedelta(seconds=1) if ended else None,
        "outcome": Outcome.EXITED if ended and status is not ExecutionStatus.CANCELLED else None,
        "execution_time_ms": took_ms if ended else None,
        "cpu_time_ms": took_ms / 2 if ended else None,
        "memory_peak_bytes": int(took_ms * 1000) if ended else None,
        **others,
    }


def insert_executions(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert them, all with the same columns."""
    connection.execute(insert(executions), list(rows))
