"""The audience: who waits, in this process, for news of one stream."""

from __future__ import annotations

import asyncio

# After so long without news those who wait may look elsewhere, such as whether a row tells more.
LOOK_SECONDS = 2.0


class Audience:
    """Those who wait for news: a thousand are woken as one, and have one timer between them."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._heard = False

    async def wait(self) -> None:
        """Return when there is news, or when there was none for LOOK_SECONDS, or nearly twice as long."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.add(future)
        if self._timer is None:
            self._timer = loop.call_later(LOOK_SECONDS, self._tick)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def wake(self) -> None:
        """Tell everyone who waits."""
        self._heard = True
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _tick(self) -> None:
        # News does not begin it anew: that would be the timer for each of them which this is to spare.
        heard, self._heard, self._timer = self._heard, False, None
        if not heard:
            self.wake()
            self._heard = False
        elif self._waiting:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._tick)
