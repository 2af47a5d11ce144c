"""What those who listen to an execution are promised where its stream does not tell all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection

from runward.domain.ids import new_id
from runward.domain.status import ExecutionStatus
from runward.engine import InputFile
from runward.executions import Executions
from runward.executions.events import OUTPUT, RESULT, ExecutionEvent, output_stream, pack
from runward.executions.inbox import InboxFull
from runward.executions.policy import Submitter
from runward.executions.request import ExecutionRequest
from runward.executions.submission import Submission
from runward.queue.bus import ended_topic
from runward.queue.streams import MOST_BYTES
from runward.settings import load_settings
from runward.store import claims
from runward.wiring import engine_policy, open_registry
from runward.wiring.observation import open_metrics
from runward.wiring.services import open_services


@pytest.fixture
async def executions(tmp_path: Path) -> AsyncIterator[Executions]:
    settings = load_settings(RUNWARD_DATA_DIR=str(tmp_path))
    registry = open_registry(settings)
    policy, metrics = engine_policy(settings, registry), open_metrics(registry, None)
    async with open_services(settings, registry, policy, metrics) as services:
        yield services.executions


async def submitted(executions: Executions) -> UUID:
    request = ExecutionRequest(language="python", files=(InputFile(path="main.py", content=b""),))
    submission = Submission(
        id=new_id(), request=request.to_json(), language="python", submitter=Submitter(), correlation_id="test"
    )
    execution, _ = await executions.submit(lambda _connection: submission)
    return execution.id


async def end_untold(executions: Executions, execution_id: UUID) -> None:
    """End it as by another process, whose entry in the stream does not come here."""

    def work(connection: Connection) -> None:
        claims.cancel(connection, execution_id, reason="test", now=executions.database.clock(connection))

    await executions.database.transact(work)


async def hear(executions: Executions, execution_id: UUID) -> list[ExecutionEvent]:
    async with asyncio.timeout(60), aclosing(executions.listen(await executions.get(execution_id))) as source:
        return [event async for events in source for event in events]


def tell(executions: Executions, execution_id: UUID, text: str) -> None:
    executions.streams.append(output_stream(execution_id), pack(ExecutionEvent.of(OUTPUT, {"text": text})))


async def test_end_that_only_the_row_tells_is_heard(executions: Executions) -> None:
    execution_id = await submitted(executions)
    listening = [asyncio.create_task(hear(executions, execution_id)) for _ in range(3)]
    await asyncio.sleep(0)
    tell(executions, execution_id, "one")

    await end_untold(executions, execution_id)

    for heard in await asyncio.gather(*listening):
        assert [(event.kind, event.position) for event in heard] == [(OUTPUT, "1-0"), (RESULT, "")]


async def test_entries_on_their_way_when_the_end_is_heard_are_not_lost(executions: Executions) -> None:
    execution_id = await submitted(executions)
    async with asyncio.timeout(60), aclosing(executions.listen(await executions.get(execution_id))) as source:
        assert len(await anext(source)) == 0
        await end_untold(executions, execution_id)
        executions.bus.publish(ended_topic(execution_id))
        assert len(await anext(source)) == 0  # it waits for them
        tell(executions, execution_id, "late")

        heard = [event async for events in source for event in events]

    assert [event.kind for event in heard] == [OUTPUT, RESULT]


async def test_who_comes_before_the_last_entries_are_there_is_told_them_though_the_end_is_heard_first(
    executions: Executions,
) -> None:
    execution_id = await submitted(executions)
    tell(executions, execution_id, "one")
    await end_untold(executions, execution_id)
    listening = asyncio.create_task(hear(executions, execution_id))
    await asyncio.sleep(0.1)
    executions.bus.publish(ended_topic(execution_id))
    await asyncio.sleep(0.1)

    tell(executions, execution_id, "two")
    executions.tell_end(execution_id, ExecutionStatus.CANCELLED)

    assert [(event.kind, event.position) for event in await listening] == [
        (OUTPUT, "1-0"), (OUTPUT, "2-0"), (RESULT, "3-0"),
    ]  # fmt: skip


async def test_output_beyond_what_is_kept_leaves_the_result_once_it_has_ended(executions: Executions) -> None:
    execution_id = await submitted(executions)
    tell(executions, execution_id, "one")
    tell(executions, execution_id, "x" * MOST_BYTES)
    tell(executions, execution_id, "after the gap")
    async with asyncio.timeout(60), aclosing(executions.listen(await executions.get(execution_id))) as source:
        (first,) = await anext(source)
        assert len(await anext(source)) == 0  # it has not ended
        await executions.cancel(execution_id, reason="test")

        rest = [event async for events in source for event in events]

    assert first.data == {"text": "one"}
    assert [event.kind for event in rest] == [RESULT]


async def test_who_sends_more_than_is_kept_is_told(executions: Executions) -> None:
    execution_id = await submitted(executions)

    with pytest.raises(InboxFull):
        executions.send(execution_id, b"x" * (MOST_BYTES + 1))


async def test_what_is_sent_to_one_that_has_ended_is_no_fault(executions: Executions) -> None:
    execution_id = await submitted(executions)
    await executions.cancel(execution_id, reason="test")

    executions.send(execution_id, b"{}")
