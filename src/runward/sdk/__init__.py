"""The client of a Runward server, for programs with asyncio and without.

``aio`` is written by hand, ``blocking`` generated from it word by word (``script/generate-sdk``), so that the two cannot
differ: no thread, no event loop of ours runs beside a caller's, tracebacks are short, and both are typed in full.  What
waits for nothing (what a call looks like, how an answer is read, whether to try once more) both share, in the modules here.

May import domain only, so that it can be used without the rest.
"""

from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.domain.status import ExecutionStatus
from runward.sdk.aio.client import AsyncClient
from runward.sdk.aio.live import AsyncLive
from runward.sdk.aio.run import AsyncRun
from runward.sdk.blocking.client import Client
from runward.sdk.blocking.live import Live
from runward.sdk.blocking.run import Run
from runward.sdk.errors import (
    AnswerNotUnderstood,
    Conflict,
    FieldFault,
    Forbidden,
    NotFound,
    RateLimited,
    RequestRefused,
    RunwardApiError,
    ServerFault,
    ServerUnreachable,
    TooLarge,
    Unauthorized,
    WaitTimeout,
)
from runward.sdk.event import ErrorEvent, Event, OutputEvent, ResultEvent, StatusEvent, StepEvent
from runward.sdk.execution import Artifact, CompileResult, Execution, ExecutionEntry
from runward.sdk.options import File, RunOptions, Terminal
from runward.sdk.retry import RetryPolicy
from runward.sdk.server import Health, Language
from runward.sdk.session import Session, SessionState, Version, VersionEntry
from runward.sdk.upload import Upload

__all__ = [
    "AnswerNotUnderstood",
    "Artifact",
    "AsyncClient",
    "AsyncLive",
    "AsyncRun",
    "Client",
    "CompileResult",
    "Conflict",
    "ErrorEvent",
    "Event",
    "Execution",
    "ExecutionEntry",
    "ExecutionStatus",
    "FieldFault",
    "File",
    "Forbidden",
    "Health",
    "Language",
    "LimitRequest",
    "Live",
    "NotFound",
    "Outcome",
    "OutputEvent",
    "RateLimited",
    "RequestRefused",
    "ResultEvent",
    "RetryPolicy",
    "Run",
    "RunOptions",
    "RunwardApiError",
    "ServerFault",
    "ServerUnreachable",
    "Session",
    "SessionState",
    "StatusEvent",
    "Step",
    "StepEvent",
    "Terminal",
    "TooLarge",
    "Unauthorized",
    "Upload",
    "Version",
    "VersionEntry",
    "WaitTimeout",
]
