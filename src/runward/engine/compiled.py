"""What a compile step hands over to the runs of the program."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from runward.engine.result import StepResult
from runward.sandbox import BoxFile, FileOut, close_fds

# A file up to this size goes over as bytes, a larger one as a descriptor, which is never copied by us.
INLINE_BYTES = 64 * 1024


class Compiled:
    """The step's result and its files; descriptors among them are its own, until closed.

    ``result`` is None for a language without a compile step.
    """

    def __init__(self, result: StepResult | None, files: Sequence[BoxFile] = (), *, size_bytes: int = 0) -> None:
        self.result, self.files, self.size_bytes = result, tuple(files), size_bytes

    @classmethod
    def take(cls, result: StepResult, files: Sequence[FileOut]) -> Self:
        """Take over what came out of a slot; of a step that failed, nothing is worth keeping."""
        if not result.succeeded:
            close_fds([file.fd for file in files])
            return cls(result)
        return cls(result, [_box_file(file) for file in files], size_bytes=sum(file.size for file in files))

    @property
    def succeeded(self) -> bool:
        """Tell whether there is a program to run."""
        return self.result is None or self.result.succeeded

    def share(self) -> Compiled:
        """Return the same once more, with descriptors of its own, for one who did not compile it."""
        files = [
            file if isinstance(file.content, bytes) else replace(file, content=os.dup(file.content))
            for file in self.files
        ]
        result = None if self.result is None else replace(self.result, cached=True)
        return Compiled(result, files, size_bytes=self.size_bytes)

    def close(self) -> None:
        """Let go of the files."""
        close_fds([file.content for file in self.files if isinstance(file.content, int)])
        self.files = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _box_file(file: FileOut) -> BoxFile:
    path = os.fsdecode(file.path)
    if file.size > INLINE_BYTES:
        return BoxFile(path=path, content=file.fd, executable=True)
    try:
        return BoxFile(path=path, content=os.pread(file.fd, file.size, 0), executable=True)
    finally:
        os.close(file.fd)
