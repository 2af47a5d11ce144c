"""What flights promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runward.queue.flights import Flights


class Calls:
    """Calls that end when they are told to; counts them."""

    def __init__(self) -> None:
        self.begun = self.cancelled = 0
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self) -> str:
        self.begun += 1
        try:
            return await asyncio.shield(self.answer)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    made = Calls()
    yield made
    made.answer.cancel()


async def joined(flights: Flights[str, str], call: Calls, count: int, key: str = "key") -> list[asyncio.Task[str]]:
    """Return those who wait for the answer, all of them on their way."""
    tasks = [asyncio.create_task(flights.join(key, call)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_many_ask_once_and_all_get_the_answer(calls: Calls) -> None:
    tasks = await joined(Flights(), calls, 100)

    calls.answer.set_result("answer")

    assert await asyncio.gather(*tasks) == ["answer"] * 100
    assert calls.begun == 1


async def test_one_who_leaves_takes_the_answer_from_nobody(calls: Calls) -> None:
    first, second = await joined(Flights(), calls, 2)
    first.cancel()
    await asyncio.wait({first})

    calls.answer.set_result("answer")

    assert first.cancelled()
    assert await second == "answer"


async def test_the_call_ends_with_the_last_who_waits(calls: Calls) -> None:
    flights: Flights[str, str] = Flights()
    tasks = await joined(flights, calls, 3)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    (again,) = await joined(flights, calls, 1)

    calls.answer.set_result("answer")

    assert await again == "answer"
    assert (calls.begun, calls.cancelled) == (2, 1)


async def test_what_is_forgotten_is_asked_for_anew(calls: Calls) -> None:
    flights: Flights[str, str] = Flights()
    (old,) = await joined(flights, calls, 1)
    flights.forget()
    (new,) = await joined(flights, calls, 1)

    calls.answer.set_result("answer")

    assert (await old, await new, calls.begun) == ("answer", "answer", 2)


async def test_all_are_told_of_a_failure_and_the_next_tries_again(calls: Calls) -> None:
    flights: Flights[str, str] = Flights()
    tasks = await joined(flights, calls, 3)
    calls.answer.set_exception(ConnectionError("gone"))

    heard = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(each) for each in heard] == ["gone"] * 3
    with pytest.raises(ConnectionError):
        await flights.join("key", calls)
    assert calls.begun == 2


async def test_different_keys_are_different_calls(calls: Calls) -> None:
    flights: Flights[str, str] = Flights()
    tasks = [*await joined(flights, calls, 1, "one"), *await joined(flights, calls, 1, "other")]

    calls.answer.set_result("answer")

    assert await asyncio.gather(*tasks) == ["answer"] * 2
    assert calls.begun == 2
