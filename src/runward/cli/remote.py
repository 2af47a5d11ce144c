"""`runward run --server`: a program on a server, with our input and output as if it ran here."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from runward.cli.output import STDERR, STDOUT, write_all
from runward.cli.program import Given, read_file
from runward.cli.remote_result import result_of
from runward.cli.stdin import is_readable, read_chunks
from runward.cli.terminal import OurTerminal
from runward.domain.errors import RequestError, RunwardError
from runward.domain.outcome import Step
from runward.engine import ExecutionResult, InputFile
from runward.sdk import (
    AsyncClient,
    AsyncRun,
    Event,
    Execution,
    File,
    Language,
    ResultEvent,
    RunOptions,
    StepEvent,
    Terminal,
)
from runward.sdk.event import ErrorEvent, Tail
from runward.sdk.execution import Stream

# More than this goes to the server while the program runs, and not with the request, whose size is bounded.
_MOST_PLAIN_INPUT = 256 * 1024


class RunCancelled(RunwardError):
    """Somebody else ended the execution."""

    code = "run_cancelled"


async def run_remotely(
    given: Given, *, server: str, api_key: str | None
) -> tuple[ExecutionResult, tuple[InputFile, ...]]:
    """Run it, and return what came of it and the files that were sent; when we are cancelled, so is the program."""
    async with AsyncClient(server, api_key) as client:
        program = await _read_program(client, given)
        session = await client.sessions.create(program.language.id, program.text, entry=program.entry)
        try:
            return await _run(client, str(session.id), given, program), program.files
        finally:
            # With its session an execution ends and goes.
            with suppress(RunwardError):
                await client.sessions.delete(session.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    language: Language
    entry: str | None
    text: str
    files: tuple[InputFile, ...]

    def beside(self) -> dict[str, File]:
        """Return the files that go with the run: all but the one that is the session's code."""
        return {
            file.path: File(content=file.content, executable=file.executable)
            for file in self.files
            if file.path != self.entry
        }


async def _read_program(client: AsyncClient, given: Given) -> _Program:
    path = None if given.file == "-" else Path(given.file).name
    source = read_file(Path(given.file)) if path else None
    language = await _find_language(client, given)
    if source is None:
        source = sys.stdin.buffer.read()
    files = {} if path is None else {path: InputFile(path=path, content=source)}
    files |= {file.path: file for file in given.extra if file.path not in files}
    entry = given.entry or path
    if entry is not None:
        if entry not in files:
            raise RequestError(f"there is no file {entry!r} among those sent; it cannot be the entry file")
        if given.entry and path is None:
            raise RequestError(
                "a server takes the program from standard input only as the entry file; leave out --entry"
            )
        source = files[entry].content
    try:
        return _Program(language=language, entry=entry, text=source.decode(), files=tuple(files.values()))
    except UnicodeDecodeError:
        name = entry or "the program"
        raise RequestError(f"{name} is not UTF-8 text, and a server takes no other; save it as UTF-8") from None


async def _find_language(client: AsyncClient, given: Given) -> Language:
    if given.language is None and given.file == "-":
        raise RequestError("the program comes from standard input; say its language with --language")
    languages = await client.languages()
    if given.language is not None:
        name = given.language.strip().lower()
        found = [each for each in languages if name in {each.id, *each.aliases}]
        if not found:
            known = ", ".join(each.id for each in languages)
            raise RequestError(f"the server has no language {given.language!r}; it has: {known}")
    else:
        suffix = PurePosixPath(given.file).suffix.lower()
        found = [each for each in languages if suffix in each.extensions]
        if not found:
            raise RequestError(f"the name of {given.file} does not tell its language; say it with --language")
    return found[0]


async def _run(client: AsyncClient, session_id: str, given: Given, program: _Program) -> ExecutionResult:
    options, stdin, terminal = _options(given, program), _input(given), given.terminal
    if isinstance(stdin, bytes):
        options["stdin"] = stdin
    elif terminal is not None:
        options["terminal"] = Terminal(rows=terminal.size.rows, columns=terminal.size.columns)
        options["environment"] = {**terminal.environment, **given.environment}
    else:
        options["interactive"] = True
    run = await client.sessions.run(session_id, **options)
    output = _Output(live=not given.as_json)
    source = run.events() if isinstance(stdin, bytes) else _talk(run, stdin, terminal)
    execution = None
    async with aclosing(source) as events:
        async for event in events:
            if terminal is not None and isinstance(event, StepEvent) and event.step is Step.RUN:
                terminal.begin()
            output.take(event)
            if isinstance(event, ResultEvent):
                execution = event.execution
    assert execution is not None, "the events end with the result, or raise"
    if execution.outcome is None:
        raise RunCancelled(execution.message or "the execution was cancelled")
    return result_of(await _with_artifacts(run, execution), program.language, output.written)


def _options(given: Given, program: _Program) -> RunOptions:
    options = RunOptions(
        arguments=given.arguments,
        environment=given.environment,
        compiler_flags=given.compiler_flags,
        files=program.beside(),
        artifacts=given.artifacts,
        limits=given.limits,
    )
    if given.tier is not None:
        options["tier"] = given.tier
    return options


async def _talk(run: AsyncRun, stdin: AsyncIterator[bytes], terminal: OurTerminal | None) -> AsyncGenerator[Event]:
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(run.connect())
        if terminal is not None:
            await stack.enter_async_context(terminal.telling_size(live.resize))

        async def pump() -> None:
            async for chunk in stdin:
                await live.send(chunk)
            await live.eof()

        pumping = asyncio.create_task(pump())
        try:
            async for event in live:
                if isinstance(event, ErrorEvent):
                    raise RequestError(event.detail)
                yield event
        finally:
            pumping.cancel()
            await asyncio.gather(pumping, return_exceptions=True)


def _input(given: Given) -> bytes | AsyncIterator[bytes]:
    """Return what the program reads: as a whole where it is there already, else as it comes."""
    if given.stdin is not None:
        data = read_file(given.stdin)
        return data if len(data) <= _MOST_PLAIN_INPUT else _whole(data)
    descriptor = 0
    if given.terminal is not None:
        return read_chunks(descriptor)
    if given.file == "-" or not is_readable(descriptor) or _is_null(descriptor):
        return b""
    return read_chunks(descriptor)


def _is_null(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _with_artifacts(run: AsyncRun, execution: Execution) -> Execution:
    artifacts = [
        replace(each, content=await run.artifact(each.path)) if each.is_kept else each for each in execution.artifacts
    ]
    return replace(execution, artifacts=tuple(artifacts))


class _Output:
    """Passes on what the steps write, and keeps it."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        streams: tuple[Stream, ...] = ("stdout", "stderr")
        places = [(step, stream) for step in (Step.COMPILE, Step.RUN) for stream in streams]
        self._tails = {(step, stream): Tail(stream, step=step) for step, stream in places}
        self._pieces: dict[tuple[Step, Stream], list[bytes]] = {place: [] for place in places}

    def take(self, event: Event) -> None:
        """Write what is new in it to the same stream of ours; what a compiler says is not the program's output."""
        for place, tail in self._tails.items():
            data = tail.take(event)
            if not data:
                continue
            self._pieces[place].append(data)
            if self._live:
                write_all(STDOUT if place == (Step.RUN, "stdout") else STDERR, data)

    def written(self, step: Step, stream: Stream) -> bytes:
        """Return all of it."""
        return b"".join(self._pieces[step, stream])
