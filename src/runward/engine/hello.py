"""The hello-world of a language, run for real: the proof that its runtime works."""

from __future__ import annotations

from datetime import timedelta

from runward.domain.errors import SandboxError
from runward.domain.limits import LimitRequest
from runward.engine.engine import Engine
from runward.engine.spec import ExecutionSpec, InputFile

_TIME = timedelta(seconds=30)


async def run_hello(engine: Engine, name: str) -> None:
    """Run it; raise LanguageUnavailable or, where it does not print what it must, SandboxError with what it said."""
    language = engine.registry.get(name)
    source = language.hello.source.encode()
    spec = ExecutionSpec(
        language=language.id,
        files=(InputFile(path=language.source_name_for(source), content=source),),
        limits=LimitRequest(wall_time=min(_TIME, engine.policy.maximum.wall_time)),
        compile_anew=True,  # what a compiler made yesterday does not prove that it works
    )
    last = (await engine.run(spec)).last
    if last.succeeded and last.stdout.decode("utf-8", "replace") == language.hello.stdout:
        return
    said = (last.stderr or last.stdout).decode("utf-8", "replace").strip()
    told = "; ".join(part for part in (last.message, said[-500:]) if part) or f"exit status {last.exit_code}"
    raise SandboxError(f"the hello-world of {language.name} went wrong in its {last.step} step: {told}")
