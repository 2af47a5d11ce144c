"""One step in one slot: start, feed, read, collect, classify."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import structlog

from runward.domain.errors import LayerMissing, SandboxError
from runward.domain.limits import Limits
from runward.domain.outcome import Step
from runward.engine.classify import classify, usage_of
from runward.engine.control import Control
from runward.engine.result import Event, Output, StepEnded, StepResult, StepStarted
from runward.engine.stream import OutputReader, feed, typed
from runward.languages import StepCommand
from runward.sandbox import BoxFile, Command, Facts, FileOut, Run, Sandbox, Terminal, close_fds
from runward.telemetry import current_correlation_id, span

# Everything of a slot is dead when its facts come, so the ends of its pipes follow at once.
_DRAIN_SECONDS = 5
# Of a step that the platform loses.  Few: a program that found a way to kill its slot must not be run again for ever.
_TRIES = 3
_log = structlog.get_logger("runward.engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOrder:
    """What a step is to do; ``collect`` are patterns of files wanted afterwards, at most ``max_files`` of them."""

    step: Step
    kind: str
    command: StepCommand
    environment: dict[str, str]
    files: Sequence[BoxFile]
    limits: Limits
    stdin: bytes | AsyncIterator[bytes] = b""
    collect: Sequence[str] = ()
    max_files: int = 0
    tier: str | None = None
    terminal: Terminal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A step's result, and the files that came out: descriptors that the caller owns."""

    result: StepResult
    files: list[FileOut]
    files_left_out: int


def ignore(event: Event) -> None:
    """Take an event that nobody listens to."""


async def run_step(
    sandbox: Sandbox, order: StepOrder, on_event: Callable[[Event], None], control: Control | None = None
) -> Finished:
    """Run one step to its end.  Cancelling kills it.

    A step that the platform loses is run again, unless somebody could tell: its output has been listened to, its input came
    in chunks, which are gone, or it can be sent signals.  Nothing else of it has left its slot.
    """
    on_event(StepStarted(step=order.step))
    told = not isinstance(order.stdin, bytes) or control is not None
    control = control or Control()

    def tell(event: Event) -> None:
        nonlocal told
        told = told or on_event is not ignore
        on_event(event)

    for _ in range(_TRIES - 1):
        try:
            return await _run_traced(sandbox, order, tell, control)
        except LayerMissing:
            raise
        except SandboxError as error:
            if told:
                raise
            _log.warning("step_lost", step=order.step, detail=f"{error}; it is run again")
    return await _run_traced(sandbox, order, tell, control)


async def _run_traced(
    sandbox: Sandbox, order: StepOrder, on_event: Callable[[Event], None], control: Control
) -> Finished:
    """Run it within a span of its own."""
    with span(f"step {order.step}", {"runward.slot_kind": order.kind}) as told:
        finished = await _run_once(sandbox, order, on_event, control)
        told.set("runward.outcome", finished.result.outcome)
        told.set("runward.warm", finished.result.warm)
        return finished


async def _run_once(
    sandbox: Sandbox, order: StepOrder, on_event: Callable[[Event], None], control: Control
) -> Finished:
    command = Command(
        argv=order.command.argv,
        environment=order.environment,
        files=order.files,
        collect=order.collect,
        max_artifacts=order.max_files,
        terminal=control.fit(order.terminal),
    )
    with span("slot"):
        run = await sandbox.start(order.kind, command, order.limits, correlation_id=current_correlation_id())
    files: list[FileOut] = []
    try:
        with control.reaching(run):
            finished = await _follow(run, order, files, on_event)
        on_event(StepEnded(result=finished.result))
    except BaseException:  # the listener's own error too
        close_fds([file.fd for file in files])
        raise
    finally:
        run.close()
    return finished


async def _follow(run: Run, order: StepOrder, files: list[FileOut], on_event: Callable[[Event], None]) -> Finished:
    def reader(fd: int, stream: str) -> OutputReader:
        return OutputReader(
            fd,
            limit=order.limits.output_bytes,
            on_data=lambda data: on_event(Output(step=order.step, stream=stream, data=data)),
            on_overflow=run.kill,
        )

    readers = [reader(run.stdout, "stdout")]
    if run.stderr is not None:
        readers.append(reader(run.stderr, "stderr"))
    feeder = None
    stdin = order.stdin if order.terminal is None else typed(order.stdin)
    if stdin == b"":
        run.close_stdin()
    else:
        feeder = asyncio.create_task(feed(run.stdin, stdin, run.close_stdin))
    try:
        facts = await _collect(run, files)
        await _drain(readers)
    finally:
        if feeder is not None:
            feeder.cancel()
            await asyncio.wait({feeder})
        for each in readers:
            each.close()
    if feeder is not None and not feeder.cancelled() and (error := feeder.exception()):
        raise error
    return Finished(
        result=_result(order, facts, readers, warm=run.warm), files=files, files_left_out=facts.files_left_out
    )


async def _drain(readers: Sequence[OutputReader]) -> None:
    timer = asyncio.timeout(_DRAIN_SECONDS)
    try:
        async with timer:
            for each in readers:
                await each.wait_end()
    except TimeoutError as error:
        if not timer.expired():
            raise  # the listener's own
        raise SandboxError("the pipes of a program stayed open after its end") from error


async def _collect(run: Run, files: list[FileOut]) -> Facts:
    while True:
        report = await run.next_report()
        if isinstance(report, Facts):
            return report
        files.append(report)


def _result(order: StepOrder, facts: Facts, readers: Sequence[OutputReader], *, warm: bool) -> StepResult:
    said = [reader.data for reader in readers]
    truncated = [reader.truncated for reader in readers]
    ending = classify(
        order.step,
        facts,
        order.limits,
        overflow=any(truncated),
        stderr=said[-1],  # of a terminal, what there is
        memory_rule=order.command.memory_exhausted,
    )
    return StepResult(
        step=order.step,
        outcome=ending.outcome,
        exit_code=ending.exit_code,
        signal=ending.signal,
        stdout=said[0],
        stderr=b"".join(said[1:]),
        stdout_truncated=truncated[0],
        stderr_truncated=any(truncated[1:]),
        usage=usage_of(facts),
        message=ending.message,
        warm=warm,
    )


def read_file(file: FileOut, *, limit: int) -> bytes | None:
    """Return a file's content and close it; None where it is larger than the limit."""
    try:
        if file.size > limit:
            return None
        parts, at = [], 0
        while chunk := os.pread(file.fd, min(1 << 20, limit + 1 - at), at):
            parts.append(chunk)
            at += len(chunk)
        return b"".join(parts)
    finally:
        os.close(file.fd)
