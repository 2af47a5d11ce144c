"""A real terminal, with the command at it as a shell would start it."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

# The first terminal that a session opens is its own.
_LAUNCH = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)
for number in range(3):
    os.dup2(terminal, number)
os.close(terminal)
os.execvp(sys.argv[2], sys.argv[2:])
"""
_PATIENCE_SECONDS = 60.0


class Screen:
    """A terminal of 30 rows and 100 columns, and the one command that runs at it."""

    def __init__(self, command: Sequence[str], *, folder: Path) -> None:
        self._master, self._terminal = os.openpty()
        self.resize(30, 100)
        self.seen = b""
        self.modes_before = self.modes()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, os.ttyname(self._terminal), *command],
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "TERM": "vt220"},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(60)
        os.close(self._master)
        os.close(self._terminal)

    def modes(self) -> list[Any]:
        """Return how the terminal treats what is typed and shown."""
        return termios.tcgetattr(self._terminal)

    @property
    def is_raw(self) -> bool:
        """Tell whether every key is passed on as it is."""
        return not self.modes()[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def typed_ahead(self) -> int:
        """Return how many bytes were typed that nobody has read."""
        return int.from_bytes(fcntl.ioctl(self._terminal, termios.FIONREAD, bytes(4)), sys.byteorder)

    def wait_until_typed(self, size: int) -> None:
        """Return once so many bytes wait to be read."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.typed_ahead() < size:
            assert time.monotonic() < deadline, f"{self.typed_ahead()} of {size} bytes wait"
            time.sleep(0.01)

    def type(self, keys: bytes) -> None:
        """Press the keys."""
        os.write(self._master, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def wait_for(self, text: bytes) -> None:
        """Look at the screen until the text is shown after what was waited for before."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while text not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} is not shown: {self.seen!r}"
            if select.select([self._master], [], [], left)[0]:
                self.seen += os.read(self._master, 65536)
        self.seen = self.seen.partition(text)[2]

    def wait(self) -> int:
        """Look at the screen until the command has ended, and return its exit status."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end: {self.seen!r}"
            if select.select([self._master], [], [], 0.05)[0]:
                self.seen += os.read(self._master, 65536)
        return self.process.returncode
