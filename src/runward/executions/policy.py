"""What the operator allows of executions in all, and who submits one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from runward.domain.errors import QueueFull, RequestError
from runward.domain.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPolicy:
    """Bounds; ``retries`` are after faults of the platform, ``most_losses`` of workers that died with the run.

    ``result_cache`` is how long an answer serves equal requests; none, where it is zero.
    """

    wall_time: timedelta = timedelta(seconds=30)
    memory_bytes: int | None = None
    output_bytes: int = 100 * 1024
    source_bytes: int = 50 * 1024
    per_session: int = 100
    per_session_minute: int = 10
    backlog: int = 1000
    backlog_per_key: int = 200
    time_to_live: timedelta = timedelta(hours=1)
    retries: int = 3
    most_losses: int = 3
    back_off: timedelta = timedelta(seconds=1)
    lease: timedelta = timedelta(seconds=15)
    idempotency: timedelta = timedelta(days=1)
    result_cache: timedelta = timedelta(days=1)
    tiers: tuple[Tier, ...] = (Tier.NATIVE,)

    @property
    def longest_wait(self) -> timedelta:
        """Return how long an execution that is queued again may have to wait at most, before its next attempt."""
        return self.back_off * float(2 ** max(self.retries, self.most_losses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """On whose behalf: who owns it, whose turn it takes (``key``), and how many of the key's may run at once."""

    owner_id: UUID | None = None
    key: str = "anonymous"
    key_limit: int | None = None


class SourceTooLong(RequestError):
    """The source is longer than is taken."""

    code = "source_too_long"

    def __init__(self, *, size: int, maximum: int) -> None:
        super().__init__(f"the source is {size} bytes long; at most {maximum} bytes ({maximum // 1024} KiB) are taken")


class UploadsTooLarge(RequestError):
    """What a program is to find does not fit beside it."""

    code = "uploads_too_large"

    def __init__(self, *, size: int, maximum: int) -> None:
        super().__init__(
            f"the uploads of the run are {size} bytes; its files may take {maximum}: raise limits.disk_bytes or send less"
        )


class SessionFull(RequestError):
    """The session has had as many executions as it may have."""

    code = "session_full"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"the session has had {limit} executions, the most it may have; open another session")


class SessionBusy(QueueFull):
    """The session has had as many executions in a minute as it may have."""

    code = "session_rate_limited"

    def __init__(self, *, limit: int, retry_after: int) -> None:
        RequestError.__init__(self, f"the session may have {limit} executions a minute; try again in {retry_after} s")
        self.limit, self.retry_after = limit, retry_after


class IdempotencyKeyReused(RequestError):
    """The key was sent before, with another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was sent before with another request; send a new key")
