"""What really happened to each row, recorded by the database itself."""

from __future__ import annotations

import asyncpg

_TRIGGER = """
CREATE TABLE transitions (execution_id uuid, old text, new text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IS DISTINCT FROM NEW.status THEN
        INSERT INTO transitions (execution_id, old, new) VALUES (NEW.id, OLD.status, NEW.status);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_transition AFTER UPDATE ON executions FOR EACH ROW EXECUTE FUNCTION note_transition();
"""
TERMINAL = ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED")


async def begin(url: str) -> None:
    """Have the database record every change of a status."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_TRIGGER)
    finally:
        await connection.close()


async def fetch(url: str, query: str, *values: object) -> list[asyncpg.Record]:
    """Return the rows of a query."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def count_unfinished(url: str) -> int:
    """Return how many executions have not ended."""
    rows = await fetch(url, "SELECT count(*) FROM executions WHERE NOT status = ANY($1)", list(TERMINAL))
    return int(rows[0][0])
