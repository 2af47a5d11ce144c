"""A hostile program and what must come of it, as its header declares."""

from __future__ import annotations

import os
import re
import signal
import tomllib
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Outcome, Step
from runward.engine.spec import ExecutionSpec, InputFile
from runward.sandbox import Terminal

CASES = Path(__file__).parent / "cases"
COMPANIONS = CASES / "companions"
# Stretches every time, for a machine that is slow.
SCALE = float(os.environ.get("RUNWARD_HOSTILE_SCALE", "1"))

CLASSES = {
    "processes": "fork bombs, daemons, threads, zombies, signals, exact endings",
    "time": "loops, sleeps, CPU of descendants, clocks, priorities",
    "memory": "allocation, groups of processes, maps, tmpfs, memfd, shm, pipes, stack, off-heap",
    "files": "floods, odd bytes, inodes, depth, names, links, FIFOs, collection, upload names",
    "proc": "/proc, descriptors, devices, terminal",
    "kernel": "forbidden calls, socket families, namespaces, foreign architectures, identity, channels between runs",
    "network": "TCP, DNS, metadata address, host loopback, abstract sockets",
    "compile": "bombs, output, includes of devices and secrets, flags, names",
    "warm": "randomness, state and memory of earlier runs, leftover threads",
    "platform": "attempts on the platform through the interpreter that runs the program",
    "control": "forged replies, forged endings, oversized and odd requests",
}
LANGUAGES = {
    ".c": ("c", "main.c"),
    ".cpp": ("cpp", "main.cpp"),
    ".cs": ("csharp", "main.cs"),
    ".go": ("go", "main.go"),
    ".java": ("java", "Main.java"),
    ".js": ("javascript", "main.js"),
    ".py": ("python", "main.py"),
    ".rs": ("rust", "main.rs"),
    ".ts": ("typescript", "main.ts"),
}
HELLO_LANGUAGE = "python"  # of the hello-world that must be right and quick after every case
_COMPILE = Limits(cpu_time=timedelta(seconds=30), wall_time=timedelta(seconds=60))
_MARKS = ("//:", "#:")
_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of a case; ``None`` and the empty value ask for nothing.

    ``step`` None means whichever decides; ``outcomes`` and ``signals`` list what is right; ``answers`` maps ``"mount umount2"`` to ``"EPERM|ENOSYS"``: exactly these
    names must each have printed a line ``name: answer``.  ``says`` and ``never`` are regular expressions over lines.
    ``within`` bounds the time until the result, in seconds, before scaling.  ``overshoot`` is by how
    much the peak of memory may pass its limit.  ``refused`` is a regular expression for the refusal
    that must come instead of a run; with ``may_refuse`` a refusal is as good as the declared outcome.
    """

    step: Step | None = Step.RUN
    outcomes: tuple[Outcome, ...] = (Outcome.EXITED,)
    exit_code: int | None = None
    signals: tuple[signal.Signals, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    stdout: bytes | None = None
    stdout_bytes: int | None = None
    truncated: frozenset[str] = frozenset()
    artifacts: dict[str, str] | None = None
    within: float | None = None
    overshoot: float = 1.0
    distinct: bool = False
    refused: str | None = None
    may_refuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One hostile program: ``repeat`` runs of it, after one another or all at once.

    ``attacks`` is the step that it attacks from.  ``fresh``: it asks for what only an interpreter gives that is started for
    it, as with a ``terminal``, so one that waits cannot take it.
    """

    group: str
    name: str
    path: Path
    source: str
    request: dict[str, Any]
    expected: Expectation
    attacks: Step = Step.RUN
    fresh: bool = False
    repeat: int = 1
    concurrent: bool = False

    def spec(self, values: dict[str, str]) -> ExecutionSpec:
        """Return the run to ask for, with each ``@NAME@`` of source and header replaced by its value.

        ``RUN`` is the number of the repeat, so that runs of one case may differ; what else there is, `canary.py` knows.
        """
        language, source_name = LANGUAGES[self.path.suffix]
        request = _fill(self.request, values)
        entry = request.get("entry", source_name)
        source = self.source
        if self.attacks is Step.COMPILE:  # else it might be an equal one's result that is judged
            source = "// @NONCE@\n" + source.removeprefix("\n")
        files = [InputFile(path=entry, content=_fill(source, values).encode())]
        files += [
            InputFile(path=path.name, content=_fill(path.read_text(), values).encode())
            for path in companions(self.source)
        ]
        files += [InputFile(path=path, content=text.encode()) for path, text in request.get("files", {}).items()]
        return ExecutionSpec(
            language=language,
            files=tuple(files),
            entry=entry,
            stdin=request.get("stdin", "").encode(),
            arguments=tuple(request.get("arguments", ())),
            environment=request.get("environment", {}),
            compiler_flags=tuple(request.get("flags", ())),
            limits=_limits(request.get("limits", {}), Limits()),
            compile_limits=_limits(request.get("compile_limits", {}), _COMPILE),
            artifacts=tuple(request.get("collect", ())),
            terminal=Terminal() if request.get("terminal") else None,
        )


