"""One step in one slot: start, feed, read, collect, classify."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from runward.domain.limits import Limits
from runward.domain.outcome import Step
from runward.engine.classify import classify, usage_of
from runward.engine.result import Event, Output, StepEnded, StepResult, StepStarted
from runward.engine.stream import OutputReader, feed
from runward.languages import StepCommand
from runward.sandbox import BoxFile, Command, Facts, FileOut, Run, Sandbox, close_fds

# Everything of a slot is dead when its facts come, so the ends of its pipes follow at once.
_DRAIN_SECONDS = 5


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A step's result, and the files that came out: descriptors that the caller owns."""

    result: StepResult
    files: list[FileOut]
    files_left_out: int


async def run_step(sandbox: Sandbox, order: StepOrder, on_event: Callable[[Event], None]) -> Finished:
    """Run one step to its end.  Cancelling kills it."""
    on_event(StepStarted(step=order.step))
    command = Command(
        argv=order.command.argv,
        environment=order.environment,
        files=order.files,
        collect=order.collect,
        max_artifacts=order.max_files,
    )
    run = await sandbox.start(order.kind, command, order.limits)
    files: list[FileOut] = []
    try:
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

    readers = [reader(run.stdout, "stdout"), reader(run.stderr, "stderr")]
    feeder = None
    if order.stdin == b"":
        run.close_stdin()
    else:
        feeder = asyncio.create_task(feed(run.stdin, order.stdin, run.close_stdin))
    try:
        facts = await _collect(run, files)
        async with asyncio.timeout(_DRAIN_SECONDS):
            for each in readers:
                await each.wait_end()
    finally:
        if feeder is not None:
            feeder.cancel()
            await asyncio.wait({feeder})
        for each in readers:
            each.close()
    if feeder is not None and not feeder.cancelled() and (error := feeder.exception()):
        raise error
    return Finished(
        result=_result(order, facts, *readers, warm=run.warm), files=files, files_left_out=facts.files_left_out
    )


async def _collect(run: Run, files: list[FileOut]) -> Facts:
    while True:
        report = await run.next_report()
        if isinstance(report, Facts):
            return report
        files.append(report)


def _result(order: StepOrder, facts: Facts, stdout: OutputReader, stderr: OutputReader, *, warm: bool) -> StepResult:
    ending = classify(
        order.step,
        facts,
        order.limits,
        overflow=stdout.truncated or stderr.truncated,
        stderr=stderr.data,
        memory_rule=order.command.memory_exhausted,
    )
    return StepResult(
        step=order.step,
        outcome=ending.outcome,
        exit_code=ending.exit_code,
        signal=ending.signal,
        stdout=stdout.data,
        stderr=stderr.data,
        stdout_truncated=stdout.truncated,
        stderr_truncated=stderr.truncated,
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
