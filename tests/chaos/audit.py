"""What really happened to each row, recorded by the database itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from tests.chaos.deployments import OnSqlite
from tests.chaos.patience import wait_until
from tests.servers.cluster import Cluster

TERMINAL = ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED")
_POSTGRESQL = """
CREATE TABLE transitions (execution_id uuid, old text, new text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO transitions (execution_id, old, new) VALUES (NEW.id, OLD.status, NEW.status);
    RETURN NULL;
END $$;
CREATE TRIGGER note_transition AFTER UPDATE ON executions FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION note_transition();
"""
_SQLITE = """
CREATE TABLE transitions (execution_id text, old text, new text, at text DEFAULT CURRENT_TIMESTAMP);
CREATE TRIGGER note_transition AFTER UPDATE ON executions FOR EACH ROW WHEN OLD.status IS NOT NEW.status
    BEGIN INSERT INTO transitions (execution_id, old, new) VALUES (NEW.id, OLD.status, NEW.status); END;
"""
_UNFINISHED = f"SELECT count(*) AS number FROM executions WHERE status NOT IN {TERMINAL}"

Row = Mapping[str, Any]


class Audit(Protocol):
    """Asks the database itself, behind the backs of those who use it."""

    async def begin(self) -> None:
        """Have the database record every change of a status."""

    async def fetch(self, query: str) -> list[Row]:
        """Return the rows of a query."""


def audit_of(cluster: Cluster) -> Audit:
    """Return the audit of a deployment's database."""
    return _SqliteAudit(cluster.path) if isinstance(cluster, OnSqlite) else _PostgresqlAudit(cluster.postgresql.url)


async def wait_for_ends(audit: Audit) -> None:
    """Return when every execution has ended."""

    async def find() -> bool | None:
        return (await audit.fetch(_UNFINISHED))[0]["number"] == 0 or None

    await wait_until(find, what="every execution has ended")


class _PostgresqlAudit:
    def __init__(self, url: str) -> None:
        self._url = url

    async def begin(self) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(_POSTGRESQL)
        finally:
            await connection.close()

    async def fetch(self, query: str) -> list[Row]:
        connection = await asyncpg.connect(self._url)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()


class _SqliteAudit:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def begin(self) -> None:
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.executescript(_SQLITE)

    async def fetch(self, query: str) -> list[Row]:
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query).fetchall()]
