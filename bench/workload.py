"""What is run: native and interpreted programs, and sources that are compiled first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

PYTHON = "/usr/bin/python3"  # never a shim found on PATH
HELLO_SOURCE = "print('hello')\n"
INPUTS = 100


class Clients(StrEnum):
    """With how many clients at once a workload is tried: none where a run takes all processors by itself."""

    FEW = "few"
    PROCESSORS = "processors"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What every contestant of one table runs: ``batch`` times in a round, in each round or each ``every``-th."""

    name: str
    heading: str
    batch: int
    every: int = 1
    clients: Clients = Clients.FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A workload that is a plain command, ``{source}`` in it being the path of the Python source; and what it prints."""

    workload: Workload
    argv: tuple[str, ...]
    output: str

    def command(self, source: str) -> tuple[str, ...]:
        """Return the command, given the path of the Python source."""
        return tuple(word.replace("{source}", source) for word in self.argv)


TRUE = Workload(name="true", heading="A native program (`/usr/bin/true`)", batch=5)
PYTHON_HELLO = Workload(name="python", heading="Python hello", batch=6)
JAVASCRIPT_HELLO = Workload(name="javascript", heading="JavaScript hello", batch=1)
FEW_STEPS = Workload(
    name="inputs-short",
    heading=f"One C++ program with {INPUTS} inputs, next to no work for each (all of them are one run)",
    batch=1,
    every=4,
    clients=Clients.NONE,
)
MANY_STEPS = Workload(
    name="inputs-long",
    heading=f"One C++ program with {INPUTS} inputs, some 20 ms of work for each (all of them are one run)",
    batch=1,
    every=8,
    clients=Clients.NONE,
)
PROGRAMS = (
    Program(workload=TRUE, argv=("/usr/bin/true",), output=""),
    Program(workload=PYTHON_HELLO, argv=(PYTHON, "{source}"), output="hello\n"),
)
TIERS = {
    program.workload.name: Workload(
        name=f"tiers-{program.workload.name}", heading=f"{program.workload.heading} in each tier", batch=1, every=4
    )
    for program in PROGRAMS
}
COMPILED = {"cpp": "C++", "java": "Java", "typescript": "TypeScript", "go": "Go", "rust": "Rust", "csharp": "C#"}
FIRST = {
    language: Workload(
        name=f"{language}-first",
        heading=f"{name} hello from source, first time (a new source in every run)",
        batch=1,
        every=4,
        clients=Clients.PROCESSORS,
    )
    for language, name in COMPILED.items()
}
AGAIN = {
    language: Workload(name=f"{language}-again", heading=f"{name} hello, the same source again", batch=2, every=4)
    for language, name in COMPILED.items()
}
WORKLOADS = (
    TRUE,
    PYTHON_HELLO,
    JAVASCRIPT_HELLO,
    *(workload for language in COMPILED for workload in (FIRST[language], AGAIN[language])),
    FEW_STEPS,
    MANY_STEPS,
    *TIERS.values(),
)
MEMORY = "memory"
SLOTS = "slots"
QUEUE = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of all this is wanted; no names mean everything."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Collection[str]) -> Selection:
        """Return the selection of these names: of a workload, or of a language for all of its workloads."""
        known = selectable()
        if unknown := sorted(set(names) - set(known)):
            raise ValueError(f"there is no {unknown[0]!r} to measure; there are: {', '.join(known)}")
        return cls(names=frozenset(names))

    def __contains__(self, name: str) -> bool:
        return not self.names or name in self.names or name.partition("-")[0] in self.names

    def languages(self) -> list[str]:
        """Return the compiled languages that something is wanted of."""
        wanted = [id_ for id_ in COMPILED if FIRST[id_].name in self or AGAIN[id_].name in self]
        inputs = FEW_STEPS.name in self or MANY_STEPS.name in self
        return ["cpp", *wanted] if inputs and "cpp" not in wanted else wanted


def selectable() -> Sequence[str]:
    """Return every name that a selection may hold."""
    return sorted(
        {part for each in WORKLOADS for part in (each.name, each.name.partition("-")[0])} | {MEMORY, SLOTS, QUEUE}
    )
