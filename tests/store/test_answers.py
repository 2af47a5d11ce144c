"""An answer serves its owner's equal requests for a while, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from runward.domain.ids import new_id
from runward.store import Database
from runward.store.answers import find_answered
from tests.store.rows import execution_values, insert_executions

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ADA, BOB = new_id(), new_id()


async def keep(database: Database, *rows: dict[str, Any]) -> list[UUID]:
    await database.transact(lambda connection: insert_executions(connection, rows))
    return [row["id"] for row in rows]


async def found(database: Database, owner_id: UUID | None, *, since: datetime = NOW) -> UUID | None:
    execution = await database.transact(lambda c: find_answered(c, "key", owner_id=owner_id, since=since))
    return None if execution is None else execution.id


async def test_each_owner_is_answered_with_their_own(database: Database) -> None:
    owners = (ADA, BOB, None)
    ids = await keep(database, *(execution_values(NOW, owner_id=owner, cache_key="key") for owner in owners))

    assert [await found(database, owner) for owner in owners] == ids
    assert await found(database, new_id()) is None


async def test_the_latest_answers_until_it_is_too_old(database: Database) -> None:
    moments = (NOW, NOW + timedelta(hours=1))
    _, latest = await keep(database, *(execution_values(each, owner_id=ADA, cache_key="key") for each in moments))

    ended = moments[1] + timedelta(seconds=1)
    assert await found(database, ADA) == latest
    assert await found(database, ADA, since=ended) == latest
    assert await found(database, ADA, since=ended + timedelta(microseconds=1)) is None


async def test_what_has_no_key_or_another_answers_nobody(database: Database) -> None:
    await keep(database, *(execution_values(NOW, owner_id=ADA, cache_key=key) for key in (None, "other")))

    assert await found(database, ADA) is None
