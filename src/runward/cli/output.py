"""The program's output, passed on byte for byte as it comes."""

from __future__ import annotations

import os
import select

from runward.domain.outcome import Step
from runward.engine.result import Event, Output

STDOUT, STDERR = 1, 2


def pass_on(event: Event) -> None:
    """Write what the program wrote to the same stream of ours; what a compiler says is not the program's output."""
    if isinstance(event, Output):
        own = event.step is Step.RUN and event.stream == "stdout"
        write_all(STDOUT if own else STDERR, event.data)


def write_all(fd: int, data: bytes) -> None:
    """Write all of it, also where somebody made the descriptor non-blocking."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            select.select([], [fd], [])
