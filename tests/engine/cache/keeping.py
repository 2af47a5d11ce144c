"""What a compile step might have made, without a compiler: for tests of how it is kept."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta

from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.engine.compiled import Compiled
from runward.engine.result import StepResult
from runward.sandbox import BoxFile

LARGE = 200_000


def result(*, stdout: bytes = b"out", stderr: bytes = b"warning: \xff") -> StepResult:
    """Return the result of a compile step that succeeded."""
    return StepResult(
        step=Step.COMPILE,
        outcome=Outcome.EXITED,
        exit_code=0,
        signal=None,
        stdout=stdout,
        stderr=stderr,
        stdout_truncated=False,
        stderr_truncated=False,
        usage=Usage(cpu_time=timedelta(seconds=1), wall_time=timedelta(seconds=2), memory_peak_bytes=3),
    )


def made(files: dict[str, bytes]) -> Compiled:
    """Return what holds these files, the large ones as descriptors."""
    return Compiled(
        result(), [_file(path, content) for path, content in files.items()], size_bytes=sum(map(len, files.values()))
    )


def content_of(compiled: Compiled) -> dict[str, bytes]:
    """Return the files, read from their descriptors where they have one."""
    return {
        file.path: file.content if isinstance(file.content, bytes) else os.pread(file.content, 1 << 30, 0)
        for file in compiled.files
    }


def files_for(key: str) -> dict[str, bytes]:
    """Return files that bear the mark of the key they are kept under."""
    mark = key.encode()
    return {"small": mark, "large": mark * (LARGE // len(mark)), "odd/\udcff\n": mark[::-1]}


def key(number: int) -> str:
    """Return a key."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def _file(path: str, content: bytes) -> BoxFile:
    if len(content) < LARGE // 2:
        return BoxFile(path=path, content=content, executable=True)
    fd = os.memfd_create("made")
    os.write(fd, content)
    return BoxFile(path=path, content=fd, executable=True)
