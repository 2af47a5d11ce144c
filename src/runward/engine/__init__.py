"""Compile, run, collect, classify: a program in, a result out, with no server, database or network.

May import languages, sandbox and what is below.  Keeps: every execution ends in exactly one result or one error; what
the guest does is a value (an Outcome), what we fail at is raised.
"""

from runward.engine.batch import Batch
from runward.engine.control import Control
from runward.engine.engine import Engine
from runward.engine.policy import EnginePolicy
from runward.engine.result import (
    Artifact,
    Event,
    ExecutionResult,
    Output,
    RunResult,
    StepEnded,
    StepResult,
    StepStarted,
    Validation,
)
from runward.engine.spec import ExecutionSpec, InputFile, RunInput
from runward.engine.tiers import Tiers
from runward.sandbox import Terminal

__all__ = [
    "Artifact",
    "Batch",
    "Control",
    "Engine",
    "EnginePolicy",
    "Event",
    "ExecutionResult",
    "ExecutionSpec",
    "InputFile",
    "Output",
    "RunInput",
    "RunResult",
    "StepEnded",
    "StepResult",
    "StepStarted",
    "Terminal",
    "Tiers",
    "Validation",
]
