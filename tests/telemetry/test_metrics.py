"""Metrics say what happened, with labels that no client can multiply, and are all explained to operators."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from runward.domain.outcome import Outcome
from runward.telemetry.metrics import Metrics, RetryReason, Transport
from runward.telemetry.readings import ActivityReading, KindReading, PoolReading, QueueReading, Reading


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(languages=["python", "cpp"])


async def told(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return the values by name and labels."""
    families = text_string_to_metric_families((await metrics.render()).decode())
    return {_key(sample): sample.value for family in families for sample in family.samples}


def _key(sample: Sample) -> tuple[str, ...]:
    return sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))


async def test_execution_is_counted_and_measured(metrics: Metrics) -> None:
    metrics.record_execution(
        language="cpp",
        status="TIMEOUT",
        outcome=Outcome.WALL_TIME_LIMIT,
        wall_time=timedelta(milliseconds=40),
        cpu_time=timedelta(seconds=2),
        memory_peak_bytes=3 << 20,
    )

    values = await told(metrics)

    assert values["runward_executions_total", "language=cpp", "outcome=wall_time_limit", "status=TIMEOUT"] == 1
    buckets = "runward_execution_duration_seconds_bucket"
    assert (values[buckets, "language=cpp", "le=0.025"], values[buckets, "language=cpp", "le=0.05"]) == (0, 1)
    assert values["runward_execution_memory_peak_bytes_sum", "language=cpp"] == 3 << 20
    assert values["runward_execution_cpu_seconds_total", "language=cpp"] == 2


async def test_execution_that_never_ran_is_counted_and_not_measured(metrics: Metrics) -> None:
    metrics.record_execution(language="python", status="CANCELLED", outcome=None)

    values = await told(metrics)

    assert values["runward_executions_total", "language=python", "outcome=none", "status=CANCELLED"] == 1
    assert not [key for key in values if key[0].startswith("runward_execution_duration_seconds")]


async def test_what_a_client_makes_up_becomes_no_label(metrics: Metrics) -> None:
    for number in range(3):
        metrics.record_execution(language=f"made-up-{number}", status="FAILED", outcome=None)
        metrics.record_attempt(language=f"made-up-{number}", queue_wait=timedelta())
        metrics.record_request(method=f"MADE{number}", route="/", status=405, duration=timedelta())

    values = await told(metrics)

    assert "made" not in str(values).lower()
    assert values["runward_executions_total", "language=other", "outcome=none", "status=FAILED"] == 3
    assert values["runward_http_requests_total", "method=other", "route=/", "status=405"] == 3


async def test_attempts_retries_and_lost_leases_are_counted(metrics: Metrics) -> None:
    metrics.record_attempt(language="python", queue_wait=timedelta(seconds=31))
    metrics.record_retry(RetryReason.PLATFORM_FAULT)
    metrics.record_lost_lease()

    values = await told(metrics)

    assert values["runward_execution_attempts_total", "language=python"] == 1
    assert values["runward_execution_queue_wait_seconds_bucket", "le=30.0"] == 0
    assert values["runward_execution_queue_wait_seconds_bucket", "le=60.0"] == 1
    assert values["runward_execution_retries_total", "reason=platform_fault"] == 1
    assert values["runward_leases_lost_total",] == 1


async def test_clock_that_was_set_back_makes_no_wait_negative(metrics: Metrics) -> None:
    metrics.record_attempt(language="python", queue_wait=timedelta(seconds=-5))

    assert (await told(metrics))["runward_execution_queue_wait_seconds_sum",] == 0


async def test_listeners_are_counted_while_they_listen(metrics: Metrics) -> None:
    name = "runward_event_listeners", "transport=sse"

    with metrics.listening(Transport.SSE), metrics.listening(Transport.SSE):
        assert (await told(metrics))[name] == 2
    assert (await told(metrics))[name] == 0


async def test_readings_are_taken_when_asked_for_and_left_out_when_they_fail(metrics: Metrics) -> None:
    depths = iter([3])

    async def measure_queue() -> Reading:
        return QueueReading(depth=next(depths), oldest_age=timedelta(seconds=2), workers=1)

    async def measure_activity() -> Reading:
        return ActivityReading(active=4)

    metrics.measure(measure_queue)
    metrics.measure(measure_activity)

    first, second = await told(metrics), await told(metrics)  # for the second the queue cannot be measured

    assert (first["runward_queue_depth",], first["runward_executions_active",]) == (3, 4)
    assert ("runward_queue_depth",) not in second
    assert second["runward_executions_active",] == 4


async def test_two_registries_in_one_process_count_apart(metrics: Metrics) -> None:
    Metrics(languages=["python"]).record_execution(language="python", status="COMPLETED", outcome=Outcome.EXITED)

    assert not [key for key in await told(metrics) if key[0] == "runward_executions_total"]


async def test_every_metric_stands_in_the_document_and_no_other(metrics: Metrics, repository: Path) -> None:
    async def queue() -> Reading:
        return QueueReading(depth=0, oldest_age=timedelta(), workers=0)

    async def activity() -> Reading:
        return ActivityReading(active=0)

    async def pool() -> Reading:
        return PoolReading(in_use={}, kinds=[KindReading(tier="native", kind="python.run", ready=1, wanted=1)])

    for measure in (queue, activity, pool):
        metrics.measure(measure)
    exposed = re.findall(r"^# TYPE (runward_\w+) (\w+)$", (await metrics.render()).decode(), re.MULTILINE)

    document = (repository / "docs/operations.md").read_text()
    explained = re.findall(r"^\| `(runward_\w+)` \| (\w+) \|", document, re.MULTILINE)

    assert sorted(explained) == sorted(exposed)
