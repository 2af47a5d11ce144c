"""The servers that are measured, started for it and stopped after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from bench.queue.inside import measure_calls, open_calls
from bench.queue.measuring import (
    Way,
    measure_listening,
    measure_rate,
    measure_saving,
    measure_times,
    open_session,
    run_at_once,
    run_queued,
)
from bench.queue.report import AT_ONCE, DIRECTLY, EMBEDDED, QueueReport
from bench.server import open_server
from tests.servers.cluster import Cluster

# So that no bound of a session is what is measured.
_UNBOUNDED = {
    "RUNWARD_SESSION_RATE": "1000000",
    "RUNWARD_SESSION_EXECUTIONS": "1000000",
    "RUNWARD_BACKLOG_LIMIT": "100000",
    "RUNWARD_BACKLOG_PER_KEY": "100000",
    "RUNWARD_RETENTION_DAYS": "0",
}
_BROKERS = {"none": "PostgreSQL, hints by Redis", "redis": "Celery on Redis", "rabbitmq": "Celery on RabbitMQ"}
_CLIENTS = (1, 4, 16, 64)
_SPEAKERS = 10


async def measure_queue(*, quick: bool, say: Callable[[str], None]) -> QueueReport:
    """Measure all of it; ``quick`` leaves the brokers out."""
    rounds, seconds, clients = (20, 1.0, _CLIENTS[:2]) if quick else (150, 3.0, _CLIENTS)
    say("queue: starting servers")
    async with _open_clusters(() if quick else tuple(_BROKERS)) as clusters:
        say("queue: one caller")
        shared = {name: cluster.environment() for name, cluster in clusters.items()}
        async with open_calls(DIRECTLY, EMBEDDED, shared, _UNBOUNDED) as calls:
            await measure_calls(calls, rounds)
        async with _open_ways(clusters) as ways:
            say("queue: one client")
            await measure_times(ways, rounds)
            for way in ways:
                say(f"queue: several clients: {way.name}")
                for count in clients:
                    await measure_rate(way, count, seconds)
            port = ways[0].port
            say("queue: saving, and listening")
            saving = await measure_saving(port, await open_session(port), seconds)
            listening = await measure_listening(
                port, listeners=100 if quick else 1000, programs=10, lines=8 if quick else 16, pause=0.5
            )
            return QueueReport(calls=calls, ways=ways, saving=saving, listening=listening)


@contextlib.asynccontextmanager
async def _open_clusters(brokers: Sequence[str]) -> AsyncIterator[dict[str, Cluster]]:
    async with contextlib.AsyncExitStack() as stack:
        clusters = {}
        for broker in brokers:
            cluster = Cluster(broker=broker, nodes=1, workers=1, settings=_UNBOUNDED, fsync="on")
            await asyncio.to_thread(cluster.__enter__)
            stack.push_async_callback(asyncio.to_thread, cluster.stop)
            clusters[f"queued, {_BROKERS[broker]}"] = cluster
        yield clusters


@contextlib.asynccontextmanager
async def _open_ways(clusters: Mapping[str, Cluster]) -> AsyncIterator[list[Way]]:
    async with open_server(_UNBOUNDED) as port:
        yield [
            Way(name=AT_ONCE, port=port, task=run_at_once, note="the engine's run and an HTTP request, no queue"),
            Way(
                name=EMBEDDED,
                port=port,
                task=await run_queued(port),
                note="`POST /code-sessions/{id}/run?wait=`; row committed and synced before it is told of, and its result too",
            ),
            *[
                Way(
                    name=name,
                    port=cluster.ports[0],
                    task=await run_queued(cluster.ports[0]),
                    note="API node, worker and servers as processes of their own on this host; PostgreSQL with fsync",
                )
                for name, cluster in clusters.items()
            ],
        ]
