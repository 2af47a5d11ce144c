"""A language's toolchain without this project: the commands of its definition on the bare host, or in bubblewrap.

Without what the runtime prepares ahead, for that is this project's own; but with a cache folder that is kept, where a
toolchain uses one (Go): nobody who compiles by hand has an empty one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bench.contestant import Role, WrongResult
from bench.crew import Crew, CrewContestant
from bench.hello import Source, hello_from
from bench.peer import bwrap_flags
from bench.workload import AGAIN, FIRST, Workload
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Step
from runward.engine import EnginePolicy
from runward.languages import Runtime, StepCommand

_HOST_FILES = ("/etc/alternatives", "/etc/ld.so.cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command as a worker is given it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]


class Place(Protocol):
    """Where the commands of a definition are run."""

    role: Role
    name: str
    note: str

    def order(self, command: StepCommand, *, folder: str, scratch: str) -> Order:
        """Return how a command is run that works in ``folder`` and may keep things in ``scratch``."""


class BareHost:
    """The host as it is."""

    role, name, note = Role.BARE, "bare", "no isolation at all"

    def order(self, command: StepCommand, *, folder: str, scratch: str) -> Order:
        """Return the command with the box's paths made the host's."""
        moved = {read.target: read.source for read in command.reads if read.target is not None}

        def at_host(text: str) -> str:
            for target, source in moved.items():
                if target in text:
                    return text.replace(target, source)
            if text == "/tmp" or text.startswith("/tmp/"):
                return text.replace("/tmp", scratch, 1)
            return folder if text == "/box" else text

        environment = {name: at_host(value) for name, value in command.environment.items()}
        return Order(argv=tuple(map(at_host, command.argv)), environment=environment)


class InBwrap:
    """One bubblewrap for each step, with what the step reads and the two folders that it writes to."""

    role, name = Role.PEER, "bwrap"

    def __init__(self, tool: str, *, version: str) -> None:
        self._tool = tool
        self.note = f"{version}; for each step one, with what the step reads; else as above"

    def order(self, command: StepCommand, *, folder: str, scratch: str) -> Order:
        """Return the command within bubblewrap."""
        binds = [word for path in _HOST_FILES for word in ("--ro-bind-try", path, path)]
        for read in command.reads:
            if not read.source.startswith("/usr/") or read.target is not None:
                binds += ["--ro-bind", read.source, read.inside]
        own = (*binds, "--bind", scratch, "/tmp", "--bind", folder, "/box", "--chdir", "/box", "--")
        return Order(argv=(self._tool, *bwrap_flags(), *own, *command.argv), environment=command.environment)


class Toolchain:
    """One language's toolchain in a place, and folders to use it in."""

    def __init__(self, crew: Crew, runtime: Runtime, policy: EnginePolicy, *, place: Place, folder: Path) -> None:
        self.place = place
        self._crew, self._policy = crew, policy
        self._runtime = replace(runtime, prepared=None)
        self._folder = folder / f"{runtime.language.id}-{place.name}"
        self._scratch = self._folder / "scratch"
        self._scratch.mkdir(parents=True)

    def first(self) -> CrewContestant:
        """Return the toolchain, given a new source each time: compile it, run it."""
        source = hello_from(self._runtime.language, "{id}")
        commands, files = self._commands(source)
        orders = [self._order(command, f"{self._folder}/{{id}}") for command in commands]
        order = {
            "parent": str(self._folder),
            "files": files,
            "steps": [{"argv": each.argv, "environment": each.environment} for each in orders],
            "expect": source.output,
        }
        note = f"the definition's own commands; {self.place.note}"
        return self._contestant(FIRST[self._runtime.language.id], "toolchain alone", note, order)

    def again(self) -> CrewContestant:
        """Return the program, compiled already."""
        return self._program(AGAIN[self._runtime.language.id], "bare program", "compiled before")

    def interpreted(self, workload: Workload) -> CrewContestant:
        """Return the program of a language that has no compile step."""
        return self._program(workload, "bare process", self.place.note)

    def compiled(self, source: Source, workload: Workload) -> tuple[dict[str, object], str]:
        """Compile a source in a folder of the workload's; return the order to run it, and the folder."""
        commands, files = self._commands(source)
        folder = self._folder / workload.name
        folder.mkdir()
        for path, text in files.items():
            (folder / path).write_text(text)
        orders = [self._order(command, str(folder)) for command in commands]
        for each in orders[:-1]:
            _run(each, folder)
        last = orders[-1]
        return {"argv": last.argv, "environment": last.environment, "folder": str(folder)}, str(folder)

    def _program(self, workload: Workload, name: str, note: str) -> CrewContestant:
        source = hello_from(self._runtime.language, "bench")
        order, _ = self.compiled(source, workload)
        return self._contestant(workload, name, note, {**order, "expect": source.output})

    def _contestant(self, workload: Workload, bare: str, note: str, order: Mapping[str, object]) -> CrewContestant:
        place = self.place
        name = bare if place.role is Role.BARE else place.name
        return CrewContestant(
            name=name,
            note=note if place.role is Role.BARE else place.note,
            workload=workload,
            role=place.role,
            crew=self._crew,
            order=order,
        )

    def _order(self, command: StepCommand, folder: str) -> Order:
        return self.place.order(command, folder=folder, scratch=str(self._scratch))

    def _commands(self, source: Source) -> tuple[list[StepCommand], dict[str, str]]:
        """Return the commands of every step, and the files that they begin with."""
        runtime, commands = self._runtime, []
        files = {source.name: source.text}
        if Step.COMPILE in runtime.steps:
            compile_ = runtime.compile_command(
                sources=[source.name], entry=source.name, flags=(), memory_bytes=self._memory_bytes(Step.COMPILE)
            )
            assert compile_ is not None, "the language has a compile step"
            commands.append(compile_)
        commands.append(
            runtime.run_command(
                entry=source.name,
                sources=[source.name],
                arguments=(),
                memory_bytes=self._memory_bytes(Step.RUN),
                entry_source=source.text.encode(),
            )
        )
        for command in commands:
            files = {name: text.decode() for name, text in command.files.items()} | files
        return commands, files

    def _memory_bytes(self, step: Step) -> int:
        language = self._runtime.language
        own = language.limits.get(step, LimitRequest())
        limits = self._policy.limits_for(step, LimitRequest(), language=own, time_factor=language.time_factor)
        return limits.memory_bytes


def _run(order: Order, folder: Path) -> None:
    done = subprocess.run(
        order.argv, cwd=folder, env=order.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        told = (done.stdout + done.stderr).decode(errors="replace").strip()[-500:]
        raise WrongResult(f"{order.argv[0]} ended with {done.returncode}: {told}")
