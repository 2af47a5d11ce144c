"""A breaker leaves a failing executor alone, then tries it with one call."""

from __future__ import annotations

import pytest

from runward.api.errors import ExecutorFailed, ExecutorRefused, ExecutorResting
from runward.api.executors.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker) -> None:
    with pytest.raises(ExecutorFailed), breaker.attempt():
        raise ExecutorFailed("down")


def test_opens_after_failures_in_a_row_and_says_when_to_come_back() -> None:
    breaker = Breaker(failures=2, rest_seconds=10, clock=Clock())
    fail(breaker)
    with breaker.attempt():
        pass
    fail(breaker)
    fail(breaker)

    with pytest.raises(ExecutorResting) as caught, breaker.attempt():
        raise AssertionError("no call may go through")

    assert caught.value.retry_after == 10


def test_lets_one_trial_through_after_its_rest() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_seconds=10, clock=clock)
    fail(breaker)
    clock.now = 10

    with breaker.attempt(), pytest.raises(ExecutorResting), breaker.attempt():
        raise AssertionError("only one trial at a time")

    with breaker.attempt(), breaker.attempt():
        pass


def test_failed_trial_rests_again() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_seconds=10, clock=clock)
    fail(breaker)
    clock.now = 10
    fail(breaker)

    with pytest.raises(ExecutorResting), breaker.attempt():
        raise AssertionError("no call may go through")


def test_cancelled_trial_leaves_the_next_call_as_the_trial() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_seconds=10, clock=clock)
    fail(breaker)
    clock.now = 10
    with pytest.raises(KeyboardInterrupt), breaker.attempt():
        raise KeyboardInterrupt

    with breaker.attempt():
        pass


def test_refusal_of_a_request_is_no_failure() -> None:
    breaker = Breaker(failures=1)
    refused = ExecutorRefused(status=422, code="invalid_request", detail="no", retry_after=None)

    with pytest.raises(ExecutorRefused), breaker.attempt():
        raise refused
    with breaker.attempt():
        pass
