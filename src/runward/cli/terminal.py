"""Our own terminal, lent to a program that runs in one: raw while it runs, and as it was afterwards, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import FrameType, TracebackType
from typing import Self

from runward.cli.stdin import is_readable
from runward.domain.errors import RequestError
from runward.sandbox import Terminal
from runward.sandbox.terminal import MOST_CELLS

_STDIN, _STDOUT = 0, 1
# What would end us without a word, and leave the terminal raw.  SIGINT raises KeyboardInterrupt.
_DEADLY = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Resize = Callable[[int, int], Awaitable[None]]


class OurTerminal:
    """The terminal that our standard input and output are; enter it for as long as it is lent."""

    def __init__(self) -> None:
        if not (os.isatty(_STDIN) and os.isatty(_STDOUT)):
            raise RequestError("--terminal is for standard input and output that are a terminal; leave it out")
        if not is_readable(_STDIN):
            raise RequestError("--terminal needs the terminal itself, which another job has; run it in the foreground")
        self.size = _size()
        self._modes = termios.tcgetattr(_STDIN)

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what tells a program of which kind the terminal is."""
        kind = os.environ.get("TERM")
        return {"TERM": kind} if kind else {}

    def __enter__(self) -> Self:
        self._handlers = {number: signal.signal(number, self._die) for number in _DEADLY}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._restore()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def begin(self) -> None:
        """Pass on every key: until the program is there to take it, Ctrl-C is ours."""
        tty.setraw(_STDIN, termios.TCSADRAIN)

    @asynccontextmanager
    async def telling_size(self, resize: Resize) -> AsyncIterator[None]:
        """Tell each new size of the terminal, for as long as the block lasts."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()
        changed.set()  # it may have changed since it was first asked for
        loop.add_signal_handler(signal.SIGWINCH, changed.set)
        telling = asyncio.create_task(self._tell_size(changed, resize))
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGWINCH)
            telling.cancel()
            # Where the size cannot be told, the connection is gone: who reads from it says so.
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell_size(self, changed: asyncio.Event, resize: Resize) -> None:
        told = self.size
        while await changed.wait():
            changed.clear()
            if (size := _size()) != told:
                told = size
                await resize(size.rows, size.columns)

    def _die(self, number: int, _frame: FrameType | None) -> None:
        self._restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _restore(self) -> None:
        # Flush: what a program made the terminal answer and did not read would be typed into the shell.
        with contextlib.suppress(termios.error):  # it has been hung up
            termios.tcsetattr(_STDIN, termios.TCSAFLUSH, self._modes)


def _size() -> Terminal:
    columns, lines = os.get_terminal_size(_STDOUT)
    usual = Terminal()  # for one that does not know its own
    return Terminal(rows=min(lines, MOST_CELLS) or usual.rows, columns=min(columns, MOST_CELLS) or usual.columns)
