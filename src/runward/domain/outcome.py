"""How a step ended."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """Which part of an execution a result belongs to."""

    COMPILE = "compile"
    RUN = "run"
    VALIDATE = "validate"


class Outcome(StrEnum):
    """How a step ended: closed, so an unknown ending can never pass for success."""

    EXITED = "exited"
    SIGNALED = "signaled"
    CPU_TIME_LIMIT = "cpu_time_limit"
    WALL_TIME_LIMIT = "wall_time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    PROCESS_LIMIT = "process_limit"
    COMPILE_ERROR = "compile_error"
    SANDBOX_ERROR = "sandbox_error"
