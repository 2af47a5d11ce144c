"""The servers as fixtures, one of each for all tests, started when the first asks; and empty databases.

A test that kills or restarts a server makes one of its own: ``with Postgresql() as server``.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runward.store import Database, open_database
from runward.store.migrations import upgrade
from tests.servers.postgresql import Postgresql
from tests.servers.rabbitmq import Rabbitmq
from tests.servers.redis import Redis

MIGRATED = "migrated"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """Return a PostgreSQL server."""
    with Postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """Return a Redis server."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Rabbitmq]:
    """Return a RabbitMQ server."""
    with Rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis: Redis) -> str:
    """Return the URL of the Redis server, which other tests use too."""
    return redis.url


@pytest.fixture(scope="session")
def rabbitmq_url(rabbitmq: Rabbitmq) -> str:
    """Return the URL of the RabbitMQ server, which other tests use too."""
    return rabbitmq.url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: Postgresql) -> str:
    """Return the name of a database that has the tables and no rows, to be copied."""
    postgresql.query(f"CREATE DATABASE {MIGRATED}")
    _migrate(postgresql.url_of(MIGRATED))
    return MIGRATED


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that has the tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "runward.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgresql_url(postgresql: Postgresql, migrated_postgresql: str) -> Iterator[str]:
    """Return the URL of a database of the test's own, with the tables and no rows."""
    url = postgresql.create_database(template=migrated_postgresql)
    yield url
    postgresql.drop_database(url)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Return the URL of a database of the test's own, with the tables and no rows."""
    shutil.copy(migrated_sqlite, tmp_path / "runward.db")
    return f"sqlite:///{tmp_path}/runward.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database of the test's own, with the tables and no rows: the test runs on either kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return it open."""
    database = open_database(database_url)
    await database.open()
    yield database
    await database.close()


def _migrate(url: str) -> None:
    # In a thread: the test that asks first may be in its event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(_upgrade(url))).result()


async def _upgrade(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        await upgrade(database)
    finally:
        await database.close()
