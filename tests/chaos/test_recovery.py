"""A worker that dies, and a broker that forgets: how long its runs wait for another, and how often that may happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
import redis

from tests.acceptance.client import HOLD, Api
from tests.chaos.audit import Audit, Row, audit_of
from tests.chaos.killer import Killer
from tests.chaos.patience import wait_until
from tests.servers.cluster import Cluster

# After the end of its lease.
BEGINS_WITHIN = timedelta(seconds=2)
BACK_OFF = timedelta(seconds=0.2)
SETTINGS = {
    "RUNWARD_LEASE": "2",
    "RUNWARD_RETRY_SECONDS": "0.2",
    "RUNWARD_READY_SLOTS": "1",
    "RUNWARD_SESSION_RATE": "1000",
}


@dataclass(slots=True)
class Deployment:
    """A cluster with nothing to do, and what the test needs of it."""

    cluster: Cluster
    api: Api
    audit: Audit
    killer: Killer

    def forget_messages(self) -> None:
        """Lose every message that the broker holds."""
        if self.cluster.rabbitmq is not None:
            self.cluster.rabbitmq.control("purge_queue", "runward")
        else:
            with redis.Redis.from_url(self.cluster.environment()["RUNWARD_BROKER_URL"]) as broker:
                broker.flushdb()

    async def row(self, execution_id: str) -> Row:
        """Return an execution as the database has it."""
        (row,) = await self.audit.fetch(f"SELECT * FROM executions WHERE id = '{execution_id}'")
        return row

    async def wait_for_attempt(self, execution_id: str, number: int) -> Row:
        """Return the row once that attempt runs."""

        async def find() -> Row | None:
            row = await self.row(execution_id)
            assert row["status"] in {"QUEUED", "RUNNING"}, row
            return row if (row["status"], row["attempts"]) == ("RUNNING", number) else None

        return await wait_until(find, what=f"attempt {number} runs")

    async def kill_holder(self, execution_id: str) -> Row:
        """Kill the worker that runs it; return the row as it left it."""
        pid = int((await self.row(execution_id))["worker"].split("-")[-2])
        (holder,) = (each for each in self.cluster.workers if each.pid == pid)
        holder.kill()
        holder.wait()
        return await self.row(execution_id)


@pytest.fixture(params=["redis", "rabbitmq"])
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """Return one API node and three workers, with either broker."""
    with (
        Cluster(broker=request.param, workers=3, settings=SETTINGS) as cluster,
        httpx.Client(base_url=cluster.urls[0], timeout=60, trust_env=False) as http,
    ):
        yield Deployment(cluster, Api(http), audit_of(cluster), Killer(cluster=cluster, seed=0))


async def test_runs_of_a_killed_worker_begin_again_soon_and_not_for_ever(deployment: Deployment) -> None:
    execution_id = deployment.api.run(deployment.api.open(HOLD))
    gaps = []
    await deployment.wait_for_attempt(execution_id, 1)
    for losses in (1, 2):
        left = await deployment.kill_holder(execution_id)
        deployment.forget_messages()
        again = await deployment.wait_for_attempt(execution_id, losses + 1)
        assert again["worker"] != left["worker"]
        assert again["losses"] == losses
        # By the database's clock, from the end of the lease; the second time it is made to wait a little.
        gaps.append(again["started_at"] - left["lease_until"] - (losses - 1) * BACK_OFF)
    await deployment.kill_holder(execution_id)
    deployment.killer.revive()
    ended = deployment.api.end_of(execution_id)

    # The better of two: the machine may have had other things to do.
    assert min(gaps) <= BEGINS_WITHIN, gaps
    assert (ended["status"], ended["outcome"], ended["attempts"]) == ("FAILED", "sandbox_error", 3)
    assert "lost 3 times" in ended["message"]
    assert deployment.api.execute("print('well')")["stdout"] == "well\n"


async def test_what_no_message_tells_of_is_started_all_the_same(deployment: Deployment) -> None:
    cluster, api = deployment.cluster, deployment.api
    session_id = api.open("print('found')")
    broker = cluster.rabbitmq or cluster.redis
    broker.kill9()

    execution_ids = [api.run(session_id) for _ in range(3)]

    for execution_id in execution_ids:
        answer = api.http.get(f"/executions/{execution_id}", params={"wait": 50}).json()
        assert (answer["status"], answer["stdout"]) == ("COMPLETED", "found\n")
    broker.start()
    assert api.execute("print('well')")["stdout"] == "well\n"
