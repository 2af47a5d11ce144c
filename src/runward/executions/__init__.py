"""The one lifecycle of an execution: submitted, claimed, streamed, finished, cancelled, reaped.

May import queue, accounts, engine, store and what is below.  Invariants: the row is the truth; a terminal state never
changes; only who holds the claim may finish it; a fault of the platform is never passed off as the program's.
"""

from runward.executions.executions import Dispatch, Executions
from runward.executions.policy import ExecutionPolicy, Submitter
from runward.executions.request import ExecutionRequest, UploadedFile
from runward.executions.submission import Idempotency, Submission

__all__ = [
    "Dispatch",
    "ExecutionPolicy",
    "ExecutionRequest",
    "Executions",
    "Idempotency",
    "Submission",
    "Submitter",
    "UploadedFile",
]
