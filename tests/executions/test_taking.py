"""A worker of the process takes what is submitted there: each slot that it keeps free is used or given back, once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from runward.domain.ids import new_id
from runward.executions import Executions, Submission, Submitter
from runward.executions.policy import SessionFull
from runward.settings import load_settings
from runward.store.executions import Execution
from runward.wiring import engine_policy, open_registry
from runward.wiring.observation import open_metrics
from runward.wiring.services import open_services


class Slots:
    """The taker's side: how many it keeps free, and what came of each."""

    name = "slots"

    def __init__(self) -> None:
        self.reserved = 0
        self.taken: list[Execution | None] = []

    def reserve(self) -> bool:
        self.reserved += 1
        return True

    def release(self, taken: Execution | None) -> None:
        self.reserved -= 1
        self.taken.append(taken)


@pytest.fixture
async def executions(tmp_path: Path) -> AsyncIterator[Executions]:
    settings = load_settings(RUNWARD_DATA_DIR=str(tmp_path))
    registry = open_registry(settings)
    policy, metrics = engine_policy(settings, registry), open_metrics(registry, None)
    async with open_services(settings, registry, policy, metrics) as services:
        yield services.executions


@pytest.fixture
def slots(executions: Executions) -> Slots:
    slots = executions.taker = Slots()
    return slots


def a_submission() -> Submission:
    request = {"language": "python", "files": []}
    return Submission(id=new_id(), request=request, language="python", submitter=Submitter(), correlation_id="test")


async def test_what_is_taken_is_run_even_if_its_sender_has_left(
    executions: Executions, slots: Slots, tmp_path: Path
) -> None:
    submission = a_submission()
    with closing(sqlite3.connect(tmp_path / "runward.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        sending = asyncio.create_task(executions.submit(lambda _: submission))
        for _ in range(10):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait({sending})
        assert (sending.cancelled(), slots.reserved, slots.taken) == (True, 1, [])
        other.rollback()

    await executions.database.transact(lambda _: None)  # after that one

    assert slots.reserved == 0
    assert [taken and taken.id for taken in slots.taken] == [submission.id]


async def test_slot_is_given_back_where_nothing_is_queued(executions: Executions, slots: Slots) -> None:
    def refuse(_connection: Connection) -> Submission:
        raise SessionFull(limit=1)

    with pytest.raises(SessionFull):
        await executions.submit(refuse)

    assert (slots.reserved, slots.taken) == (0, [None])
