"""Whatever happens in whatever order: each execution ends once, nothing is lost, nobody is starved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection, delete

from runward.domain.ids import new_id
from runward.executions import Submission, Submitter
from runward.executions.submission import submit
from runward.store import Database, claims, open_database
from runward.store.tables import executions
from tests.executions.lifecycle import POLICY, Clock, Lifecycle

EXAMPLES = {"sqlite": 80, "postgresql": 15}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


def test_whatever_happens_each_execution_ends_once(url: str) -> None:
    clock = Clock()
    kind = url.partition(":")[0]
    database = open_database(url, clock=clock)
    bounded = settings(
        max_examples=EXAMPLES[kind],
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner:
        runner.run(database.open())
        try:
            machine: Any = partial(Lifecycle, database, clock, runner)
            run_state_machine_as_test(machine, settings=bounded)
        finally:
            runner.run(database.close())


async def test_one_run_comes_before_the_second_of_anothers_hundred(database: Database) -> None:
    many = await database.transact(lambda c: [_submit(c, "many") for _ in range(100)])
    one = await database.transact(lambda c: _submit(c, "one"))

    order = [await _claim_next(database) for _ in range(3)]

    assert order == [many[0], one, many[1]]


async def test_who_comes_when_a_hundred_have_been_served_waits_for_one(database: Database) -> None:
    many = await database.transact(lambda c: [_submit(c, "many") for _ in range(100)])
    assert [await _claim_next(database) for _ in range(50)] == many[:50]
    late = await database.transact(lambda c: [_submit(c, "late") for _ in range(2)])

    order = [await _claim_next(database) for _ in range(4)]

    assert order == [many[50], late[0], many[51], late[1]]


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(st.sampled_from("abcd"), min_size=1, max_size=40), batch=st.integers(1, 5))
async def test_keys_take_turns(migrated: Database, keys: list[str], batch: int) -> None:
    await migrated.transact(_empty, durable=False)
    made = await migrated.transact(lambda c: [(key, _submit(c, key)) for key in keys], durable=False)
    key_of = {id_: key for key, id_ in made}

    order: list[UUID] = []
    while taken := await _claim(migrated, batch):
        order += taken

    rounds: dict[str, int] = dict.fromkeys(keys, 0)
    served = []
    for id_ in order:
        rounds[key_of[id_]] += 1
        served.append(rounds[key_of[id_]])
    assert len(order) == len(keys)
    assert served == sorted(served)


@pytest.fixture
async def migrated(sqlite_url: str) -> AsyncIterator[Database]:
    database = open_database(sqlite_url)
    await database.open()
    yield database
    await database.close()


def _empty(connection: Connection) -> None:
    connection.execute(delete(executions))


def _submit(connection: Connection, key: str) -> UUID:
    wish = Submission(
        id=new_id(),
        request={"language": "python"},
        language="python",
        submitter=Submitter(key=key, key_limit=None),
        correlation_id="of-the-tests",
    )
    return submit(connection, wish, POLICY, now=Clock().now).execution.id


async def _claim(database: Database, limit: int) -> list[UUID]:
    taken = await database.transact(
        lambda c: claims.claim(c, worker="worker", limit=limit, lease=POLICY.lease, now=Clock().now), durable=False
    )
    return [each.id for each in taken]


async def _claim_next(database: Database) -> UUID:
    (taken,) = await _claim(database, 1)
    return taken
