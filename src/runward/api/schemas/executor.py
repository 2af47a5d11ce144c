"""The executors' requests and answers; names and fields are a contract that clients already speak."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from runward.domain.tier import Tier

DEFAULT_TIMEOUT_SECONDS = 30.0
MAX_TIMEOUT_SECONDS = 60.0
MAX_CODE_BYTES = 50 * 1024


def _check_characters(text: str) -> str:
    # JSON can write half a character ("\\ud800"); no program could read it.
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("a lone surrogate is no character; send whole characters") from None
    return text


Text = Annotated[str, AfterValidator(_check_characters)]
Code = Annotated[Text, Field(description=f"The program, at most {MAX_CODE_BYTES} bytes of UTF-8 (413 beyond).")]


class ExecuteRequest(BaseModel):
    """A program to run."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"code": "print(input())", "inputData": "hello", "timeout": 5}]}
    )

    code: Code
    inputData: Text | None = Field(default=None, description="What the program reads on its standard input.")  # noqa: N815
    timeout: float | None = Field(
        default=None,
        gt=0,
        le=MAX_TIMEOUT_SECONDS,
        allow_inf_nan=False,
        strict=True,
        description=f"Seconds of wall time and of CPU time, each; {DEFAULT_TIMEOUT_SECONDS:g} by default.",
    )
    tier: Tier | None = Field(
        default=None, description="How strong a sandbox, of those that the server offers; its own choice by default."
    )


class ValidateRequest(BaseModel):
    """A program to check without running it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "print('hello'"}]})

    code: Code


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ExecuteStatus(StrEnum):
    """What became of the program."""

    SUCCESS = "success"
    ERROR = "error"
    TIMEOUT = "timeout"
    COMPILATION_ERROR = "compilation_error"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"


class ExecuteResponse(_Answer):
    """What the program wrote and how it ended; a failing program is an answer, not an HTTP error."""

    output: str = Field(description="Its standard output; bytes that are not UTF-8 are replaced.", examples=["hello\n"])
    error: str = Field(description="Its standard error, or why it was stopped, or the compiler's words.", examples=[""])
    execution_time: float = Field(description="Seconds of wall time.", examples=[0.021])
    status: ExecuteStatus = Field(examples=["success"])


class CodeFault(_Answer):
    """One finding of the language's checker."""

    line: int | None = Field(description="From 1; null where the tool gives none.", examples=[1])
    column: int | None = Field(description="From 1; null where the tool gives none.", examples=[6])
    message: str = Field(examples=["'(' was never closed"])


class ValidateResponse(_Answer):
    """Whether the program would compile."""

    is_valid: bool = Field(examples=[False])
    errors: list[CodeFault]
    warnings: list[CodeFault]


class HealthStatus(StrEnum):
    """Whether an executor runs programs."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class HealthResponse(_Answer):
    """The outcome of a real hello-world, a few seconds old at most."""

    status: HealthStatus = Field(examples=["healthy"])
    language: str = Field(examples=["python"])
    latency_ms: float = Field(description="How long the hello-world took.", examples=[3.2])
    last_error: str | None = Field(description="The latest failure, also when it is past.", examples=[None])


class LimitsInfo(_Answer):
    """What one program may use."""

    default_timeout_seconds: float = Field(examples=[30])
    max_timeout_seconds: float = Field(examples=[60])
    memory_bytes: int = Field(examples=[134217728])
    code_bytes: int = Field(examples=[51200])
    output_bytes: int = Field(examples=[1048576])
    processes: int = Field(examples=[64])
    network: bool = Field(examples=[False])


class CommandsInfo(_Answer):
    """What is run, as argument vectors; null where there is no such step."""

    compile: list[str] | None = Field(examples=[None])
    run: list[str] | None = Field(examples=[["python3", "main.py"]])
    validate_: list[str] | None = Field(alias="validate", examples=[None])


class LayerInfo(_Answer):
    """One layer of the sandbox."""

    name: str = Field(examples=["seccomp"])
    state: str = Field(examples=["ok"])
    detail: str = Field(examples=["filter of 40 rules"])


class InfoResponse(_Answer):
    """What a language is on this host."""

    language: str = Field(examples=["python"])
    name: str = Field(examples=["Python"])
    aliases: list[str] = Field(examples=[["py", "python3"]])
    version: str = Field(examples=["3.11.2"])
    file_name: str = Field(examples=["main.py"])
    commands: CommandsInfo
    limits: LimitsInfo
    sandbox: list[LayerInfo]
