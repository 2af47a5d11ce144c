"""A language's toolchain without a sandbox: the commands of its definition, run on the host as they stand.

Without what the runtime prepares ahead, for that is this project's own; but with a cache folder that is kept, where a
toolchain uses one (Go): nobody who compiles by hand has an empty one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.contestant import Role, WrongResult
from bench.crew import Crew, CrewContestant
from bench.hello import Source, hello_from
from bench.workload import AGAIN, FIRST, INPUTS, MANY_INPUTS, Workload
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Step
from runward.engine import EnginePolicy
from runward.languages import Runtime, StepCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCommand:
    """A command of the host; ``{folder}`` in its environment is where it works."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]

    def to_order(self, folder: str) -> dict[str, object]:
        """Return what a worker is told of it."""
        environment = {name: value.replace("{folder}", folder) for name, value in self.environment.items()}
        return {"argv": self.argv, "environment": environment}


class BareToolchain:
    """One language's toolchain, and folders to use it in."""

    def __init__(self, crew: Crew, runtime: Runtime, policy: EnginePolicy, folder: Path) -> None:
        self._crew, self._policy = crew, policy
        self._runtime = replace(runtime, prepared=None)
        self._folder = folder / runtime.language.id
        self._scratch = self._folder / "scratch"
        self._scratch.mkdir(parents=True)

    def first(self) -> CrewContestant:
        """Return the toolchain, given a new source each time: compile it, run it."""
        source = hello_from(self._runtime.language, "{id}")
        commands, files = self._commands(source)
        order = {
            "parent": str(self._folder),
            "files": files,
            "steps": [command.to_order(str(self._folder)) for command in commands],
            "expect": source.output,
        }
        note = "compiled and run with the definition's own commands, no isolation"
        workload = FIRST[self._runtime.language.id]
        return CrewContestant(
            name="toolchain alone", note=note, workload=workload, role=Role.BARE, crew=self._crew, order=order
        )

    def again(self) -> CrewContestant:
        """Return the program, compiled already."""
        return self._program(AGAIN[self._runtime.language.id], "bare program", "compiled before", times=1)

    def interpreted(self, workload: Workload) -> CrewContestant:
        """Return the program of a language that has no compile step."""
        return self._program(workload, "bare process", "no isolation at all", times=1)

    def many_inputs(self) -> CrewContestant:
        """Return the program, compiled already and run once for each input, one after the other."""
        return self._program(MANY_INPUTS, "bare program", f"compiled before; {INPUTS} processes in turn", times=INPUTS)

    def _program(self, workload: Workload, name: str, note: str, *, times: int) -> CrewContestant:
        source = hello_from(self._runtime.language, "bench")
        commands, files = self._commands(source)
        folder = self._folder / workload.name
        folder.mkdir()
        for path, text in files.items():
            (folder / path).write_text(text)
        for command in commands[:-1]:
            _run(command, folder)
        order = {**commands[-1].to_order(str(folder)), "folder": str(folder), "times": times, "expect": source.output}
        return CrewContestant(name=name, note=note, workload=workload, role=Role.BARE, crew=self._crew, order=order)

    def _commands(self, source: Source) -> tuple[list[HostCommand], dict[str, str]]:
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
        return [self._on_host(command) for command in commands], files

    def _memory_bytes(self, step: Step) -> int:
        language = self._runtime.language
        own = language.limits.get(step, LimitRequest())
        limits = self._policy.limits_for(step, LimitRequest(), language=own, time_factor=language.time_factor)
        return limits.memory_bytes

    def _on_host(self, command: StepCommand) -> HostCommand:
        """Return a step's command with the box's paths made the host's."""
        moved = {read.target: read.source for read in command.reads if read.target is not None}

        def at_host(text: str) -> str:
            for target, source in moved.items():
                text = text.replace(target, source)
            if text == "/tmp" or text.startswith("/tmp/"):
                return text.replace("/tmp", str(self._scratch), 1)
            return "{folder}" if text == "/box" else text

        environment = {name: at_host(value) for name, value in command.environment.items()}
        return HostCommand(argv=tuple(map(at_host, command.argv)), environment=environment)


def _run(command: HostCommand, folder: Path) -> None:
    environment = {name: value.replace("{folder}", str(folder)) for name, value in command.environment.items()}
    done = subprocess.run(
        command.argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        told = (done.stdout + done.stderr).decode(errors="replace").strip()[-500:]
        raise WrongResult(f"{command.argv[0]} ended with {done.returncode}: {told}")
