"""What an audience promises."""

from __future__ import annotations

import asyncio

from runward.queue.audience import LOOK_SECONDS, Audience


async def test_news_wakes_all_who_wait() -> None:
    audience = Audience()
    waiting = [asyncio.create_task(audience.wait()) for _ in range(100)]
    await asyncio.sleep(0)
    begun = asyncio.get_running_loop().time()

    audience.wake()
    await asyncio.gather(*waiting)

    assert asyncio.get_running_loop().time() < begun + LOOK_SECONDS


async def test_silence_wakes_all_who_wait() -> None:
    audience = Audience()

    async with asyncio.timeout(30):
        await asyncio.gather(*(audience.wait() for _ in range(100)))


async def test_silence_after_news_wakes_who_waits() -> None:
    audience = Audience()
    first = asyncio.create_task(audience.wait())
    await asyncio.sleep(0)
    audience.wake()
    await first

    async with asyncio.timeout(30):
        await audience.wait()


async def test_one_who_leaves_keeps_nobody_from_being_woken() -> None:
    audience = Audience()
    leaving, staying = (asyncio.create_task(audience.wait()) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    audience.wake()

    async with asyncio.timeout(30):
        await staying
    assert (await asyncio.gather(leaving, return_exceptions=True))[0].__class__ is asyncio.CancelledError
