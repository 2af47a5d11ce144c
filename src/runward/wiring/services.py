"""From settings to everything that keeps, queues and tells of executions."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from runward.accounts import Accounts
from runward.domain.limits import MIB
from runward.engine import Engine, EnginePolicy
from runward.executions import ExecutionPolicy, Executions
from runward.languages import Registry
from runward.queue.bus import WORK, Bus, LocalBus
from runward.queue.streams import LocalStreams, Streams
from runward.sessions import Sessions
from runward.settings import Settings
from runward.store import Database, open_database
from runward.store.blobs import BlobStore, open_blobs
from runward.store.migrations import SchemaOutdated, current_revision, latest_revision, upgrade
from runward.wiring.accounts import open_accounts

# Asks a service outside this process how it is, and returns what it tells.
Ask = Callable[[], Awaitable[Mapping[str, int | str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What faces and workers share within a process.

    ``ping_redis`` and ``ask_broker`` tell whether those answer, or raise; None where the deployment has none.
    """

    settings: Settings
    database: Database
    blobs: BlobStore
    bus: Bus
    streams: Streams
    executions: Executions
    sessions: Sessions
    metrics: Metrics
    accounts: Accounts
    ping_redis: Ask | None = None
    ask_broker: Ask | None = None


class _Hinting:
    """Dispatch by the bus alone: workers listen to it themselves."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def announce(self, execution_id: UUID) -> None:
        self._bus.publish(WORK)


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
        bus, streams = LocalBus(), LocalStreams()
        for each in (bus, streams):
            await each.open()
            stack.push_async_callback(each.close)
        executions = Executions(
            database=database,
            bus=bus,
            streams=streams,
            dispatch=_Hinting(bus),
            registry=registry,
            engine_policy=policy,
            policy=_policy(settings),
        )
        yield Services(
            settings=settings,
            database=database,
            blobs=open_blobs(settings.blobs, data_dir=data_dir(settings)),
            bus=bus,
            streams=streams,
            executions=executions,
            sessions=Sessions(database=database, executions=executions, registry=registry),
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


def make_for(settings: Settings, engine: Engine, uid: int, gid: int) -> None:
    """Make, as root, what the user that this process will become is to find."""
    engine.make_for(uid, gid)
    folder = data_dir(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


_SYSTEM_DIR = Path("/var/lib/runward/data")


def _is_system_dir_ours() -> bool:
    # Root has made it for the user that it then became.
    return os.access(_SYSTEM_DIR, os.W_OK)


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
        tiers=(settings.tier, *settings.tiers),
    )
