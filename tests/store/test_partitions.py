"""On PostgreSQL there is a partition for each month, made ahead and dropped when it is over and empty."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text

from runward.domain.status import ExecutionStatus
from runward.store import Database, StoreUnavailable, open_database
from runward.store.blobs import FileBlobs
from runward.store.partitions import ensure_partitions
from runward.store.postgresql import PostgresqlDatabase
from runward.store.retention import maintain
from runward.store.sessions import Session, delete_session, insert_session
from runward.store.tables import executions
from tests.store.locks import until_it_waits
from tests.store.rows import execution_values, insert_executions
from tests.store.writer import a_session

# Far from the months that the migration has made.
NOW = datetime(2031, 11, 25, 12, tzinfo=UTC)
COMING = ["executions_2031_11", "executions_2031_12", "executions_2032_01", "executions_2032_02"]


@pytest.fixture
async def partitioned(postgresql_url: str) -> AsyncIterator[Database]:
    database = open_database(postgresql_url)
    await database.open()
    yield database
    await database.close()


def partition_of(connection: Connection, id_: UUID) -> str:
    query = select(text("tableoid::regclass::text")).select_from(executions).where(executions.c.id == id_)
    return str(connection.execute(query).scalar_one())


def partitions(connection: Connection) -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'executions'::regclass"
    return set(connection.execute(text(query)).scalars())


async def test_the_migration_has_made_the_current_month(partitioned: Database) -> None:
    now = datetime.now(UTC)
    row = execution_values(now)
    await partitioned.transact(lambda connection: insert_executions(connection, [row]))

    assert await partitioned.read(lambda c: partition_of(c, row["id"])) == f"executions_{now:%Y_%m}"
    assert len(await partitioned.read(partitions)) == 5


async def test_the_coming_months_are_made_once(partitioned: Database) -> None:
    before = await partitioned.read(partitions)

    made = await asyncio.gather(*(partitioned.transact(lambda c: ensure_partitions(c, NOW)) for _ in range(6)))

    assert sorted(made) == [[]] * 5 + [COMING]
    assert await partitioned.read(partitions) == before | set(COMING)


async def test_the_first_and_last_moment_of_a_month_lie_in_it(partitioned: Database) -> None:
    await partitioned.transact(lambda c: ensure_partitions(c, NOW))
    first, last = datetime(2031, 12, 1, tzinfo=UTC), datetime(2031, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    rows = [
        execution_values(moment) for moment in (first - timedelta(milliseconds=1), first, last, NOW.replace(year=2040))
    ]
    await partitioned.transact(lambda connection: insert_executions(connection, rows))

    lie_in = [await partitioned.read(lambda c, row=row: partition_of(c, row["id"])) for row in rows]  # type: ignore[misc]

    assert lie_in == ["executions_2031_11", "executions_2031_12", "executions_2031_12", "executions_rest"]


async def test_rows_that_came_before_their_month_was_made_move_into_it(partitioned: Database) -> None:
    rows = [execution_values(NOW + timedelta(days=days)) for days in (0, 30, 365)]
    await partitioned.transact(lambda connection: insert_executions(connection, rows))
    assert await partitioned.read(lambda c: partition_of(c, rows[0]["id"])) == "executions_rest"

    await partitioned.transact(lambda c: ensure_partitions(c, NOW))

    lie_in = [await partitioned.read(lambda c, row=row: partition_of(c, row["id"])) for row in rows]  # type: ignore[misc]
    assert lie_in == ["executions_2031_11", "executions_2031_12", "executions_rest"]


async def test_a_submission_that_waits_for_a_month_to_be_made_lies_in_it(partitioned: Database) -> None:
    made, enough = asyncio.Event(), asyncio.Event()

    async def make() -> None:
        assert isinstance(partitioned, PostgresqlDatabase)
        async with partitioned.engine.begin() as connection:
            await connection.run_sync(lambda c: ensure_partitions(c, NOW))
            made.set()
            await enough.wait()

    making = asyncio.create_task(make())
    await made.wait()
    row = execution_values(NOW)
    submitting = asyncio.create_task(partitioned.transact(lambda connection: insert_executions(connection, [row])))
    await until_it_waits(partitioned, submitting)

    enough.set()
    await asyncio.gather(making, submitting)

    assert await partitioned.read(lambda c: partition_of(c, row["id"])) == COMING[0]


async def test_months_are_made_while_others_submit(partitioned: Database) -> None:
    async def submit(number: int) -> None:
        row = execution_values(NOW + timedelta(seconds=number))
        await partitioned.transact(lambda connection: insert_executions(connection, [row]))

    await asyncio.gather(
        *(submit(number) for number in range(100)), partitioned.transact(lambda c: ensure_partitions(c, NOW))
    )

    count = text("SELECT count(*) FROM executions_2031_11")
    assert await partitioned.read(lambda c: c.execute(count).scalar_one()) == 100


async def test_months_come_and_go_while_others_submit_and_delete(partitioned: Database, tmp_path: Path) -> None:
    def submit(connection: Connection, session: Session, moment: datetime) -> None:
        insert_session(connection, session)
        insert_executions(connection, [execution_values(moment, session_id=session.id)])

    async def come_and_go(number: int) -> None:
        for day in range(0, 300, 20):
            session = a_session()
            moment = NOW + timedelta(days=day, seconds=number)
            await partitioned.transact(lambda c, session=session, moment=moment: submit(c, session, moment))  # type: ignore[misc]
            assert await partitioned.transact(lambda c, session=session: delete_session(c, session.id))  # type: ignore[misc]

    async def maintain_often() -> None:
        for month in range(10):
            now = NOW + timedelta(days=31 * month)
            await maintain(partitioned, FileBlobs(tmp_path), retention_days=40, now=now)

    await asyncio.gather(*(come_and_go(number) for number in range(4)), maintain_often())

    count = text("SELECT count(*) FROM executions")
    assert await partitioned.read(lambda c: c.execute(count).scalar_one()) == 0
    assert len(await partitioned.read(partitions)) < 5 + 10


async def test_who_holds_the_table_for_long_is_told_of(partitioned: Database) -> None:
    """Nobody can submit while we wait for a lock, so we do not wait long."""
    holds, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        assert isinstance(partitioned, PostgresqlDatabase)
        async with partitioned.engine.begin() as connection:
            await connection.execute(text("LOCK TABLE executions_rest IN ACCESS SHARE MODE"))
            holds.set()
            await enough.wait()

    holding = asyncio.create_task(hold())
    await holds.wait()

    with pytest.raises(StoreUnavailable, match="lock timeout"):
        await partitioned.transact(lambda c: ensure_partitions(c, NOW))

    enough.set()
    await holding
    assert await partitioned.transact(lambda c: ensure_partitions(c, NOW)) == COMING


async def test_a_month_that_is_over_and_archived_is_dropped(partitioned: Database, tmp_path: Path) -> None:
    await partitioned.transact(lambda c: ensure_partitions(c, NOW))
    rows = [execution_values(NOW), execution_values(NOW + timedelta(days=30), status=ExecutionStatus.QUEUED)]
    await partitioned.transact(lambda connection: insert_executions(connection, rows))

    # Two months on, of which 30 days are kept: November and December are over, and December has one that waits.
    done = await maintain(partitioned, FileBlobs(tmp_path), retention_days=30, now=datetime(2032, 2, 1, tzinfo=UTC))

    assert done.executions_archived == 1
    assert "executions_2031_11" in done.partitions_dropped
    left = await partitioned.read(partitions)
    assert "executions_2031_11" not in left
    assert {"executions_rest", "executions_2031_12", "executions_2032_01", "executions_2032_05"} <= left
    assert await partitioned.read(lambda c: list(c.execute(select(executions.c.id)).scalars())) == [rows[1]["id"]]


async def test_on_sqlite_there_are_no_partitions(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()

    assert await database.transact(lambda c: ensure_partitions(c, NOW)) == []
    await database.close()