def load(path: Path, *, rootless: bool = False) -> Case:
    """Read a case; an unknown key in its header is an error, since a typo would change what is promised."""
    lines = path.read_text().splitlines(keepends=True)
    header, body = _split(lines)
    declared = tomllib.loads("".join(header))
    declared |= declared.pop("rootless", {}) if rootless else {}
    declared.pop("rootless", None)
    request = {key: declared.pop(key) for key in _REQUEST_KEYS if key in declared}
    fresh, repeat, concurrent = (declared.pop(key, default) for key, default in _CASE_KEYS.items())
    expected = _expectation(path, declared)
    in_compiler = path.parent.name == "compile" or expected.step is Step.COMPILE
    return Case(
        group=path.parent.name,
        name=path.stem,
        path=path,
        source="\n" * len(header) + "".join(body),
        request=request,
        expected=expected,
        attacks=Step.COMPILE if in_compiler else Step.RUN,
        fresh=fresh or bool(request.get("terminal")),
        repeat=repeat,
        concurrent=concurrent,
    )


def paths() -> list[Path]:
    """List the programs of the suite, by class."""
    return [path for group in CLASSES for path in sorted((CASES / group).iterdir()) if path.suffix in LANGUAGES]


def companions(source: str) -> list[Path]:
    """Return the files that a program includes or imports from beside it."""
    names = re.findall(r'^(?:#include "|from )(\w+)(?:\.h"| import)', source, re.MULTILINE)
    return [path for path in sorted(COMPANIONS.iterdir()) if path.stem in names]


_REQUEST_KEYS = (
    "entry", "files", "stdin", "arguments", "environment", "flags", "limits", "compile_limits", "collect", "terminal",
)  # fmt: skip
_CASE_KEYS = {"fresh": False, "repeat": 1, "concurrent": False}


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    header: list[str] = []
    for number, line in enumerate(lines):
        mark = next((mark for mark in _MARKS if line.startswith(mark)), None)
        if mark is None:
            return header, lines[number:]
        header.append(line.removeprefix(mark).removeprefix(" "))
    return header, []


def _expectation(path: Path, declared: dict[str, Any]) -> Expectation:
    unknown = set(declared) - {item.name for item in fields(Expectation)} - {"outcome", "signal", "stdout_hex"}
    if unknown:
        raise ValueError(f"{path}: the header has unknown keys {sorted(unknown)}; see case.py for those there are")
    values = dict(declared)
    if "signal" in values:
        values["signals"] = tuple(signal.Signals[name] for name in _words(values.pop("signal")))
        values.setdefault("outcome", "signaled")
    if "outcome" in values:
        values["outcomes"] = tuple(Outcome(name) for name in _words(values.pop("outcome")))
    elif "exit_code" not in values:
        values["exit_code"] = 0
    if "stdout" in values:
        values["stdout"] = values["stdout"].encode()
    if "stdout_hex" in values:
        values["stdout"] = bytes.fromhex(values.pop("stdout_hex"))
    for key in ("says", "never"):
        values[key] = tuple(values.get(key, ()))
    values["truncated"] = frozenset(_words(values.get("truncated", "")))
    step = values.get("step", "run")
    values["step"] = None if step == "last" else Step(step)
    return Expectation(**values)


def _words(text: str) -> list[str]:
    return text.replace("|", " ").split()


def _limits(declared: dict[str, Any], default: Limits) -> LimitRequest:
    if SCALE > 1:  # a slow machine needs longer for what is within the usual limits, too
        usual = {"cpu_time": default.cpu_time.total_seconds(), "wall_time": default.wall_time.total_seconds()}
        declared = usual | declared
    return LimitRequest(**{name: _amount(name, value) for name, value in declared.items()})


def _amount(name: str, value: Any) -> Any:
    if name.endswith("_time"):
        return timedelta(seconds=value * SCALE)
    if isinstance(value, str):
        return int(value[:-1]) * _UNITS[value[-1]]
    return value


def _fill(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"@([A-Z_]+)@", lambda match: values.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    if isinstance(value, dict):
        return {_fill(key, values): _fill(item, values) for key, item in value.items()}
    return value
