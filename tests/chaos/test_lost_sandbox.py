"""A process whose sandbox is gone for good: it takes nothing with it, tells of it, and makes room for its successor."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from runward.cli.exit_status import FAILED
from tests.acceptance.client import HOLD, Api
from tests.chaos.deployments import OnSqlite
from tests.chaos.killer import Killer
from tests.chaos.patience import wait_until
from tests.sandbox.conftest import list_descendants
from tests.servers.cluster import Cluster

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="who never was root can start another guardian")
SETTINGS = {
    "RUNWARD_READY_SLOTS": "1",
    "RUNWARD_SESSION_RATE": "1000",
    "RUNWARD_RETRY_SECONDS": "0.2",
    "MAX_CONCURRENT_EXECUTIONS": "1",
}


@pytest.fixture(params=["worker", "serve"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Return a node and its worker, or a server that is both."""
    apart = request.param == "worker"
    with Cluster(broker="none", workers=1, settings=SETTINGS) if apart else OnSqlite(settings=SETTINGS) as started:
        yield started


async def test_worker_without_a_guardian_ends_and_costs_no_run_its_attempts(cluster: Cluster) -> None:
    with httpx.Client(base_url=cluster.urls[0], timeout=60, trust_env=False) as http:
        api = Api(http)
        held = api.run(api.open(HOLD))
        api.wait_until_running(held)
        hello = api.open()
        waiting = [api.run(hello) for _ in range(3)]
        worker = (cluster.workers or cluster.nodes)[0]

        os.kill(_guardian_of(worker.pid), signal.SIGKILL)

        assert await _status_of(worker) == FAILED
        Killer(cluster=cluster, seed=0).revive()
        await asyncio.to_thread(cluster.wait_until_ready)
        await _wait_until_running(api, held)
        api.http.post(f"/executions/{held}/cancel")
        assert api.end_of(held)["attempts"] == 2
        for execution_id in waiting:
            ended = api.end_of(execution_id)
            assert (ended["status"], ended["attempts"]) == ("COMPLETED", 1)


async def _status_of(process: subprocess.Popen[bytes]) -> int:
    async def find() -> int | None:
        return process.poll()

    return await wait_until(find, what="the worker ends")


async def _wait_until_running(api: Api, execution_id: str) -> None:
    async def find() -> bool | None:
        return api.get(execution_id)["status"] == "RUNNING" or None

    await wait_until(find, what="it runs again")


def _guardian_of(worker: int) -> int:
    (guardian,) = (each.pid for each in list_descendants(worker) if each.parent == worker)
    return guardian
