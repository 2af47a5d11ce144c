"""On PostgreSQL, executions lie in one partition for each month (UTC), by the time in their id.

What no month's partition takes lies in ``executions_rest``.  Months are made ahead, so that it stays empty; rows that are
in it all the same move when their month is made.  SQLite has no partitions: there, nothing here does anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from runward.domain.ids import first_id_at

MONTHS_AHEAD = 3
_NAME = re.compile(r"executions_(\d{4})_(\d{2})")


def ensure_partitions(connection: Connection, now: datetime) -> list[str]:
    """Make the partitions of this month and those to come, where they are not there; return those that were made."""
    if connection.dialect.name != "postgresql":
        return []
    wanted = [_name(month) for month in _months(now)]
    if set(wanted) <= _existing(connection):
        return []
    # Who was about to write a row of a new month to executions_rest would be refused, so writers wait; readers need not.
    _lock_others_out(connection, "SHARE ROW EXCLUSIVE")
    existing = _existing(connection)
    made = [month for month in _months(now) if _name(month) not in existing]
    for month in made:
        _create(connection, month)
    return [_name(month) for month in made]


def drop_partitions(connection: Connection, before: datetime) -> list[str]:
    """Drop the partitions of months that were over at that moment and hold nothing any more; return their names."""
    if connection.dialect.name != "postgresql":
        return []
    over = [name for name in sorted(_existing(connection)) if _next_month(_month_of(name)) <= before]
    empty = [name for name in over if _is_empty(connection, name)]
    if empty:
        _lock_others_out(connection, "ACCESS EXCLUSIVE")
    dropped = [name for name in empty if _is_empty(connection, name)]
    for name in dropped:
        connection.execute(text(f"DROP TABLE {name}"))
    return dropped


def remove_partitions(connection: Connection) -> None:
    """Bring all rows back into ``executions_rest``: for the way back of a migration."""
    for name in sorted(_existing(connection)):
        columns = _columns(connection)
        connection.execute(text(f"ALTER TABLE executions DETACH PARTITION {name}"))
        connection.execute(text(f"INSERT INTO executions ({columns}) SELECT {columns} FROM {name}"))  # noqa: S608
        connection.execute(text(f"DROP TABLE {name}"))


def _create(connection: Connection, month: datetime) -> None:
    # Attached, not created as a partition: that would lock out all readers.
    name, columns = _name(month), _columns(connection)
    first, last = first_id_at(month), first_id_at(_next_month(month))
    connection.execute(text(f"CREATE TABLE {name} (LIKE executions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    connection.execute(
        text(
            f"WITH moved AS (DELETE FROM executions_rest WHERE id >= '{first}' AND id < '{last}' RETURNING {columns})"  # noqa: S608
            f" INSERT INTO {name} ({columns}) SELECT {columns} FROM moved"
        )
    )
    connection.execute(
        text(f"ALTER TABLE executions ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{last}')")
    )


def _lock_others_out(connection: Connection, mode: str) -> None:
    # Everyone who uses the table queues behind us while we wait for a lock, so we do not wait long.
    connection.execute(text("SET LOCAL lock_timeout = '3s'"))
    # In the order in which a session is removed with its executions; what we do needs both.  The first is held by one at
    # a time, so that partitions are made and dropped by one at a time.
    connection.execute(text("LOCK TABLE code_sessions IN SHARE ROW EXCLUSIVE MODE"))
    # In the order in which queries lock: first the table, then its partitions.
    connection.execute(text(f"LOCK TABLE ONLY executions IN {mode} MODE"))
    connection.execute(text("LOCK TABLE executions_rest IN ACCESS EXCLUSIVE MODE"))


def _existing(connection: Connection) -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'executions'::regclass"
    return {name for name in connection.execute(text(query)).scalars() if _NAME.fullmatch(name)}


def _columns(connection: Connection) -> str:
    # By name: a table that was altered has its columns in another order than one made today.
    query = (
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = 'executions'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    return str(connection.execute(text(query)).scalar_one())


def _is_empty(connection: Connection, name: str) -> bool:
    return not connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {name})")).scalar_one()  # noqa: S608


def _months(now: datetime) -> Iterator[datetime]:
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    for _ in range(1 + MONTHS_AHEAD):
        yield month
        month = _next_month(month)


def _next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _name(month: datetime) -> str:
    return f"executions_{month:%Y_%m}"


def _month_of(name: str) -> datetime:
    match = _NAME.fullmatch(name)
    assert match is not None, "it is one of _existing"
    return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
