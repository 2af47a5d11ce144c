"""`runward run`: a local program, sandboxed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import typer

from runward.cli import options as o
from runward.cli.artifacts import save_artifacts
from runward.cli.batch import find_inputs, run_inputs
from runward.cli.exit_status import BROKEN_PIPE, CHECK_FAILED, status_of
from runward.cli.output import pass_on
from runward.cli.program import Given, find_language, parse_environment, read_extra_files, read_file
from runward.cli.report import result_json, validation_json
from runward.cli.stdin import is_readable, read_chunks
from runward.cli.terminal import OurTerminal
from runward.domain.errors import RequestError
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.engine import Control, Engine, Event, ExecutionResult, ExecutionSpec, InputFile, StepStarted, Validation
from runward.languages import Registry
from runward.settings import load_settings
from runward.telemetry import configure_logs
from runward.wiring import open_engine, open_registry

# What came of a run, and the files that it was given.
Done = tuple[ExecutionResult, Sequence[InputFile]]

EPILOG = """\
**Examples**

`runward run hello.py`

`runward run main.cpp --flag=-O3 -- first second`

`echo 5 | runward run sum.js --time 1 --memory 64M`

`runward run app.py --file lib --file data.csv:in.csv`

`runward run plot.py --artifact '*.png' --output-dir out`

`runward run main.cpp --input tests --stop-on-failure`

`runward run - --language go --json < main.go`

`runward run editor.py --terminal --wall 10m`

`runward run app.py --server http://localhost:8000`

