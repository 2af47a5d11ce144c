"""Errors that only HTTP knows."""

from __future__ import annotations

from runward.domain.errors import RequestError, RunwardError


class CodeTooLong(RequestError):
    """The program is longer than an executor takes."""

    code = "code_too_long"

    def __init__(self, *, size: int, maximum: int) -> None:
        super().__init__(f"the code is {size} bytes long; at most {maximum} bytes ({maximum // 1024} KiB) are taken")


class BodyTooLarge(RequestError):
    """The request's body is larger than the server reads."""

    code = "body_too_large"

    def __init__(self, *, maximum: int, setting: str) -> None:
        super().__init__(f"the request's body is larger than {maximum} bytes; send less, or raise {setting}")


class BodyTooSlow(RequestError):
    """The request's body did not arrive in time."""

    code = "body_too_slow"

    def __init__(self, *, seconds: float) -> None:
        super().__init__(f"the request's body did not arrive within {seconds:g} s; send it again")


class KeyRefused(RequestError):
    """The shared key of the executors is missing or wrong."""

    code = "key_refused"

    def __init__(self, *, header: str) -> None:
        super().__init__(f"this executor takes only calls that carry its key in the header {header}")


class MetricsRefused(RequestError):
    """The metrics were asked for from elsewhere, or without their token."""

    code = "metrics_refused"

    def __init__(self) -> None:
        super().__init__(
            "the metrics are read from this host alone, or with the token of RUNWARD_METRICS_TOKEN: "
            "send it as Authorization: Bearer"
        )


class ClientGone(RunwardError):
    """The client closed the connection, and its run was killed."""

    code = "client_gone"


class ExecutorRefused(RequestError):
    """A remote executor refused the request; its status, code and words are handed on."""

    def __init__(self, *, status: int, code: str, detail: str, retry_after: str | None) -> None:
        super().__init__(detail)
        self.status, self.remote_code, self.retry_after = status, code, retry_after


class ExecutorFailed(RunwardError):
    """A remote executor could not be reached, or answered nonsense."""

    code = "executor_failed"


class ExecutorTimedOut(ExecutorFailed):
    """A remote executor did not answer in time."""

    code = "executor_timed_out"


class ExecutorResting(ExecutorFailed):
    """A remote executor failed repeatedly and is left alone for a while."""

    code = "executor_resting"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"the executor failed repeatedly; it is tried again in {retry_after} s")
        self.retry_after = retry_after


class ArtifactNotFound(RequestError):
    """The execution wrote no such file, or it was too large to be kept."""

    code = "artifact_not_found"

    def __init__(self, path: str) -> None:
        super().__init__(f"the execution has no artifact {path!r}; GET the execution for the list of them")
        self.path = path


class PositionUnknown(RequestError):
    """The position is none that this server gave out."""

    code = "position_unknown"

    def __init__(self, position: str) -> None:
        super().__init__(f"{position!r} is no id of an event; send the last one that came, or none")
        self.position = position


class ExecutorMissing(RequestError):
    """This node runs nothing at once, and no other has been named for the language."""

    code = "executor_missing"

    def __init__(self, language: str) -> None:
        super().__init__(
            f"this node queues executions and runs none itself; use /code-sessions, or name an executor for {language}"
        )
