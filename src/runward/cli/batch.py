"""`runward run --input`: the program once for each input, and a line about each as it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from runward.cli.exit_status import status_of
from runward.cli.output import pass_on
from runward.cli.program import read_file
from runward.cli.report import compile_line, run_line
from runward.domain.errors import RequestError
from runward.domain.limits import MIB
from runward.engine import Engine, Event, ExecutionSpec, RunInput, RunResult


def find_inputs(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are named, and those in the folders that are, in the order of their names."""
    return [file for path in paths for file in _find_inputs(path)]


async def run_inputs(
    engine: Engine, spec: ExecutionSpec, inputs: Sequence[Path], *, as_json: bool, parallel: int | None, stop: bool
) -> int:
    """Run on each input, print what came of it, and return the status to exit with: of the first that failed."""
    failed: dict[int, int] = {}
    width = max(len(str(path)) for path in inputs)
    async with (
        engine,
        engine.run_many(
            spec,
            _read(inputs),
            parallel=parallel,
            stop_when=_has_failed if stop else None,
            on_event=None if as_json else _pass_on_compiler,
        ) as batch,
    ):
        if batch.compile is not None and not batch.compile.succeeded:
            if as_json:
                print(compile_line(batch.compile))
            return status_of(batch.compile)
        async for result in batch:
            name = str(inputs[result.index])
            print(run_line(name, result) if as_json else f"{name:{width}}  {_row(result)}", flush=True)
            if _has_failed(result):
                failed[result.index] = status_of(result.execution.last)
    return failed[min(failed)] if failed else 0


def _find_inputs(path: Path) -> list[Path]:
    if not path.exists():
        raise RequestError(f"there is no input {path}")
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.iterdir() if each.is_file())
    if not files:
        raise RequestError(f"there is no file in {path}")
    return files


def _read(inputs: Sequence[Path]) -> Iterator[RunInput]:
    return (RunInput(stdin=read_file(path)) for path in inputs)


def _has_failed(result: RunResult) -> bool:
    return not result.succeeded


def _pass_on_compiler(index: int | None, event: Event) -> None:
    if index is None:
        pass_on(event)


def _row(result: RunResult) -> str:
    step = result.execution.last
    end = f"{step.outcome}" if step.exit_code is None else f"{step.outcome} {step.exit_code}"
    cpu, wall = (1000 * time.total_seconds() for time in (step.usage.cpu_time, step.usage.wall_time))
    row = f"{end:16} {cpu:6.0f} ms CPU {wall:6.0f} ms {step.usage.memory_peak_bytes / MIB:7.1f} MiB"
    return f"{row}  {step.message}" if step.message else row
