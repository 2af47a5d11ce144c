"""What a caller may do to a program while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from runward.sandbox import Run, Terminal, check_signal


class Control:
    """Reaches the program of one execution; made by the caller, who gives it to the engine.

    Before the program has been started and after its end a signal has no effect.  A size is kept: a program that is
    started later finds it.
    """

    def __init__(self) -> None:
        self._run: Run | None = None
        self._size: Terminal | None = None

    def signal(self, number: int) -> None:
        """Send a signal to the program's process group; raise RequestError for one that is not to be sent.

        With a terminal this is the group of the program that was started, not the one in the foreground; what a key sends
        there is typed.
        """
        check_signal(number)
        if self._run is not None:
            self._run.signal(number)

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal another size, which its program is told by SIGWINCH; nothing where there is none."""
        self._size = Terminal(rows=rows, columns=columns)
        if self._run is not None:
            self._run.resize(self._size)

    def fit(self, terminal: Terminal | None) -> Terminal | None:
        """Return the terminal in the size that was given last."""
        return terminal and (self._size or terminal)

    @contextmanager
    def reaching(self, run: Run) -> Iterator[None]:
        """Reach this run, for as long as it lasts."""
        if self._size is not None:
            run.resize(self._size)
        self._run = run
        try:
            yield
        finally:
            self._run = None
