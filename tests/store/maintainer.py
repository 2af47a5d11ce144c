"""A process that maintains a database until it is killed or done; for tests that kill it or run several."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from runward.store import open_database
from runward.store.blobs import FileBlobs
from runward.store.retention import maintain


async def _main(url: str, folder: str, now: str) -> None:
    database = open_database(url)
    await database.open()
    print("begins", flush=True)
    done = await maintain(database, FileBlobs(Path(folder)), retention_days=30, now=datetime.fromisoformat(now))
    print(done.executions_archived, flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