**Exit status:** the program's own, or 128+N where signal N killed it.
Otherwise 122: output or process limit; 124: time limit; 125: Runward could not run it; 126: it does not compile;
130: interrupted; 137: memory limit; 141: nobody reads the output; 2: wrong usage; 1: `--validate` found errors.
With `--input`: that of the first input whose run failed.
"""


def run(
    file: o.Program,
    arguments: o.Arguments = None,
    *,
    language: o.Language = None,
    entry: o.Entry = None,
    stdin: o.Stdin = None,
    terminal: o.InTerminal = False,
    env: o.Env = None,
    flag: o.Flag = None,
    as_json: o.Json = False,
    validate: o.Validate = False,
    tier: o.TierName = None,
    extra: o.ExtraFiles = None,
    artifact: o.Artifacts = None,
    output_dir: o.OutputDir = None,
    inputs: o.Inputs = None,
    stop_on_failure: o.StopOnFailure = False,
    parallel: o.Parallel = None,
    time: o.CpuTime = None,
    wall: o.WallTime = None,
    memory: o.Memory = None,
    processes: o.Processes = None,
    output_limit: o.OutputLimit = None,
    file_size: o.FileSize = None,
    disk: o.Disk = None,
    open_files: o.OpenFiles = None,
    server: o.Server = None,
    api_key: o.ApiKey = None,
) -> None:
    """Run a program in the sandbox, with our input and output, and exit with its status."""
    if artifact and output_dir is None and not as_json:
        raise RequestError("say where the artifacts go: --output-dir DIR (or --json to print them)")
    if inputs and (stdin or validate or output_dir):
        raise RequestError("--input goes with none of --stdin, --validate and --output-dir (--json prints artifacts)")
    if terminal and (file == "-" or stdin or validate or inputs or as_json):
        raise RequestError("--terminal goes with none of --stdin, --input, --validate, --json, and a program from `-`")
    limits = LimitRequest(
        cpu_time=time,
        wall_time=wall,
        memory_bytes=memory,
        processes=processes,
        output_bytes=output_limit,
        file_bytes=file_size,
        disk_bytes=disk,
        open_files=open_files,
    )
    given = Given(
        file=file,
        language=language,
        entry=entry,
        stdin=stdin,
        arguments=tuple(arguments or ()),
        environment=parse_environment(env or []),
        compiler_flags=tuple(flag or ()),
        extra=tuple(read_extra_files(extra or [])),
        artifacts=tuple(artifact or (("**/*",) if output_dir else ())),
        limits=limits,
        tier=tier,
        terminal=OurTerminal() if terminal else None,
        as_json=as_json,
    )
    many = find_inputs(inputs or [])
    try:
        if server is not None:
            with given.terminal or nullcontext():
                result, sent = _run_on_server(given, server, api_key, refused=bool(inputs or validate))
        elif validate or many:
            raise typer.Exit(
                _check_or_run_many(given, many, validate=validate, parallel=parallel, stop=stop_on_failure)
            )
        else:
            result, sent = _run_here(given)
    except BrokenPipeError:
        raise typer.Exit(BROKEN_PIPE) from None
    _show(result, as_json=as_json)
    if output_dir is not None:
        _save(result, sent, output_dir)
    raise typer.Exit(status_of(result.last))


def _run_on_server(given: Given, server: str, api_key: str | None, *, refused: bool) -> Done:
    if refused:
        raise RequestError("--server goes with neither --input nor --validate; leave out --server to do that here")
    from runward.cli.remote import run_remotely  # noqa: PLC0415  (a run here needs no HTTP)

    return asyncio.run(run_remotely(given, server=server, api_key=api_key))


def _run_here(given: Given) -> Done:
    engine, spec = _open(given)
    if given.terminal is not None:
        with given.terminal as terminal:
            return asyncio.run(_run_in_terminal(engine, spec, terminal)), spec.files
    result = asyncio.run(_run(engine, spec, from_file=given.stdin, ours=given.file != "-", live=not given.as_json))
    return result, spec.files


def _check_or_run_many(given: Given, many: list[Path], *, validate: bool, parallel: int | None, stop: bool) -> int:
    engine, spec = _open(given, warm=len(many) > 1)
    if validate:
        return _show_validation(asyncio.run(_validate(engine, spec)), as_json=given.as_json)
    return asyncio.run(run_inputs(engine, spec, many, as_json=given.as_json, parallel=parallel, stop=stop))


def _open(given: Given, *, warm: bool = False) -> tuple[Engine, ExecutionSpec]:
    configure_logs(level="warning")
    settings = load_settings()
    registry = open_registry(settings)
    spec = _spec(given, registry)
    # An interpreter that is started ahead pays from the second run on.
    chosen = {"warm": settings.warm and warm, "tier": given.tier or settings.tier, "tiers": ()}
    return open_engine(settings.model_copy(update=chosen), languages=[spec.language], registry=registry), spec


def _spec(given: Given, registry: Registry) -> ExecutionSpec:
    file = given.file
    source = read_file(Path(file)) if file != "-" else None
    language = find_language(file, given.language, registry)
    source = sys.stdin.buffer.read() if source is None else source
    path = language.source_name_for(source) if file == "-" else Path(file).name
    return ExecutionSpec(
        language=language.id,
        files=(InputFile(path=path, content=source), *(each for each in given.extra if each.path != path)),
        entry=given.entry or path,
        arguments=given.arguments,
        environment=dict(given.environment),
        compiler_flags=given.compiler_flags,
        limits=given.limits,
        artifacts=given.artifacts,
    )


async def _run(
    engine: Engine, spec: ExecutionSpec, *, from_file: Path | None, ours: bool, live: bool
) -> ExecutionResult:
    spec = replace(spec, stdin=_input(from_file, ours=ours))
    async with engine:
        return await engine.run(spec, on_event=pass_on if live else None)


async def _run_in_terminal(engine: Engine, spec: ExecutionSpec, terminal: OurTerminal) -> ExecutionResult:
    control = Control()
    environment = {**terminal.environment, **spec.environment}
    spec = replace(spec, stdin=read_chunks(0), terminal=terminal.size, environment=environment)

    def on_event(event: Event) -> None:
        if event == StepStarted(step=Step.RUN):
            terminal.begin()
        pass_on(event)

    async def resize(rows: int, columns: int) -> None:
        control.resize(rows, columns)

    async with engine, terminal.telling_size(resize):
        return await engine.run(spec, on_event=on_event, control=control)


async def _validate(engine: Engine, spec: ExecutionSpec) -> Validation:
    async with engine:
        return await engine.validate(spec)


def _input(from_file: Path | None, *, ours: bool) -> bytes | AsyncIterator[bytes]:
    """Return what the program reads: the named file, or our own input unless the program itself came from there."""
    if from_file is not None:
        return read_file(from_file)
    descriptor = 0
    return read_chunks(descriptor) if ours and is_readable(descriptor) else b""


def _show(result: ExecutionResult, *, as_json: bool) -> None:
    if as_json:
        print(result_json(result))
    elif result.outcome is not Outcome.EXITED and result.last.message:
        sys.stdout.flush()
        print(f"runward: {result.last.step} step stopped: {result.last.message}", file=sys.stderr)


def _show_validation(validation: Validation, *, as_json: bool) -> int:
    if as_json:
        print(validation_json(validation))
    for found in () if as_json else validation.diagnostics:
        place = ":".join(str(part) for part in (found.path, found.line, found.column) if part is not None)
        print(f"{place}: {found.severity}: {found.message}" if place else f"{found.severity}: {found.message}")
    return 0 if validation.valid else CHECK_FAILED


def _save(result: ExecutionResult, files: Sequence[InputFile], folder: Path) -> None:
    sent = {file.path: file.content for file in files}
    # What was sent and did not change is no work of the program's.
    written = [artifact for artifact in result.artifacts if sent.get(artifact.path) != artifact.content]
    save_artifacts(written, folder)
    for artifact in written:
        if artifact.content is None:
            told = f"runward: {artifact.path!r} is too large to bring out ({artifact.size_bytes} bytes)"
            print(told, file=sys.stderr)
