"""What an execution is asked to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from runward.domain.limits import LimitRequest
from runward.sandbox import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file copied in before the first step; ``path`` is relative to the work folder."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionSpec:
    """One program, its input and its limits.

    ``files`` holds the sources (and any data); ``entry`` names the file to start with, by default the only one or the
    one that bears the language's usual source name.  ``stdin`` is all of it at once, or chunks as they come.
    ``artifacts`` are names or patterns of files to bring out (``*`` stays within a folder, a leading ``**/`` crosses).
    ``tier`` is one of those that the operator has enabled; None is the server's own choice.
    ``terminal``: the program reads and writes a terminal of this size, whose output is that of ``stdout``; where its input
    ends, the key for that is typed (Ctrl-D).  ``compile_anew``: the compile step is taken even where an equal one was, and its result is kept for nobody.
    """

    language: str
    files: tuple[InputFile, ...]
    entry: str | None = None
    stdin: bytes | AsyncIterator[bytes] = b""
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    compiler_flags: tuple[str, ...] = ()
    limits: LimitRequest = LimitRequest()
    compile_limits: LimitRequest = LimitRequest()
    artifacts: tuple[str, ...] = ()
    tier: str | None = None
    compile_anew: bool = False
    terminal: Terminal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInput:
    """What one of many runs of a program is given.

    ``files`` and ``environment`` come to those of the program; ``arguments``, ``limits`` and ``artifacts`` take the place
    of its own where they are given.
    """

    stdin: bytes | AsyncIterator[bytes] = b""
    files: tuple[InputFile, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] | None = None
    limits: LimitRequest | None = None
    artifacts: tuple[str, ...] | None = None
