"""Every migration, those to come included: forward, back and forward again, with nothing and with rows, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from runward.store import Database, open_database
from runward.store.migrations import current_revision, downgrade, latest_revision, upgrade
from runward.store.tables import metadata
from tests.servers.postgresql import Postgresql
from tests.store.rows import Rows, fill_every_table, read_every_table, table_names

SCRIPTS = ScriptDirectory(str(Path(__file__).parents[2] / "src/runward/store/migrations"))
# The first first; each with the one before it.
STEPS = [(str(script.down_revision or "base"), script.revision) for script in SCRIPTS.walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/blank.db"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
async def blank(blank_url: str) -> AsyncIterator[Database]:
    database = open_database(blank_url)
    await database.open()
    yield database
    await database.close()


def test_there_is_one_line_of_migrations() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert STEPS[0][0] == "base"
    assert STEPS[-1][1] == latest_revision()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
async def test_each_migration_goes_forward_back_and_forward(blank: Database, step: tuple[str, str]) -> None:
    before, after = step
    await upgrade(blank, before) if before != "base" else None
    described = await blank.read(_describe)

    await upgrade(blank, after)
    forward = await blank.read(_describe)
    await downgrade(blank, before)

    assert await blank.read(_describe) == described
    assert await current_revision(blank) == (None if before == "base" else before)

    await upgrade(blank, after)
    assert await blank.read(_describe) == forward
    assert forward != described


@pytest.mark.parametrize("step", STEPS[1:], ids=lambda step: step[1])
async def test_rows_come_through_each_migration_and_back(blank: Database, step: tuple[str, str]) -> None:
    before, after = step
    await upgrade(blank, before)
    await blank.transact(fill_every_table)
    rows = await blank.read(read_every_table)
    assert all(len(of_table) == 1 for of_table in rows.values())

    await upgrade(blank, after)
    assert _without_new(await blank.read(read_every_table), rows) == rows

    await downgrade(blank, before)
    assert await blank.read(read_every_table) == rows


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
async def test_each_migration_goes_back_from_rows_of_its_own(blank: Database, step: tuple[str, str]) -> None:
    before, after = step
    await upgrade(blank, after)
    await blank.transact(fill_every_table)
    rows = await blank.read(read_every_table)

    await downgrade(blank, before)

    left = await blank.read(read_every_table)
    assert _without_new(rows, left) == left
    assert all(len(of_table) == 1 for of_table in left.values())


async def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        ours = set(table_names(connection))

        def is_ours(thing: Any, name: str | None, kind: str, *_: Any) -> bool:
            # Alembic reads an index's order on PostgreSQL alone; the next test compares them on SQLite.
            if kind == "index" and connection.dialect.name == "sqlite":
                return False
            return (name if kind == "table" else thing.table.name) in ours | set(metadata.tables)

        options = {"include_object": is_ours, "compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    assert await database.read(differences) == []
    assert set(await database.read(table_names)) == set(metadata.tables)


async def test_on_sqlite_the_migrated_indexes_are_those_of_the_code(sqlite_url: str, tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(made)
    migrated = create_engine(sqlite_url)

    query = text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY sql")
    indexes = []
    for engine in (made, migrated):
        with engine.connect() as connection:
            indexes.append(list(connection.execute(query).scalars()))
        engine.dispose()

    assert indexes[0] == indexes[1] != []


UPGRADE = """
import asyncio, sys
from runward.store import open_database
from runward.store.migrations import upgrade

async def main():
    database = open_database(sys.argv[1])
    await database.open()
    sys.stdin.read(1)
    await upgrade(database)
    await database.close()

asyncio.run(main())
"""


async def test_processes_that_migrate_at_once_take_turns(blank: Database, blank_url: str) -> None:
    assert _upgrade_at_once(blank_url, processes=3) == [("", 0)] * 3

    assert await current_revision(blank) == latest_revision()


def _upgrade_at_once(url: str, *, processes: int) -> list[tuple[str, int]]:
    """Let processes begin together; return what each said, and how it ended."""
    command = [sys.executable, "-c", UPGRADE, url]
    crew = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(processes)
    ]
    for process in crew:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    return [(process.communicate()[0], process.returncode) for process in crew]


def _describe(connection: Connection) -> dict[str, Any]:
    """Return the schema: what a migration back has to restore."""
    inspector = inspect(connection)
    described = {}
    for name in table_names(connection):
        described[name] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"]) for column in inspector.get_columns(name)
            },
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "indexes": sorted(str(index["name"]) for index in inspector.get_indexes(name)),
            "foreign": sorted(str(key["name"]) for key in inspector.get_foreign_keys(name)),
        }
    if connection.dialect.name == "postgresql":
        query = "SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1"
        described["partitions"] = {"names": list(connection.execute(text(query)).scalars())}
    return described


def _without_new(rows: Rows, old: Rows) -> Rows:
    """Return of the rows the tables and columns that there are in the old ones."""
    return {
        name: [{column: row[column] for column in kept} for row, kept in zip(rows[name], of_table, strict=True)]
        for name, of_table in old.items()
    }
