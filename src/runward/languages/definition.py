"""What a language is, as its TOML file says it: values only; ``reading`` makes them, ``runtime`` uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from runward.domain.limits import LimitRequest
from runward.domain.outcome import Step


class WarmKind(StrEnum):
    """How a step is started ahead: every slot is forked from one warm interpreter, or executes one of its own."""

    FORK = "fork"
    PRESTART = "prestart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A program and what it must print: the proof that a runtime works."""

    source: str
    stdout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A program with an error in it, and where the checker must find that; no column where the tool tells none."""

    source: str
    line: int
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Small programs that show what a language keeps to.

    ``stdin`` prints its standard input in upper case; ``busy`` computes for ever; ``hungry`` takes memory for ever.
    """

    stdin: str
    invalid: Invalid
    busy: str
    hungry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRule:
    """How a runtime that ran out of memory by itself tells so: by how it ended, and what it wrote last."""

    stderr: re.Pattern[bytes]
    exit_codes: tuple[int, ...] = ()
    signals: tuple[int, ...] = ()

    def matches(self, *, exit_code: int | None, signal: int | None, stderr: bytes) -> bool:
        """Tell whether the step ended for want of memory."""
        ended_so = exit_code in self.exit_codes if exit_code is not None else signal in self.signals
        return ended_so and self.stderr.search(stderr) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeapRule:
    """How much of the memory limit a runtime's own heap may take, so that the rest of it still fits."""

    share: float
    reserve_bytes: int
    least_bytes: int

    def heap_bytes(self, memory_bytes: int) -> int:
        """Return the heap's size under this memory limit."""
        return max(self.least_bytes, min(int(memory_bytes * self.share), memory_bytes - self.reserve_bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticRule:
    """How a tool writes its findings: named groups path, line, column or caret, severity, code, message, detail.

    ``first_column`` is the number that the tool gives to a line's first column; ours is 1.
    """

    pattern: re.Pattern[str]
    severity: str
    severities: Mapping[str, str]
    first_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRule:
    """How to ask a tool for its version; ``minimum`` is the oldest that serves."""

    command: tuple[str, ...]
    pattern: re.Pattern[str]
    minimum: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing a toolchain is made of, and where it may be found.

    A candidate is ``PATH:name`` or a pattern of absolute paths; ``{toolchains}`` is the managed folder and ``~`` the
    user's.  ``ask`` is a command whose answer leads from a proxy to the real thing (``{answer}`` within ``answer``).
    ``home`` is how many folders above the file the toolchain's own folder is, and ``files`` what of it is needed.
    """

    name: str
    candidates: tuple[str, ...]
    executable: bool
    follow_links: bool
    newest: bool
    ask: tuple[str, ...]
    answer: str
    depends: tuple[str, ...]
    home: int
    files: tuple[str, ...]
    version: VersionRule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmStart:
    """How a step's program is started ahead, before there is a request.

    It is executed as ``argv`` with the step's ``environment`` and ``additions``, and goes on with requests whose command
    begins with ``command``.  The ``program`` (its text) is shown to it as ``place``, and does what python_warm.py or
    node_warm.cjs describes.  A request whose variables with these ``cold_prefixes`` are not the usual ones, or with an
    argument that begins with one of ``cold_arguments``, is executed from the start.  While it waits it may use ``memory_bytes`` and ``processes``; ``most_ready`` bounds how many wait.
    """

    kind: WarmKind
    argv: tuple[str, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    additions: Mapping[str, str]
    program: str
    rehearsal: str
    place: str
    cold_prefixes: tuple[str, ...]
    cold_arguments: tuple[str, ...]
    memory_bytes: int
    processes: int
    most_ready: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One step's command with its placeholders, and what its root must hold.

    What was prepared is used only with flags that ``prepared_flags`` matches whole: it was made for these.
    """

    argv: tuple[str, ...]
    prepared_arguments: tuple[str, ...]
    prepared_flags: re.Pattern[str]
    environment: Mapping[str, str]
    prepared_environment: Mapping[str, str]
    reads: tuple[str, ...]
    parts: tuple[str, ...]
    outputs: tuple[str, ...]
    files: Mapping[str, str]
    heap: HeapRule | None
    memory_exhausted: MemoryRule | None
    diagnostics: DiagnosticRule | None
    warm: WarmStart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What is made once per toolchain and host to make every later step fast; ``use`` names the steps that read it.

    The ``commands`` are executed in turn.  ``depends`` are patterns of files beside the toolchain that shape the result.
    """

    commands: tuple[tuple[str, ...], ...]
    depends: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str]
    use: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """One way to run the language: its parts (the one named by ``version_of`` bears the version) and its steps."""

    name: str
    version_of: str
    parts: tuple[Part, ...]
    steps: Mapping[Step, Recipe]
    preparation: Preparation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallWay:
    """Packages that bring the toolchain, of one kind: ``apt``, ``wheels`` or ``npm``; ``into`` names their folder."""

    kind: str
    packages: tuple[str, ...]
    into: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRule:
    """How the program's start is named in its source, where that is not its file's name (a Java class)."""

    package: re.Pattern[str]
    name: re.Pattern[str]
    start: re.Pattern[str]
    file_name: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language as defined; whether this host can run it, a Runtime tells.  ``digest`` is that of its definition."""

    id: str
    digest: str
    name: str
    aliases: tuple[str, ...]
    extensions: tuple[str, ...]
    source_name: str
    time_factor: float
    limits: Mapping[Step, LimitRequest]
    hello: Hello
    toolchains: tuple[Toolchain, ...]
    install: tuple[InstallWay, ...]
    entry: EntryRule | None
    compiled_extensions: Mapping[str, str]
    checks: Checks | None
    imports: tuple[re.Pattern[str], ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps an execution takes, in order."""
        return tuple(step for step in (Step.COMPILE, Step.RUN) if step in self.toolchains[0].steps)

    def sources_among(self, paths: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        """Return those of the paths that bear one of the language's extensions."""
        return tuple(path for path in paths if PurePosixPath(path).suffix in self.extensions)

    def imports_in(self, source: bytes) -> Iterator[tuple[str, int]]:
        """Yield the modules that a source imports in the usual way, with their lines; a hint, easily got around."""
        text = source.decode("utf-8", "replace")
        for pattern in self.imports:
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start("name")) + 1
                yield from ((name.split()[0], line) for name in match["name"].split(",") if name.strip())

    def source_name_for(self, source: bytes) -> str:
        """Return the name a source must be saved under; it differs from ``source_name`` where the language says so."""
        if self.entry is None:
            return self.source_name
        found = self.entry.file_name.search(source.decode("utf-8", "replace"))
        return f"{found['name']}{PurePosixPath(self.source_name).suffix}" if found else self.source_name
