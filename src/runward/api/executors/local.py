"""An executor whose programs the engine runs here."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from runward.api.errors import CodeTooLong
from runward.api.executors.probe import Health, Probe
from runward.api.executors.recorder import Recorder
from runward.api.schemas.executor import (
    DEFAULT_TIMEOUT_SECONDS,
    MAX_CODE_BYTES,
    MAX_TIMEOUT_SECONDS,
    CodeFault,
    CommandsInfo,
    ExecuteRequest,
    ExecuteResponse,
    ExecuteStatus,
    InfoResponse,
    LayerInfo,
    LimitsInfo,
    ValidateRequest,
    ValidateResponse,
)
from runward.domain.diagnostic import Diagnostic
from runward.domain.errors import BlockedImport, LimitTooHigh, SandboxError
from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Outcome, Step
from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile, StepResult
from runward.engine.hello import run_hello
from runward.languages import Language
from runward.telemetry.metrics import Metrics


class LocalExecutor:
    """Runs one language's programs in the sandbox of this host."""

    location = "local"

    def __init__(self, engine: Engine, language: Language, metrics: Metrics) -> None:
        self._engine, self._language, self._recorder = engine, language, Recorder(metrics, language.id)
        self._probe = Probe(self._run_hello)

    @property
    def language(self) -> str:
        """Return the language's identifier."""
        return self._language.id

    async def health(self) -> Health:
        """Tell how a recent hello-world went."""
        self._engine.registry.runtime(self.language)
        return await self._probe.health()

    async def execute(self, request: ExecuteRequest) -> ExecuteResponse:
        """Run the program; cancelling kills it."""
        maximum = self._engine.policy.maximum
        timeout = (
            timedelta(seconds=max(request.timeout, 1e-6)) if request.timeout is not None else self._default_timeout
        )
        if timeout > maximum.wall_time:
            longest = f"{maximum.wall_time.total_seconds():g} s"
            raise LimitTooHigh(name="timeout", requested=f"{request.timeout:g} s", maximum=longest)
        limits = LimitRequest(cpu_time=min(timeout, maximum.cpu_time), wall_time=timeout)
        try:
            spec = self._spec(request.code, stdin=request.inputData or "", limits=limits, tier=request.tier)
            with self._recorder.execution() as record:
                result = await self._engine.run(spec)
                record(result)
        except BlockedImport as error:
            return ExecuteResponse(output="", error=str(error), execution_time=0.0, status=ExecuteStatus.ERROR)
        return _answer(result)

    async def validate(self, request: ValidateRequest) -> ValidateResponse:
        """Check the program without running it."""
        try:
            validation = await self._engine.validate(self._spec(request.code))
        except BlockedImport as error:
            fault = CodeFault(line=error.line, column=None, message=str(error))
            return ValidateResponse(is_valid=False, errors=[fault], warnings=[])
        errors = [_fault(found) for found in validation.diagnostics if found.severity == "error"]
        if not validation.valid and not errors:
            errors = [CodeFault(line=None, column=None, message=f"{self._language.name} does not accept the program")]
        warnings = [_fault(found) for found in validation.diagnostics if found.severity != "error"]
        return ValidateResponse(is_valid=validation.valid, errors=errors, warnings=warnings)

    async def info(self) -> InfoResponse:
        """Describe the language as it is on this host."""
        language = self._language
        runtime = self._engine.registry.runtime(language.id)
        limits = self._default_limits
        name, memory = language.source_name, limits.memory_bytes
        compile_ = runtime.compile_command(sources=[name], entry=name, flags=(), memory_bytes=memory)
        run = runtime.run_command(sources=[name], entry=name, arguments=(), memory_bytes=memory)
        validate = runtime.validate_command(sources=[name], entry=name, memory_bytes=memory)
        return InfoResponse(
            language=language.id,
            name=language.name,
            aliases=list(language.aliases),
            version=runtime.version,
            file_name=name,
            commands=CommandsInfo(
                compile=list(compile_.argv) if compile_ else None, run=list(run.argv), validate=list(validate.argv)
            ),
            limits=self._limits_info(limits),
            sandbox=[
                LayerInfo(name=layer.name, state=layer.status, detail=layer.detail) for layer in self._engine.layers()
            ],
        )

    async def close(self) -> None:
        """End a health check that is under way."""
        await self._probe.close()

    @property
    def _default_timeout(self) -> timedelta:
        return min(timedelta(seconds=DEFAULT_TIMEOUT_SECONDS), self._engine.policy.maximum.wall_time)

    @property
    def _default_limits(self) -> Limits:
        own = self._language.limits.get(Step.RUN, LimitRequest())
        return self._engine.policy.limits_for(Step.RUN, LimitRequest(), language=own)

    def _limits_info(self, limits: Limits) -> LimitsInfo:
        longest = min(MAX_TIMEOUT_SECONDS, self._engine.policy.maximum.wall_time.total_seconds())
        return LimitsInfo(
            default_timeout_seconds=self._default_timeout.total_seconds(),
            max_timeout_seconds=longest,
            memory_bytes=limits.memory_bytes,
            code_bytes=MAX_CODE_BYTES,
            output_bytes=limits.output_bytes,
            processes=limits.processes,
            network=False,
        )

    def _spec(
        self, code: str, *, stdin: str = "", limits: LimitRequest | None = None, tier: str | None = None
    ) -> ExecutionSpec:
        source = code.encode()
        if len(source) > MAX_CODE_BYTES:
            raise CodeTooLong(size=len(source), maximum=MAX_CODE_BYTES)
        name = self._language.source_name_for(source)
        return ExecutionSpec(
            language=self._language.id,
            files=(InputFile(path=name, content=source),),
            stdin=stdin.encode(),
            limits=limits or LimitRequest(),
            tier=tier,
        )

    async def _run_hello(self) -> None:
        await run_hello(self._engine, self.language)


