"""The commands of docs/storage.md, as they stand there, save a database that is in use and bring it back whole."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, select, text

from runward.domain.status import ExecutionStatus
from runward.store import Database, open_database
from runward.store.blobs import FileBlobs
from runward.store.executions import get_execution
from runward.store.migrations import current_revision, latest_revision
from runward.store.outputs import get_outputs, put_outputs
from runward.store.tables import executions, sessions
from tests.servers.postgresql import Postgresql
from tests.store.rows import MOMENT, execution_values

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", (ROOT / "docs/storage.md").read_text(), re.MULTILINE | re.DOTALL)
LARGE = os.urandom(100_000)


def test_there_is_one_block_for_each_way() -> None:
    words = ["VACUUM INTO", "pg_dump", 'cp "$BACKUP/runward.db"', "pg_restore"]

    assert [[word in block for word in words] for block in BLOCKS] == [[n == m for n in range(4)] for m in range(4)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_was_saved_while_it_was_in_use_comes_back_whole(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    data, restored, backup = tmp_path, tmp_path / "restored", tmp_path / "backup"
    url: str = request.getfixturevalue(f"{kind}_url")
    save, restore = (BLOCKS[0], BLOCKS[2]) if kind == "sqlite" else (BLOCKS[1], BLOCKS[3])
    execution = await keep_an_execution(url, FileBlobs(data / "blobs"))
    with writing(url) as written:
        told = {UUID(written.readline().strip()) for _ in range(40)}
        run(save, DATABASE_URL=url, RUNWARD_DATA_DIR=str(data), BACKUP=str(backup))

    new_url = f"sqlite:///{restored}/runward.db"
    if kind == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql")
        new_url = server.create_database()
    run(restore, DATABASE_URL=new_url, RUNWARD_DATA_DIR=str(restored), BACKUP=str(backup))

    database = open_database(new_url)
    await database.open()
    assert await current_revision(database) == latest_revision()
    assert told <= await database.read(lambda c: set(c.execute(select(sessions.c.id)).scalars()))
    row = await database.read(lambda connection: get_execution(connection, execution))
    assert (await get_outputs(FileBlobs(restored / "blobs"), row)).stdout == LARGE
    await database.read(lambda connection: check(database, connection))
    await keep_an_execution(new_url, FileBlobs(restored / "blobs"))
    await database.close()


@contextlib.contextmanager
def writing(url: str) -> Iterator[IO[str]]:
    """Let another process write all the while; yield what it tells."""
    command = [sys.executable, "-m", "tests.store.writer", url, "1000000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            yield writer.stdout
            assert writer.poll() is None
        finally:
            writer.kill()


def run(block: str, **variables: str) -> None:
    path = f"{Postgresql.program('pg_dump').rpartition('/')[0]}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", block], env={**os.environ, "PATH": path, **variables}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def check(database: Database, connection: Connection) -> None:
    if database.name == "sqlite":
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


async def keep_an_execution(url: str, blobs: FileBlobs) -> UUID:
    values = await put_outputs(blobs, {"stdout": LARGE, "stderr": b""})
    row = {**execution_values(MOMENT, status=ExecutionStatus.COMPLETED), **values}
    database = open_database(url)
    await database.open()
    await database.transact(lambda connection: connection.execute(insert(executions).values(**row)))
    await database.close()
    id_: UUID = row["id"]
    return id_
