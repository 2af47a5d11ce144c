"""The terminal of a program: a pseudo-terminal whose master never leaves the client.

The client opens it, so it belongs to the client's user and lies in the client's own /dev/pts, which no slot shows: a
program has its end of it as a descriptor alone, and can open neither it anew nor any other.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from dataclasses import dataclass

from runward.domain.errors import RequestError, SandboxError

MOST_CELLS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal's size, in characters."""

    rows: int = 24
    columns: int = 80

    def __post_init__(self) -> None:
        for what, number in (("rows", self.rows), ("columns", self.columns)):
            if type(number) is not int or not 1 <= number <= MOST_CELLS:
                raise RequestError(f"a terminal has 1 to {MOST_CELLS} {what}, not {number!r}")


def open_terminal(terminal: Terminal) -> tuple[int, int]:
    """Return the descriptors of a new terminal's master and of the end for the program."""
    try:
        master, slave = os.openpty()
    except OSError as error:
        raise SandboxError(
            f"no terminal can be opened: {error}; is /dev/pts mounted, and kernel.pty.max high enough?"
        ) from error
    try:
        resize_terminal(master, terminal)
        os.set_blocking(master, False)
    except BaseException:
        os.close(master)
        os.close(slave)
        raise
    return master, slave


def resize_terminal(master: int, terminal: Terminal) -> None:
    """Give the terminal this size; the kernel tells the program in its foreground, by SIGWINCH."""
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", terminal.rows, terminal.columns, 0, 0))
