"""Whatever is killed, every execution that was accepted ends, once, as its program deserves."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.chaos.audit import TERMINAL, Audit, Row, audit_of, wait_for_ends
from tests.chaos.deployments import Embedded, OnSqlite
from tests.chaos.killer import Killer
from tests.chaos.leftovers import Mark
from tests.chaos.load import PROGRAMS, Load
from tests.chaos.patience import wait_until
from tests.servers.cluster import Cluster

SCALE = float(os.environ.get("RUNWARD_CHAOS_SCALE", "1"))
SEED = int(os.environ.get("RUNWARD_CHAOS_SEED", "20261125"))
# Of each deployment; 2,000 in all.
EXECUTIONS = int(400 * SCALE)
CLIENTS = 16
# Of those that the platform may give up: each had three workers killed under it, or was failed four times.
MOST_GIVEN_UP = 0.01
MOST_LOSSES, MOST_ATTEMPTS = 3, 4
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
DEPLOYMENTS = ["redis", "rabbitmq", "none", "embedded", "sqlite"]


@pytest.fixture(params=DEPLOYMENTS)
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Two API nodes and three workers (with ``none`` they hear of work from Redis), or nodes that are all of it."""
    settings = SETTINGS | {"RUNWARD_UID_BASE": str(Mark.choose_uids())}
    with _deployment(request.param, settings) as started:
        yield started


async def test_nothing_is_lost_and_nothing_ends_twice(
    cluster: Cluster, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = audit_of(cluster)
    await audit.begin()
    load = Load(urls=cluster.urls, count=EXECUTIONS, clients=CLIENTS, seed=SEED)
    killer = Killer(cluster=cluster, seed=SEED)
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(killer.work())
        try:
            await load.run()
        finally:
            killer.stop()
    await wait_for_ends(audit)

    rows = await audit.fetch(
        "SELECT id, status, outcome, message, attempts, losses, length(stdout) AS size FROM executions"
    )
    with capsys.disabled():
        print(_report(request.node.name, load, killer, rows, time.monotonic() - began))
    assert load.faults == []
    await _check_once(audit, rows, load)
    _check_outcomes(rows, load)

    killer.look()
    cluster.stop()
    await _wait_until_nothing_is_left(cluster, killer)


async def _check_once(audit: Audit, rows: list[Row], load: Load) -> None:
    transitions = await audit.fetch("SELECT execution_id, old, new FROM transitions")
    assert {_id(row["id"]) for row in rows} == set(load.submitted), "accepted and kept are the same"
    ends = Counter(_id(each["execution_id"]) for each in transitions if each["new"] in TERMINAL)
    assert ends == Counter(dict.fromkeys(load.submitted, 1)), "each ended once"
    assert [each for each in transitions if each["old"] in TERMINAL] == []


def _check_outcomes(rows: list[Row], load: Load) -> None:
    given_up = [row for row in rows if row["outcome"] == "sandbox_error"]
    assert len(given_up) <= max(1, MOST_GIVEN_UP * len(rows)), given_up
    assert [row for row in given_up if row["losses"] < MOST_LOSSES and row["attempts"] < MOST_ATTEMPTS] == []
    assert [row for row in rows if row["attempts"] > MOST_ATTEMPTS + MOST_LOSSES] == []
    assert [row for row in rows if row not in given_up and not _is_right(row, load.submitted[_id(row["id"])])] == []


async def _wait_until_nothing_is_left(cluster: Cluster, killer: Killer) -> None:
    mark = Mark(folder=str(cluster.folder), first_uid=int(cluster.environment()["RUNWARD_UID_BASE"]))

    async def find() -> bool | None:
        return not mark.leftovers(killer.seen) or None

    try:
        await wait_until(find, what="those who were killed last have been cleaned up after")
    except AssertionError:
        pytest.fail("\n".join(mark.leftovers(killer.seen)))


def _deployment(name: str, settings: dict[str, str]) -> Cluster:
    match name:
        case "embedded":
            return Embedded(nodes=3, settings=settings)
        case "sqlite":
            return OnSqlite(settings=settings)
        case _:
            return Cluster(broker=name, nodes=2, workers=3, settings=settings)


def _is_right(row: Row, kind: str) -> bool:
    expected = PROGRAMS[kind][2]
    if expected is None:
        return bool(row["status"] == "CANCELLED")
    sizes = {"hello": 6, "slow": 6, "fails": 0, "much": 60_001, "endless": 0}
    return bool(row["status"] == expected and row["size"] == sizes[kind])


def _id(value: object) -> str:
    return str(UUID(str(value)))


def _report(name: str, load: Load, killer: Killer, rows: list[Row], seconds: float) -> str:
    return "\n".join(
        [
            f"\n{name}: {len(rows)} executions in {seconds:.0f} s, seed {SEED}",
            killer.report(),
            f"  answers to clients: {dict(load.answers)}",
            f"  ended: {dict(Counter(row['status'] for row in rows))}",
            f"  attempts: {dict(sorted(Counter(row['attempts'] for row in rows).items()))}",
            f"  leases that ran out: {sum(row['losses'] for row in rows)}",
        ]
    )
