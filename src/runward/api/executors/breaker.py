"""A circuit breaker: an executor that failed repeatedly is left alone, then tried with a single call."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from runward.api.errors import ExecutorFailed, ExecutorResting


class Breaker:
    """Counts failures in a row; at the limit it refuses calls for ``rest_seconds``, then lets one through as a trial."""

    def __init__(
        self, *, failures: int = 5, rest_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failures = 0
        self._closed_until_trial = 0.0
        self._trial = False

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Let one call through and learn from how it ends: only ExecutorFailed counts against the executor."""
        self._admit()
        try:
            yield
        except ExecutorFailed:
            self._failures += 1
            if self._failures >= self._limit:
                self._closed_until_trial = self._clock() + self._rest_seconds
            raise
        else:
            self._failures = 0
        finally:
            # A cancelled trial says nothing: the next call is the trial then.
            self._trial = False

    def _admit(self) -> None:
        if self._failures < self._limit:
            return
        remaining = self._closed_until_trial - self._clock()
        if remaining > 0 or self._trial:
            raise ExecutorResting(retry_after=max(1, math.ceil(remaining)))
        self._trial = True
