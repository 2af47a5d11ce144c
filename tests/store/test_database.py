"""What was committed stays, whoever is killed; what failed concerns nobody else; what cannot be is told."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select, text

from runward.domain.ids import new_id
from runward.store import Database, StoreError, StoreUnavailable, open_database
from runward.store.migrations import upgrade
from runward.store.sessions import get_session, insert_session, save_code
from runward.store.sqlite import SqliteDatabase
from runward.store.tables import sessions
from tests.servers.postgresql import Postgresql
from tests.store.writer import a_session

ROOT = Path(__file__).parents[2]


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(sessions)).scalar_one()


def all_ids(connection: Connection) -> set[UUID]:
    return set(connection.execute(select(sessions.c.id)).scalars())


def insert_new(connection: Connection) -> UUID:
    session = a_session()
    insert_session(connection, session)
    return session.id


def start_writer(url: str, sessions_to_write: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writer", url, str(sessions_to_write)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_processes_that_write_at_once_lose_nothing(database: Database, database_url: str) -> None:
    crew = [start_writer(database_url, 80) for _ in range(4)]

    told = [process.communicate()[0].split() for process in crew]

    assert [process.returncode for process in crew] == [0] * 4
    assert await database.read(count) == 4 * 80
    assert await database.read(all_ids) == {UUID(line) for lines in told for line in lines}


@pytest.mark.parametrize("committed", [1, 30, 75, 200])
async def test_a_process_that_is_killed_loses_nothing_that_it_had_committed(
    database: Database, database_url: str, committed: int
) -> None:
    process = start_writer(database_url, 1_000_000)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(committed)]

    process.kill()
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()

    there = await database.read(all_ids)
    # The last line may have been cut.
    assert {UUID(line.strip()) for line in told if line.endswith("\n")} <= there
    session = await database.transact(insert_new)
    assert session in await database.read(all_ids)
    if database.name == "sqlite":
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


async def test_what_comes_after_a_commit_and_fails_is_told_to_its_caller_alone(database: Database) -> None:
    def fail(_id: UUID) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.transact(insert_new, then=fail)

    last = await database.transact(insert_new)
    there = await database.read(all_ids)
    assert last in there
    assert len(there) == 2


async def test_work_that_fails_keeps_nothing_and_leaves_the_others_work(database: Database) -> None:
    class OursAlone(Exception):
        pass

    def fail_after_writing(connection: Connection) -> UUID:
        insert_new(connection)
        raise OursAlone

    def ask_nonsense(connection: Connection) -> UUID:
        insert_new(connection)
        connection.execute(text("SELECT nonsense FROM nowhere"))
        raise AssertionError

    twice = a_session()

    def insert_twice(connection: Connection) -> UUID:
        insert_session(connection, twice)
        insert_session(connection, twice)
        raise AssertionError

    works = [insert_new, fail_after_writing, insert_new, ask_nonsense, insert_twice, insert_new]
    results = await asyncio.gather(*(database.transact(work) for work in works), return_exceptions=True)

    assert isinstance(results[1], OursAlone)
    assert type(results[3]) is StoreError
    assert type(results[4]) is StoreError
    assert await database.read(all_ids) == {results[0], results[2], results[5]}


async def test_a_caller_that_goes_away_leaves_the_others_work(database: Database) -> None:
    tasks = [asyncio.create_task(database.transact(insert_new)) for _ in range(20)]
    await asyncio.sleep(0)
    tasks[3].cancel()

    results = await asyncio.gather(*tasks, return_exceptions=True)

    others = {result for result in results if isinstance(result, UUID)}
    assert len(others) == 19
    assert others <= await database.read(all_ids)


async def test_a_reader_sees_what_was_committed_while_another_writes(database: Database) -> None:
    first = await database.transact(insert_new)

    def read_within(connection: Connection) -> UUID:
        return insert_new(connection)

    writing = [asyncio.create_task(database.transact(read_within)) for _ in range(50)]
    seen = await database.read(lambda connection: get_session(connection, first))
    await asyncio.gather(*writing)

    assert seen.id == first
    assert await database.read(count) == 51


async def test_a_closed_database_is_unavailable(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    await database.close()

    with pytest.raises(StoreUnavailable):
        await database.transact(insert_new)
    with pytest.raises(StoreUnavailable):
        await database.read(count)


async def test_on_sqlite_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/data/runward.db")
    await database.open()
    await upgrade(database)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    await database.close()

    assert modes == {"runward.db": 0o600, "runward.db-wal": 0o600, "runward.db-shm": 0o600}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_on_sqlite_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable, match=str(tmp_path)):
        await open_database(f"sqlite:///{tmp_path}/file/runward.db").open()


async def test_on_sqlite_what_is_durable_waits_for_the_disk_and_nothing_else_does(tmp_path: Path) -> None:
    written, begun = threading.Event(), asyncio.Event()
    async with opened(SqliteDatabase(tmp_path / "runward.db", sync=lambda _: assert_(written.wait(60)))) as database:
        durable = asyncio.create_task(database.transact(insert_new, then=lambda _: begun.set()))

        await begun.wait()
        hasty = await database.transact(insert_new, durable=False)

        assert not durable.done()
        assert len(await database.read(all_ids)) == 2
        written.set()
        assert {await durable, hasty} == await database.read(all_ids)


async def test_on_sqlite_who_writes_much_while_the_disk_is_slow_waits_for_it(tmp_path: Path) -> None:
    written = threading.Event()
    async with opened(SqliteDatabase(tmp_path / "runward.db", sync=lambda _: assert_(written.wait(60)))) as database:

        async def write_much() -> None:
            for _ in range(1000):
                await database.transact(insert_new, durable=False)

        writer = asyncio.create_task(write_much())
        before, rows = -1, 0
        while before < rows:
            await asyncio.sleep(0.2)
            before, rows = rows, await database.read(count)

        assert not writer.done()
        assert 100 < rows < 500
        written.set()
        await writer
        assert await database.read(count) == 1000


async def test_on_sqlite_a_disk_that_fails_is_told(tmp_path: Path) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    async with opened(SqliteDatabase(tmp_path / "runward.db", sync=fail)) as database:
        with pytest.raises(StoreUnavailable, match="may be lost"):
            await database.transact(insert_new)
        for _ in range(300):  # some of them wait for a sync
            await database.transact(insert_new, durable=False)


async def test_on_sqlite_who_waits_for_another_process_keeps_nobody_else_waiting(sqlite_url: str) -> None:
    async with opened(open_database(sqlite_url)) as database:
        first = await database.transact(insert_new)
        with contextlib.closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = [asyncio.create_task(database.transact(insert_new)) for _ in range(3)]
            for _ in range(10):
                await asyncio.sleep(0)

            assert await database.read(all_ids) == {first}
            assert not any(task.done() for task in waiting)
            other.rollback()

        later = await asyncio.gather(*waiting)
        assert await database.read(all_ids) == {first, *later}


@pytest.mark.parametrize("durable_each", [20, 10_000])
async def test_on_sqlite_the_log_is_moved_into_the_file_and_used_anew(sqlite_url: str, durable_each: int) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    large = a_session("x" * 20_000)
    async with opened(open_database(sqlite_url)) as database:
        await database.transact(lambda connection: insert_session(connection, large))
        for number in range(2000):  # 40 MB and more
            changes = {"source_code": f"{number}" * 5000}
            await database.transact(
                partial(save, session_id=large.id, changes=changes), durable=number % durable_each == 19
            )

        assert log_size(path) < 20_000_000
        assert (await database.read(lambda c: get_session(c, large.id))).code.source_code.startswith("1999")


def save(connection: Connection, *, session_id: UUID, changes: dict[str, str]) -> None:
    assert save_code(connection, session_id, changes, now=datetime.now(UTC)) is not None


def log_size(path: str) -> int:
    return Path(f"{path}-wal").stat().st_size


def assert_(holds: bool) -> None:
    assert holds


@contextlib.asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Database]:
    await database.open()
    try:
        await upgrade(database)
        yield database
    finally:
        await database.close()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=32m", disk], check=True)


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def postgresql_disk(postgresql: Postgresql) -> Iterator[Path]:
    with small_disk(postgresql.folder / "disk") as folder:
        postgresql.own(folder)
        yield folder


@needs_root
async def test_on_sqlite_a_full_disk_is_told_and_passes(disk: Path) -> None:
    database = open_database(f"sqlite:///{disk}/runward.db")
    await database.open()
    await upgrade(database)
    kept = await database.transact(insert_new)
    large = a_session("x" * 200_000)
    free = os.statvfs(disk)
    (disk / "other").write_bytes(bytes(free.f_bavail * free.f_bsize - 50_000))

    with pytest.raises(StoreUnavailable, match="full"):
        await database.transact(lambda connection: insert_session(connection, large))
    assert await database.read(all_ids) == {kept}

    (disk / "other").unlink()
    await database.transact(lambda connection: insert_session(connection, large))
    assert await database.read(all_ids) == {kept, large.id}
    await database.close()


@needs_root
async def test_on_postgresql_a_full_disk_is_told_and_passes(
    postgresql_disk: Path, postgresql: Postgresql, postgresql_url: str
) -> None:
    space = f"small_{new_id().hex}"
    postgresql.query(f"CREATE TABLESPACE {space} LOCATION '{postgresql_disk}'")
    database = open_database(postgresql_url)
    await database.open()
    await database.transact(
        lambda connection: connection.execute(text(f"CREATE TABLE large (x text) TABLESPACE {space}"))
    )
    fill = text("INSERT INTO large SELECT md5(n::text) FROM generate_series(1, 100000) AS n")

    with pytest.raises(StoreUnavailable, match="No space left"):
        await database.transact(lambda connection: connection.execute(fill))

    enlarge(postgresql_disk)
    await database.transact(lambda connection: connection.execute(fill))
    await database.transact(lambda connection: connection.execute(text("DROP TABLE large")))
    await database.close()
    postgresql.query(f"DROP TABLESPACE {space}")


async def test_on_postgresql_a_server_that_was_killed_is_unavailable_until_it_is_back() -> None:
    with Postgresql() as server:
        database = open_database(server.create_database())
        await database.open()
        await upgrade(database)
        kept = await database.transact(insert_new)

        server.kill9()
        with pytest.raises(StoreUnavailable):
            await database.transact(insert_new)
        with pytest.raises(StoreUnavailable):
            await database.read(count)
        server.start()

        assert await database.read(all_ids) == {kept}
        await database.transact(insert_new)
        assert await database.read(count) == 2
        await database.close()


async def test_on_postgresql_a_connection_that_the_server_ends_is_unavailable_once(postgresql_url: str) -> None:
    database = open_database(postgresql_url, pool_size=1)
    await database.open()
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreUnavailable):
        await database.transact(lambda connection: connection.execute(end))

    await database.transact(insert_new)
    await database.close()
