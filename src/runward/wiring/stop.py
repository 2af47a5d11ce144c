"""How a process of ours learns that it is to stop, and that it is to hurry."""

from __future__ import annotations

import asyncio
import signal


class Stop:
    """Counts the signals that ask to stop."""

    def __init__(self) -> None:
        self.first, self.second = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._take)

    def _take(self) -> None:
        (self.second if self.first.is_set() else self.first).set()
