"""Whether to try once more, and when."""

from __future__ import annotations

import random
from dataclasses import dataclass

from runward.sdk.errors import RateLimited, RunwardApiError, ServerUnreachable

_PASSING = {502, 503, 504}
_FIRST_SECONDS, _MOST_SECONDS = 0.2, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """``retries`` after lost connections and passing faults; ``rate_limit_seconds`` in all for 429 to be over."""

    retries: int = 5
    rate_limit_seconds: float = 70.0


class Patience:
    """What is left of it for one call.

    A call that was refused did nothing and may be made again; one whose answer was lost only if it is ``repeatable``: it
    reads, it comes to the same when it is done twice, or it bears a key by which the server knows it again.
    """

    def __init__(self, policy: RetryPolicy, *, repeatable: bool) -> None:
        self._policy, self._repeatable = policy, repeatable
        self._losses, self._waited = 0, 0.0

    def renew(self) -> None:
        """Begin anew: there was progress."""
        self._losses = 0

    def after_loss(self, error: Exception, *, sent: bool = True) -> float:
        """Return how many seconds to wait before the next try, or raise ServerUnreachable."""
        if (sent and not self._repeatable) or self._losses >= self._policy.retries:
            reason = str(error) or type(error).__name__
            told = "the connection was lost" if sent else "no connection can be made"
            raise ServerUnreachable(f"{told}: {reason}") from error
        return self._back_off()

    def after_refusal(self, error: RunwardApiError) -> float:
        """Return how many seconds to wait before the next try, or raise the error."""
        if isinstance(error, RateLimited):
            wait = self._back_off() if error.retry_after is None else error.retry_after
            self._waited += wait
            if self._waited > self._policy.rate_limit_seconds:
                raise error
            return wait
        if error.status not in _PASSING or not self._repeatable or self._losses >= self._policy.retries:
            raise error
        return max(self._back_off(), min(error.retry_after or 0.0, _MOST_SECONDS))

    def _back_off(self) -> float:
        wait: float = min(_FIRST_SECONDS * 2.0**self._losses, _MOST_SECONDS)
        self._losses += 1
        # Those whom one fault has hit must not come back all at once.
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  (nothing secret)
