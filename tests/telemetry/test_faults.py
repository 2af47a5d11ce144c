"""Our own faults reach Sentry with their correlation id; nothing else does, and nothing of a user's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runward.domain.errors import QueueFull, RequestError, SandboxError, ShuttingDown
from runward.telemetry import bind_correlation_id, report_fault, sending_faults
from tests.telemetry.receivers import Received, receiver, sentry_events_in

PROGRAM = "print('the secret program of a user')"


def sent(*errors: BaseException) -> tuple[list[dict[str, Any]], list[Received]]:
    """Report these, and return the events that came and the raw requests."""
    with receiver() as sentry:
        with (
            sending_faults(dsn=f"http://public@127.0.0.1:{sentry.port}/7", environment="production", role="worker"),
            bind_correlation_id("request-1"),
        ):
            for error in errors:
                report_fault(error)
        requests = sentry.rest()
    assert all(request.path == "/api/7/envelope/" for request in requests)
    return sentry_events_in(requests), requests


def raised(error: Exception, *, cause: Exception | None = None) -> Exception:
    """Return the error as something raised it that has a user's program in hand."""
    code = PROGRAM
    try:
        raise error from cause
    except type(error) as caught:
        assert code
        return caught


def test_fault_is_sent_with_its_words_its_place_and_the_correlation_id() -> None:
    (event,), _ = sent(raised(SandboxError("a slot was killed from outside")))

    (told,) = event["exception"]["values"]
    assert (told["type"], told["value"]) == ("SandboxError", "a slot was killed from outside")
    assert told["stacktrace"]["frames"][-1]["function"] == "raised"
    assert event["tags"] == {"correlation_id": "request-1", "role": "worker"}
    assert event["environment"] == "production"


@pytest.mark.parametrize(
    "error",
    [
        RequestError("there is no source file"),
        QueueFull(limit=1, retry_after=1),
        ShuttingDown(),
        asyncio.CancelledError(),
        KeyboardInterrupt(),
    ],
)
def test_what_is_no_fault_of_ours_is_not_sent(error: BaseException) -> None:
    events, _ = sent(error)

    assert events == []


def test_nothing_of_a_user_is_sent() -> None:
    quoting = RequestError(f"cannot import {PROGRAM}")
    error = raised(ValueError(f"cannot parse {PROGRAM}"), cause=raised(RuntimeError(PROGRAM), cause=quoting))

    (event,), (request,) = sent(error)

    assert [each["type"] for each in event["exception"]["values"]] == ["RequestError", "RuntimeError", "ValueError"]
    assert b"secret program" not in request.body
    assert not event.keys() & {"request", "extra", "breadcrumbs", "modules", "contexts", "user"}


def test_groups_are_sent_without_the_words_of_their_members() -> None:
    members = [raised(ValueError(PROGRAM)), raised(SandboxError("a slot died"))]

    (event,), (request,) = sent(raised(ExceptionGroup("unhandled errors in a TaskGroup", members)))

    assert {each["type"] for each in event["exception"]["values"]} == {"ExceptionGroup", "ValueError", "SandboxError"}
    assert b"secret program" not in request.body


def test_passwords_of_addresses_are_not_sent() -> None:
    (event,), (request,) = sent(raised(SandboxError("cannot reach postgresql://runward:hunter2@db/runward\nPROGRAM")))

    assert event["exception"]["values"][0]["value"] == "cannot reach postgresql://runward:[redacted]@db/runward"
    assert b"hunter2" not in request.body


def test_error_that_ends_the_process_is_sent() -> None:
    with receiver() as sentry:
        with (
            pytest.raises(SandboxError),
            sending_faults(dsn=f"http://public@127.0.0.1:{sentry.port}/7", environment="test", role="api"),
        ):
            raise SandboxError("the supervisor died at its start")
        (event,) = sentry_events_in(sentry.rest())

    assert event["exception"]["values"][0]["value"] == "the supervisor died at its start"
