"""Bring the schema to a revision, one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from runward.domain.errors import RunwardError
from runward.store.database import Database
from runward.store.postgresql import PostgresqlDatabase
from runward.store.sqlite import SqliteDatabase

# Any number that nothing else of ours locks.
_LOCK = 0x52554E57


class SchemaOutdated(RunwardError):
    """The database's schema is not the one that this version works with."""

    code = "schema_outdated"

    def __init__(self, *, found: str | None, wanted: str) -> None:
        super().__init__(
            f"the database is at revision {found or 'none'}, this version needs {wanted}; run: runward admin migrate"
        )
        self.found, self.wanted = found, wanted


def latest_revision() -> str:
    """Return the revision that this version of the code works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is a first migration"
    return head


async def current_revision(database: Database) -> str | None:
    """Return the revision of the database; None where it is empty."""
    return await database.read(lambda connection: MigrationContext.configure(connection).get_current_revision())


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema forward; who comes second waits, and finds it done."""
    await _run(database, lambda config: command.upgrade(config, revision))


async def downgrade(database: Database, revision: str) -> None:
    """Bring the schema back."""
    await _run(database, lambda config: command.downgrade(config, revision))


async def _run(database: Database, change: Callable[[Config], None]) -> None:
    def within(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        change(config)

    if isinstance(database, PostgresqlDatabase):
        async with database.engine.begin() as connection:
            await connection.run_sync(within)
    elif isinstance(database, SqliteDatabase):
        await asyncio.to_thread(_run_on_sqlite, database, within)


def _run_on_sqlite(database: SqliteDatabase, within: Callable[[Connection], None]) -> None:
    with database.engine.connect() as connection:
        # Not within a transaction: a table that is made anew must not take with it what refers to it.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                within(connection)
        finally:
            connection.connection.cursor().execute("PRAGMA foreign_keys = ON")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
