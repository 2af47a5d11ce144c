"""From settings to everything that keeps, queues and tells of executions."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from runward.accounts import Accounts
from runward.domain.errors import RunwardError
from runward.domain.limits import MIB
from runward.engine import Engine, EnginePolicy
from runward.executions import ExecutionPolicy, Executions
from runward.languages import Registry
from runward.sessions import Sessions, Uploads
from runward.settings import Settings
from runward.store import Database, open_database
from runward.store.blobs import BlobStore, open_blobs
from runward.store.executions import count_queued, oldest_queued_at
from runward.store.migrations import SchemaOutdated, current_revision, latest_revision, upgrade
from runward.store.workers import count_workers
from runward.telemetry.metrics import Metrics
from runward.telemetry.readings import QueueReading
from runward.wiring.accounts import open_accounts
from runward.wiring.connections import Connections, open_connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What faces and workers share within a process."""

    settings: Settings
    database: Database
    blobs: BlobStore
    connections: Connections
    executions: Executions
    sessions: Sessions
    uploads: Uploads
    metrics: Metrics
    accounts: Accounts


@asynccontextmanager
async def open_services(
    settings: Settings, registry: Registry, policy: EnginePolicy, metrics: Metrics
) -> AsyncIterator[Services]:
    """Open the database, bring its schema up to date where that is ours alone, and connect the rest."""
    async with AsyncExitStack() as stack:
        database = open_database(database_url(settings), pool_size=settings.database_pool)
        await database.open()
        stack.push_async_callback(database.close)
        await _check_schema(database)
        accounts = open_accounts(settings, database, data_dir=data_dir(settings))
        stack.push_async_callback(accounts.close)
        connections = await stack.enter_async_context(open_connections(settings, database_url=database_url(settings)))
        blobs = open_blobs(settings.blobs, data_dir=data_dir(settings))
        executions = Executions(
            database=database,
            blobs=blobs,
            bus=connections.bus,
            streams=connections.streams,
            dispatch=connections.dispatch,
            registry=registry,
            engine_policy=policy,
            policy=_policy(settings),
        )
        metrics.measure(partial(_measure_queue, database))
        yield Services(
            settings=settings,
            database=database,
            blobs=blobs,
            connections=connections,
            metrics=metrics,
            executions=executions,
            sessions=Sessions(database=database, executions=executions, registry=registry),
            uploads=Uploads(database=database, blobs=blobs, quota_bytes=settings.uploads_mb * MIB),
            accounts=accounts,
        )


def data_dir(settings: Settings) -> Path:
    """Return the folder of the database and of files."""
    if settings.data_dir is not None:
        return settings.data_dir
    if os.geteuid() == 0 or _is_system_dir_ours():
        return _SYSTEM_DIR
    home = os.environ.get("XDG_DATA_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".local/share") / "runward"


def database_url(settings: Settings) -> str:
    """Return where the database is: SQLite in the data folder unless the operator says otherwise."""
    if settings.database_url is not None and settings.database_url.get_secret_value():
        return settings.database_url.get_secret_value()
    return f"sqlite:///{data_dir(settings) / 'runward.db'}"


class NotShared(RunwardError):
    """Processes are to work together that share nothing."""

    code = "invalid_setting"


def check_shared(settings: Settings) -> None:
    """Raise NotShared where API nodes and workers as separate processes would not hear of each other."""
    if database_url(settings).startswith("sqlite"):
        raise NotShared("DATABASE_URL: separate processes share a PostgreSQL; set it, or use: runward serve")
    if settings.redis_url is None or not settings.redis_url.get_secret_value():
        raise NotShared("REDIS_URL: separate processes pass on live output through Redis; set it")


def make_for(settings: Settings, engine: Engine | None, uid: int, gid: int) -> None:
    """Make, as root, what the user that this process will become is to find."""
    if engine is not None:
        engine.make_for(uid, gid)
    folder = data_dir(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder, *folder.iterdir()):
        os.chown(path, uid, gid, follow_symlinks=False)


# Counting stops here; a queue this long is none the worse for being longer.
_MOST_COUNTED = 100_000
_SYSTEM_DIR = Path("/var/lib/runward/data")


def _is_system_dir_ours() -> bool:
    # Root has made it for the user that it then became.
    return os.access(_SYSTEM_DIR, os.W_OK)


async def _measure_queue(database: Database) -> QueueReading:
    def work(connection: Connection) -> QueueReading:
        now = database.clock(connection)
        return QueueReading(
            depth=count_queued(connection, at_most=_MOST_COUNTED),
            oldest_age=max(timedelta(0), now - (oldest_queued_at(connection, now=now) or now)),
            workers=count_workers(connection, now=now),
        )

    return await database.read(work)


async def _check_schema(database: Database) -> None:
    if database.name == "sqlite":
        await upgrade(database)
        return
    found, wanted = await current_revision(database), latest_revision()
    if found is None:
        await upgrade(database)  # an empty database has nothing to lose
    elif found != wanted:
        raise SchemaOutdated(found=found, wanted=wanted)


def _policy(settings: Settings) -> ExecutionPolicy:
    return ExecutionPolicy(
        wall_time=timedelta(seconds=settings.default_timeout),
        memory_bytes=None if settings.default_memory_mb is None else settings.default_memory_mb * MIB,
        output_bytes=settings.output_kb * 1024,
        source_bytes=settings.source_kb * 1024,
        per_session=settings.session_executions,
        per_session_minute=settings.session_rate,
        backlog=settings.backlog_limit,
        backlog_per_key=settings.backlog_per_key,
        time_to_live=timedelta(seconds=settings.queue_seconds),
        retries=settings.retries,
        back_off=timedelta(seconds=settings.retry_seconds),
        lease=timedelta(seconds=settings.lease_seconds),
        result_cache=timedelta(hours=settings.result_cache_hours),
        tiers=(settings.tier, *settings.tiers),
    )
