"""The collector of a server is quiet while many who listen are woken."""

from __future__ import annotations

import subprocess
import sys

WAKES_MANY = """
import asyncio, gc
from runward.queue.audience import Audience
from runward.wiring.collector import settle

async def listen(audience, rounds):
    for _ in range(rounds):
        await audience.wait()

async def main():
    audience, collected = Audience(), []
    listening = [asyncio.create_task(listen(audience, 50)) for _ in range(1000)]
    await asyncio.sleep(0)
    gc.callbacks.append(lambda phase, info: collected.append(info["generation"]))
    while not all(each.done() for each in listening):
        audience.wake()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    print(len(collected))

{settle}
asyncio.run(main())
"""


def count_collections(settle: str) -> int:
    program = WAKES_MANY.format(settle=settle)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


def test_thousand_who_are_woken_again_and_again_make_no_work_for_it() -> None:
    assert count_collections("") > 10
    assert count_collections("settle()") == 0
