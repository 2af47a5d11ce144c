"""What is old goes, its statistics stay, and nothing else goes."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select

from runward.domain.ids import first_id_at, new_id
from runward.domain.status import ExecutionStatus
from runward.store import Database
from runward.store.audit import AuditAction, AuditEntry, insert_audit, list_audit
from runward.store.blobs import BlobId, BlobMissing, FileBlobs
from runward.store.references import refer
from runward.store.retention import maintain
from runward.store.statistics import Statistic, list_statistics
from runward.store.tables import blob_references, executions, idempotency_keys
from runward.store.usage import Charge, charge_usage, cpu_seconds_used_today, list_usage
from tests.store.rows import execution_values, insert_executions

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
ALICE, BOB = new_id(), new_id()
EVER: tuple[date, date] = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


async def statistics(database: Database, owner_id: UUID | None = None) -> list[Statistic]:
    since, until = EVER
    return await database.read(lambda c: list_statistics(c, since=since, until=until, owner_id=owner_id))


async def keep(database: Database, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    await database.transact(lambda connection: insert_executions(connection, rows))
    return [row["id"] for row in rows]


async def ids_left(database: Database) -> set[UUID]:
    return set(await database.read(lambda c: list(c.execute(select(executions.c.id)).scalars())))


def some_executions(count: int) -> list[dict[str, Any]]:
    """Return executions of the last hundred days, all kinds of them."""
    random.seed(7)
    ended = [status for status in ExecutionStatus if status.is_terminal]
    return [
        execution_values(
            NOW - random.uniform(31, 100) * A_DAY,
            status=random.choice(ended),
            language=random.choice(["python", "cpp"]),
            owner_id=random.choice([None, ALICE, BOB]),
            took_ms=random.choice([1.0, 50.0, 500.0, 5_000.0, 50_000.0]),
        )
        for _ in range(count)
    ]


def rounded(found: list[Statistic]) -> list[Statistic]:
    """Return them comparable: a sum of floats depends on its order."""
    return [
        replace(
            each,
            execution_time_ms_total=round(each.execution_time_ms_total, 3),
            cpu_time_ms_total=round(each.cpu_time_ms_total, 3),
        )
        for each in found
    ]


async def test_the_old_are_archived_and_the_statistics_stay_as_they_were(database: Database, blobs: FileBlobs) -> None:
    rows = some_executions(1200)
    await keep(database, rows)
    young = await keep(database, [execution_values(NOW - 29 * A_DAY), execution_values(NOW - A_DAY)])
    before = await statistics(database)

    done = await maintain(database, blobs, retention_days=30, now=NOW)

    assert done.executions_archived == 1200
    assert await ids_left(database) == set(young)
    assert rounded(await statistics(database)) == rounded(before)
    assert sum(each.count for each in before) == 1202
    assert {each.owner_id for each in await statistics(database, ALICE)} == {ALICE}


async def test_later_archives_add_to_earlier_ones(database: Database, blobs: FileBlobs) -> None:
    for took_ms in (5.0, 2_000.0, 50.0):
        row = execution_values(NOW - 40 * A_DAY, took_ms=took_ms, owner_id=ALICE)
        await keep(database, [row])
        await maintain(database, blobs, retention_days=30, now=NOW)

    (found,) = await statistics(database)

    assert (found.count, found.execution_time_ms_total, found.execution_time_ms_max) == (3, 2_055.0, 2_000.0)
    assert (found.cpu_time_ms_total, found.cpu_time_ms_max, found.memory_peak_bytes_max) == (1027.5, 1000.0, 2_000_000)
    assert found.durations == {"up_to_10_ms": 1, "up_to_100_ms": 1, "up_to_1_s": 0, "up_to_10_s": 1, "over_10_s": 0}


async def test_what_has_not_ended_or_ended_lately_stays_however_old(database: Database, blobs: FileBlobs) -> None:
    old = NOW - 300 * A_DAY
    kept = await keep(
        database,
        [
            execution_values(old, status=ExecutionStatus.QUEUED),
            execution_values(old, status=ExecutionStatus.RUNNING),
            execution_values(old, finished_at=NOW - A_DAY),
        ],
    )

    done = await maintain(database, blobs, retention_days=30, now=NOW)

    assert done.executions_archived == 0
    assert done.partitions_dropped == []
    assert await ids_left(database) == set(kept)


async def test_zero_days_keep_all_for_ever(database: Database, blobs: FileBlobs) -> None:
    kept = await keep(database, [execution_values(NOW - 3000 * A_DAY)])

    await maintain(database, blobs, retention_days=0, now=NOW)

    assert await ids_left(database) == set(kept)


async def test_expired_idempotency_keys_go(database: Database, blobs: FileBlobs) -> None:
    def keep_keys(connection: Connection) -> None:
        for number in range(700):
            expires_at = NOW + timedelta(seconds=1 if number < 3 else -1)
            key = {"scope": "test", "key": str(number), "execution_id": new_id(), "fingerprint": "f"}
            connection.execute(insert(idempotency_keys).values(**key, expires_at=expires_at))

    await database.transact(keep_keys)

    done = await maintain(database, blobs, retention_days=30, now=NOW)

    assert done.keys_expired == 697
    left = await database.read(lambda c: set(c.execute(select(idempotency_keys.c.key)).scalars()))
    assert left == {"0", "1", "2"}


async def test_what_was_put_on_record_goes_after_its_days(database: Database, blobs: FileBlobs) -> None:
    ages = [*[366 * A_DAY] * 1203, timedelta(days=365, seconds=1), timedelta(days=365, seconds=-1), timedelta()]

    def keep_record(connection: Connection) -> None:
        for number, age in enumerate(ages):
            at, id_ = NOW - age, UUID(int=first_id_at(NOW - age).int + number)
            entry = AuditEntry(id=id_, at=at, actor_id=None, actor="ada", action=AuditAction.LOGIN, subject=str(age))
            insert_audit(connection, entry)

    await database.transact(keep_record)

    kept = await maintain(database, blobs, retention_days=0, audit_days=0, now=NOW)
    done = await maintain(database, blobs, retention_days=0, audit_days=365, now=NOW)

    assert (kept.audit_entries_removed, done.audit_entries_removed) == (0, 1204)
    left = await database.read(lambda c: list_audit(c, limit=10))
    assert [entry.subject for entry in left] == [str(age) for age in reversed(ages[-2:])]


async def test_what_was_used_goes_after_its_days_and_never_todays(database: Database, blobs: FileBlobs) -> None:
    def charge(connection: Connection) -> None:
        for days in (0, 1, 2, 3):
            for owner in [ALICE, BOB, None]:
                charged = Charge(
                    owner_id=owner, key="anonymous", cpu_seconds=1.0, wall_seconds=1.0, memory_peak_bytes=1
                )
                charge_usage(connection, charged, now=NOW - days * A_DAY)

    async def days_left() -> list[date]:
        first, last = EVER
        return [each.day for each in await database.read(lambda c: list_usage(c, first=first, last=last, limit=99))]

    await database.transact(charge)

    kept = await maintain(database, blobs, retention_days=0, usage_days=0, now=NOW)
    done = await maintain(database, blobs, retention_days=0, usage_days=2, now=NOW)

    assert (kept.usage_days_removed, done.usage_days_removed) == (0, 3)
    assert set(await days_left()) == {(NOW - days * A_DAY).date() for days in (0, 1, 2)}
    await maintain(database, blobs, retention_days=0, usage_days=1, now=NOW)
    assert set(await days_left()) == {(NOW - days * A_DAY).date() for days in (0, 1)}
    assert await database.read(lambda c: cpu_seconds_used_today(c, owner_id=ALICE, now=NOW)) == 1.0


async def test_the_blobs_of_what_is_gone_go_and_those_of_what_is_there_stay(
    database: Database, blobs: FileBlobs, tmp_path: Path
) -> None:
    old, young = await keep(database, [execution_values(NOW - 40 * A_DAY), execution_values(NOW - A_DAY)])
    of_old, of_young, of_both, of_none = [await blobs.put(name) for name in (b"old", b"young", b"both", b"none")]
    fresh = await blobs.put(b"fresh")
    a_week_ago = (NOW - 7 * A_DAY).timestamp()
    for path in (tmp_path / "blobs").glob("??/*"):
        os.utime(path, (a_week_ago, a_week_ago) if path.name != fresh else (NOW.timestamp(), NOW.timestamp()))

    def connect(connection: Connection) -> None:
        refer(connection, old, [of_old, of_both, of_both])
        refer(connection, old, [of_old])
        refer(connection, young, [of_young, of_both])
        # A row that was removed with its session.
        refer(connection, new_id(), [of_none])

    await database.transact(connect)

    done = await maintain(database, blobs, retention_days=30, now=NOW)

    assert done.blobs_removed == 2
    assert await there(blobs, [of_old, of_young, of_both, of_none, fresh]) == [of_young, of_both, fresh]
    assert await database.read(lambda c: c.execute(select(func.count()).select_from(blob_references)).scalar_one()) == 2


@pytest.mark.parametrize("round_", range(3))
async def test_a_kill_in_between_loses_no_statistic(
    database: Database, database_url: str, tmp_path: Path, round_: int
) -> None:
    await keep(database, some_executions(4000))
    before = rounded(await statistics(database))
    process = start_maintainer(database_url, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    while len(await ids_left(database)) > 4000 - 500 * round_ and process.poll() is None:
        pass

    process.kill()
    process.communicate()

    assert rounded(await statistics(database)) == before
    await maintain(database, FileBlobs(tmp_path / "blobs"), retention_days=30, now=NOW)
    assert await ids_left(database) == set()
    assert rounded(await statistics(database)) == before


async def test_several_that_maintain_at_once_count_nothing_twice(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await keep(database, some_executions(3000))
    before = rounded(await statistics(database))
    crew = [start_maintainer(database_url, tmp_path) for _ in range(3)]

    told = [int((await asyncio.to_thread(process.communicate))[0].split()[1]) for process in crew]

    assert sum(told) == 3000
    assert rounded(await statistics(database)) == before


def start_maintainer(url: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.maintainer", url, str(folder / "blobs"), NOW.isoformat()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def there(blobs: FileBlobs, some: Sequence[BlobId]) -> list[BlobId]:
    found = []
    for blob in some:
        try:
            await blobs.get(blob)
        except BlobMissing:
            continue
        found.append(blob)
    return found
