"""Spans of one request are one trace, through a queue too, and bear nothing of a user's."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import pytest

from runward.telemetry import SpanKind, continue_trace, current_traceparent, sending_traces, span
from tests.telemetry.receivers import SpanSeen, receiver, spans_in


async def test_spans_are_linked_over_a_queue() -> None:
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    async def submit() -> None:
        with span("POST /run", kind=SpanKind.SERVER), span("submit", kind=SpanKind.PRODUCER):
            await queue.put(current_traceparent())

    async def work() -> None:
        with continue_trace(await queue.get()), span("execution", kind=SpanKind.CONSUMER), span("step run") as step:
            step.set("runward.outcome", "exited")

    with receiver() as collector:
        with sending_traces(endpoint=f"http://127.0.0.1:{collector.port}", service="runward", role="worker"):
            worker = asyncio.create_task(work())
            await submit()
            await worker
        spans = {each.name: each for each in spans_in(collector.rest())}

    request, submitted, execution, step = (spans[name] for name in ("POST /run", "submit", "execution", "step run"))
    assert len({each.trace_id for each in spans.values()}) == 1
    assert _parents(submitted, execution, step) == [request.span_id, submitted.span_id, execution.span_id]
    assert request.parent_id == ""
    assert step.attributes == {"runward.outcome": "exited"}
    assert step.resource["service.name"] == "runward"
    assert step.resource["runward.role"] == "worker"


def _parents(*spans: SpanSeen) -> list[str]:
    return [each.parent_id for each in spans]


def test_error_marks_its_span_without_its_words() -> None:
    def fail() -> None:
        with span("fails"):
            raise ValueError("print('the program of a user')")

    with receiver() as collector:
        with sending_traces(endpoint=f"http://127.0.0.1:{collector.port}"), pytest.raises(ValueError, match="program"):
            fail()
        requests = collector.rest()

    (failed,) = spans_in(requests)
    assert (failed.status, failed.events) == ("ValueError", 0)
    assert b"program" not in requests[0].body


def test_headers_are_sent_to_the_collector() -> None:
    with receiver() as collector:
        with (
            sending_traces(
                endpoint=f"http://127.0.0.1:{collector.port}/", headers="authorization=Bearer%20key,x-tenant=1"
            ),
            span("one"),
        ):
            pass
        (request,) = collector.rest()

    assert (request.headers["authorization"], request.headers["x-tenant"]) == ("Bearer key", "1")


@pytest.mark.parametrize("given", [None, "", "nonsense", "00-0-0-00", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_what_is_no_traceparent_begins_a_trace_of_its_own(given: str | None) -> None:
    with receiver() as collector:
        with (
            sending_traces(endpoint=f"http://127.0.0.1:{collector.port}"),
            continue_trace(given),
            span("one"),
        ):
            assert current_traceparent() is not None
        (seen,) = spans_in(collector.rest())

    assert seen.parent_id == ""


def test_collector_that_never_answers_does_not_hold_up_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with sending_traces(endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}"), span("one"):
            pass

        connection, _ = silent.accept()
        with connection:
            asked = connection.recv(100)

    assert asked.startswith(b"POST /v1/traces ")


def test_without_an_address_nothing_is_loaded_and_spans_are_nothing() -> None:
    program = """
import sys
from runward.telemetry import continue_trace, current_traceparent, report_fault, sending_faults, sending_traces, span
with sending_traces(endpoint=None), sending_faults(dsn=None, environment="", role=""):
    with continue_trace("00-" + "1" * 32 + "-" + "1" * 16 + "-01"), span("one", {"a": 1}) as one:
        one.set("b", 2)
        one.fail("no")
        report_fault(ValueError())
        assert current_traceparent() is None
print([name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "sentry_sdk", "prometheus_client")])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"
