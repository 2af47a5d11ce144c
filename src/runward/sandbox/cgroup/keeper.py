"""The process that cleans up when its supervisor dies, however it dies; what it does is in core/keeper.c."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from runward.domain.errors import SandboxError

_EXIT_SECONDS = 10  # the keeper itself gives up after five


class Keeper:
    """A running keeper; it acts when this process ends or closes it, whichever is first."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: int) -> None:
        self._process, self._pipe = process, pipe

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def close(self) -> bool:
        """End it, after an orderly clean-up or in place of one; return whether nothing is left of the directories."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        try:
            return self._process.wait(_EXIT_SECONDS) == 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False


def start_keeper(core_path: Path, directories: Iterable[Path]) -> Keeper:
    """Start a keeper for these cgroup directories; it holds the read end of a pipe, only this process the other."""
    read_end, write_end = os.pipe()  # both close on exec
    try:
        process = subprocess.Popen(
            [core_path, "keeper", *directories],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,  # a Ctrl-C in the terminal must not reach it
        )
    except OSError as error:
        os.close(write_end)
        raise SandboxError(f"the keeper could not be started from {core_path}: {error.strerror}") from error
    finally:
        os.close(read_end)
    return Keeper(process, write_end)
