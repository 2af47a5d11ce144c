"""The servers that are measured, started for it and stopped after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

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
from bench.queue.report import AT_ONCE, EMBEDDED, QueueReport
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
    async with _open_ways(() if quick else tuple(_BROKERS)) as ways:
        say("queue: one client")
        await measure_times(ways, rounds)
        for way in ways:
            say(f"queue: several clients: {way.name}")
            for count in clients:
                await measure_rate(way, count, seconds)
        port = ways[0].port
        say("queue: saving, and listening")
        saving = await measure_saving(port, await open_session(port), seconds)
    async with open_server({**_UNBOUNDED, "MAX_CONCURRENT_EXECUTIONS": str(_SPEAKERS)}) as port:
        # They speak for some seconds after the last listener has come.
        listening = await measure_listening(
            port, listeners=100 if quick else 1000, programs=_SPEAKERS, lines=8 if quick else 30, pause=0.5
        )
    return QueueReport(ways=ways, saving=saving, listening=listening)


@contextlib.asynccontextmanager
async def _open_ways(brokers: Sequence[str]) -> AsyncIterator[list[Way]]:
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(open_server(_UNBOUNDED))
        ways = [
            Way(name=AT_ONCE, port=port, task=run_at_once, note="the engine's run and an HTTP request, no queue"),
            Way(
                name=EMBEDDED,
                port=port,
                task=run_queued(await open_session(port)),
                note="`POST /code-sessions/{id}/run?wait=`; row committed and synced before it runs, and its result after",
            ),
        ]
        for broker in brokers:
            cluster = Cluster(broker=broker, nodes=1, workers=1, settings=_UNBOUNDED)
            await asyncio.to_thread(cluster.__enter__)
            stack.push_async_callback(asyncio.to_thread, cluster.stop)
            session_id = await open_session(cluster.ports[0])
            ways.append(
                Way(
                    name=f"queued, {_BROKERS[broker]}",
                    port=cluster.ports[0],
                    task=run_queued(session_id),
                    note="API node, worker and servers as processes of their own on this host; PostgreSQL with fsync",
                )
            )
        yield ways
