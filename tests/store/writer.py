"""A process that writes sessions one after the other, telling of each once it is committed; for tests that kill it."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from runward.domain.ids import new_id
from runward.store import Database, open_database
from runward.store.sessions import ACTIVE, Code, Session, insert_session


def a_session(text: str = "") -> Session:
    """Return a new session."""
    now = datetime.now(UTC)
    return Session(
        id=new_id(),
        owner_id=None,
        language="python",
        code=Code(source_code=text, files={}, entry=None),
        status=ACTIVE,
        last_version=0,
        created_at=now,
        updated_at=now,
    )


async def write(database: Database, count: int) -> None:
    """Write so many, each in a transaction of its own, eight of which wait at a time."""

    async def one() -> None:
        session = a_session("x" * 2000)
        await database.transact(lambda connection: insert_session(connection, session))
        print(session.id, flush=True)

    for _ in range(count // 8):
        await asyncio.gather(*(one() for _ in range(8)))


async def _main(url: str, count: int) -> None:
    database = open_database(url)
    await database.open()
    await write(database, count)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
