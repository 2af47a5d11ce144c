"""What is run: the same two programs for everybody."""

from __future__ import annotations

from enum import StrEnum

PYTHON = "/usr/bin/python3"  # never a shim found on PATH
HELLO_SOURCE = "print('hello')\n"


class Workload(StrEnum):
    """A program and what it must print."""

    TRUE = "true"
    PYTHON = "python"

    @property
    def heading(self) -> str:
        """Return the name for people."""
        return {Workload.TRUE: "`/usr/bin/true`", Workload.PYTHON: "Python hello"}[self]

    @property
    def output(self) -> str:
        """Return what the program must print."""
        return {Workload.TRUE: "", Workload.PYTHON: "hello\n"}[self]

    def argv(self, source: str) -> tuple[str, ...]:
        """Return the command, given the path of the Python source."""
        return {Workload.TRUE: ("/usr/bin/true",), Workload.PYTHON: (PYTHON, source)}[self]
