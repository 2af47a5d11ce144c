"""Whose fault it was: the caller's (RequestError) or ours (SandboxError).  The guest's is a value, an Outcome."""

from __future__ import annotations


class RunwardError(Exception):
    """Every error the project raises on purpose; ``code`` is stable, for machines."""

    code = "error"


class RequestError(RunwardError):
    """The request cannot be carried out as it stands; the message says what to change."""

    code = "invalid_request"


class LimitTooHigh(RequestError):
    """A limit above the server's maximum was asked for."""

    code = "limit_too_high"

    def __init__(self, *, name: str, requested: object, maximum: object) -> None:
        super().__init__(f"the limit {name} may be at most {maximum}; {requested} was asked for")
        self.name, self.requested, self.maximum = name, requested, maximum


class UnknownLanguage(RequestError):
    """No definition has this identifier or alias."""

    code = "unknown_language"

    def __init__(self, language: str, known: list[str]) -> None:
        super().__init__(f"there is no language {language!r}; known are: {', '.join(known)}")
        self.language, self.known = language, known


class LanguageUnavailable(RequestError):
    """The language is defined, but its toolchain is not on this host; ``install`` is the command that brings it."""

    code = "language_unavailable"

    def __init__(self, language: str, reason: str, install: str) -> None:
        super().__init__(f"{language} is not available on this host: {reason}; install it with: {install}")
        self.language, self.reason, self.install = language, reason, install


class TierNotEnabled(RequestError):
    """A tier was asked for that is not among those of this server."""

    code = "tier_not_enabled"

    def __init__(self, tier: str, *, enabled: list[str]) -> None:
        names = ", ".join(enabled)
        super().__init__(
            f"the tier {tier!r} is not enabled here; ask for one of: {names}, or let the operator name it in RUNWARD_TIERS"
        )
        self.tier, self.enabled = tier, enabled


class BlockedImport(RequestError):
    """The program imports a module that the operator has blocked."""

    code = "blocked_import"

    def __init__(self, *, module: str, path: str, line: int) -> None:
        super().__init__(f"{path}, line {line}: the module {module} is blocked on this server; do without it")
        self.module, self.path, self.line = module, path, line


class QueueFull(RunwardError):
    """As many runs wait as may wait; try again in ``retry_after`` seconds."""

    code = "queue_full"

    def __init__(self, *, limit: int, retry_after: int) -> None:
        super().__init__(f"{limit} executions are waiting already; try again in {retry_after} s")
        self.limit, self.retry_after = limit, retry_after


class ShuttingDown(RunwardError):
    """The service is stopping and takes no new work."""

    code = "shutting_down"

    def __init__(self) -> None:
        super().__init__("the service is shutting down and takes no new work")


class SandboxError(RunwardError):
    """The sandbox failed, not the program: retryable, never a verdict."""

    code = "sandbox_error"


class LayerMissing(SandboxError):
    """A layer of the sandbox cannot be set up here, and no setting allows going without it."""

    code = "layer_missing"


class RuntimeMissing(LayerMissing):
    """A tier needs an OCI runtime that is not on this host; ``install`` is the command that brings it."""

    def __init__(self, runtime: str) -> None:
        self.install = f"apt-get install {runtime}"
        super().__init__(f"the tier {runtime} needs {runtime}, which is not installed; on Debian 12: {self.install}")
