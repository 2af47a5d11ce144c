"""Whatever is killed, every execution that was accepted ends, once, as its program deserves."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg
import pytest

from tests.chaos import audit
from tests.chaos.killer import Killer
from tests.chaos.load import PROGRAMS, Load
from tests.servers.cluster import Cluster

SCALE = float(os.environ.get("RUNWARD_CHAOS_SCALE", "1"))
SEED = int(os.environ.get("RUNWARD_CHAOS_SEED", "20261125"))
EXECUTIONS = int(700 * SCALE)
CLIENTS = 12
# Of those that the platform may give up: each had three workers killed under it, or was failed four times.
MOST_GIVEN_UP = 0.01
ENDS_WITHIN_SECONDS = 240
SETTINGS = {
    "RUNWARD_LEASE": "2",
    "RUNWARD_RETRY_SECONDS": "0.2",
    "RUNWARD_SESSION_RATE": "1000000",
    "RUNWARD_SESSION_EXECUTIONS": "1000000",
    "RUNWARD_BACKLOG_LIMIT": "100000",
    "RUNWARD_BACKLOG_PER_KEY": "100000",
    "RUNWARD_READY_SLOTS": "1",
    "RUNWARD_GRACE_PERIOD": "5",
    "MAX_CONCURRENT_EXECUTIONS": "4",
    "ENVIRONMENT": "production",
    "RUNWARD_AUTH": "open",
}


@pytest.fixture(params=["redis", "rabbitmq", "none"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Two API nodes and three workers; without a broker, workers hear of work from Redis."""
    with Cluster(broker=request.param, nodes=2, workers=3, settings=SETTINGS) as started:
        yield started


async def test_nothing_is_lost_and_nothing_ends_twice(
    cluster: Cluster, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = cluster.postgresql.url
    await audit.begin(url)
    load = Load(urls=cluster.urls, count=EXECUTIONS, clients=CLIENTS, seed=SEED)
    killer = Killer(cluster=cluster, seed=SEED)
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        killing = group.create_task(killer.work())
        await load.run()
        killing.cancel()
    killer.revive()
    await _until_all_have_ended(url)

    rows = await audit.fetch(
        url, "SELECT id, status, outcome, attempts, losses, octet_length(stdout) AS size FROM executions"
    )
    transitions = await audit.fetch(url, "SELECT execution_id, old, new FROM transitions")
    with capsys.disabled():
        print(_report(request.node.name, load, killer, rows, time.monotonic() - began))

    assert load.faults == []
    assert {str(row["id"]) for row in rows} == set(load.submitted), "accepted and kept are the same"
    ends = Counter(str(each["execution_id"]) for each in transitions if each["new"] in audit.TERMINAL)
    assert ends == Counter(dict.fromkeys(load.submitted, 1)), "each ended once"
    assert [dict(each) for each in transitions if each["old"] in audit.TERMINAL] == []
    given_up = [row for row in rows if row["outcome"] == "sandbox_error"]
    assert len(given_up) <= MOST_GIVEN_UP * len(rows)
    assert [dict(row) for row in given_up if row["losses"] < 3 and row["attempts"] < 4] == []
    wrong = [dict(row) for row in rows if row not in given_up and not _is_right(row, load.submitted[str(row["id"])])]
    assert wrong == []

    folder = str(cluster.folder)
    cluster.stop()
    assert _processes_of(folder) == []


async def _until_all_have_ended(url: str) -> None:
    async with asyncio.timeout(ENDS_WITHIN_SECONDS):
        while await audit.count_unfinished(url) > 0:  # noqa: ASYNC110  (other processes end them)
            await asyncio.sleep(0.5)


def _is_right(row: asyncpg.Record, kind: str) -> bool:
    status, size = row["status"], row["size"]
    expected = PROGRAMS[kind][2]
    if expected is None:
        return bool(status == "CANCELLED")
    sizes = {"hello": 6, "slow": 6, "fails": 0, "much": 60_001, "endless": 0}
    return bool(status == expected and size == sizes[kind])


def _processes_of(folder: str) -> list[str]:
    """Return the command lines of processes that were started for this cluster, or by those, and still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            if folder.encode() in environment:
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def _report(name: str, load: Load, killer: Killer, rows: Sequence[asyncpg.Record], seconds: float) -> str:
    attempts = Counter(row["attempts"] for row in rows)
    statuses = Counter(row["status"] for row in rows)
    lost = sum(row["losses"] for row in rows)
    return "\n".join(
        [
            f"\n{name}: {len(rows)} executions in {seconds:.0f} s",
            f"  killed: {dict(killer.done)}",
            f"  answers to clients: {dict(load.answers)}",
            f"  ended: {dict(statuses)}",
            f"  attempts: {dict(sorted(attempts.items()))}; leases that ran out: {lost}",
        ]
    )