def _answer(result: ExecutionResult) -> ExecuteResponse:
    last = result.last
    status = _status(last)
    # Compilers complain on either stream; a program's standard output is its output.
    output = _text(last.stdout) if result.run else ""
    error = _text(last.stderr) if result.run else _text(last.stderr + last.stdout)
    return ExecuteResponse(
        output=output,
        error=error if status is ExecuteStatus.SUCCESS else _explain(last, error),
        execution_time=last.usage.wall_time.total_seconds(),
        status=status,
    )


def _status(step: StepResult) -> ExecuteStatus:
    match step.outcome:
        case Outcome.EXITED:
            return ExecuteStatus.SUCCESS if step.exit_code == 0 else ExecuteStatus.ERROR
        case Outcome.SIGNALED | Outcome.PROCESS_LIMIT:
            return ExecuteStatus.ERROR
        case Outcome.CPU_TIME_LIMIT | Outcome.WALL_TIME_LIMIT:
            return ExecuteStatus.TIMEOUT
        case Outcome.MEMORY_LIMIT:
            return ExecuteStatus.MEMORY_LIMIT
        case Outcome.OUTPUT_LIMIT:
            return ExecuteStatus.OUTPUT_LIMIT
        case Outcome.COMPILE_ERROR:
            return ExecuteStatus.COMPILATION_ERROR
        case Outcome.SANDBOX_ERROR:
            raise SandboxError(step.message or "the sandbox failed; try again")
        case _:
            assert_never(step.outcome)


def _explain(step: StepResult, error: str) -> str:
    """Return what the program said, or the compiler, and why it was stopped; never nothing."""
    reason = step.message
    if not reason and not error:
        reason = f"the program ended with exit status {step.exit_code}"
    joint = "\n" if error and reason and not error.endswith("\n") else ""
    return f"{error}{joint}{reason}"


def _fault(found: Diagnostic) -> CodeFault:
    return CodeFault(line=found.line, column=found.column, message=found.message)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
