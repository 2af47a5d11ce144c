"""Readings: what is measured when somebody asks for the metrics, and never told longer than it is true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

# A database that hangs must not keep the other metrics from being told.
_PATIENCE_SECONDS = 5.0

_log = structlog.get_logger("runward.telemetry")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReading:
    """Executions that run in this process."""

    active: int

    def families(self) -> Iterator[Metric]:
        """Yield it as metrics."""
        yield _gauge("runward_executions_active", "Executions that run in this process.", self.active)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReading:
    """The queue as every process sees it; ``workers`` are those that are alive."""

    depth: int
    oldest_age: timedelta
    workers: int

    def families(self) -> Iterator[Metric]:
        """Yield it as metrics."""
        yield _gauge("runward_queue_depth", "Executions that wait for a worker.", self.depth)
        age = self.oldest_age.total_seconds()
        yield _gauge("runward_queue_oldest_age_seconds", "How long the oldest of those has waited; 0: none waits.", age)
        yield _gauge("runward_workers", "Workers that are alive.", self.workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReading:
    """The slots of one kind in one tier that wait for a step."""

    tier: str
    kind: str
    ready: int
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolReading:
    """The sandboxes of this process: slots in use by tier, and those that wait."""

    in_use: Mapping[str, int]
    kinds: Sequence[KindReading]

    def families(self) -> Iterator[Metric]:
        """Yield it as metrics."""
        in_use = GaugeMetricFamily("runward_sandbox_slots_in_use", "Slots in which a step runs.", labels=["tier"])
        for tier, value in self.in_use.items():
            in_use.add_metric([tier], value)
        labels = ["tier", "kind"]
        ready = GaugeMetricFamily("runward_sandbox_slots_ready", "Slots that wait for a step.", labels=labels)
        wanted = GaugeMetricFamily("runward_sandbox_slots_wanted", "Slots that should wait for a step.", labels=labels)
        for each in self.kinds:
            ready.add_metric([each.tier, each.kind], each.ready)
            wanted.add_metric([each.tier, each.kind], each.wanted)
        yield from (in_use, ready, wanted)


Reading = ActivityReading | QueueReading | PoolReading
Measure = Callable[[], Awaitable[Reading]]


class Readings(Collector):
    """Gauges that exist only while somebody can measure them."""

    def __init__(self) -> None:
        self._measures: list[Measure] = []
        self._latest: list[Reading] = []

    def add(self, measure: Measure) -> None:
        """Have this measured whenever the metrics are asked for."""
        self._measures.append(measure)

    async def take(self) -> None:
        """Measure everything at once; what cannot be measured is left out, for an old value would be a lie."""
        taken = await asyncio.gather(*(_try_measure(measure) for measure in self._measures))
        self._latest = [reading for reading in taken if reading is not None]

    def collect(self) -> Iterator[Metric]:
        """Yield what was measured last."""
        for reading in self._latest:
            yield from reading.families()


async def _try_measure(measure: Measure) -> Reading | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await measure()
    except Exception as error:  # noqa: BLE001  (whatever it is, the other metrics are asked for too)
        _log.warning("measurement_failed", detail=f"{type(error).__name__}: {error}")
        return None


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)
