"""The metrics: each declared once, with bounded labels; callers say what happened and never see Prometheus."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import timedelta
from enum import StrEnum
from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from runward import __version__
from runward.domain.limits import MIB
from runward.domain.outcome import Outcome
from runward.telemetry.readings import Measure, Readings

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# A label that a client could choose would let it make series without end.
OTHER = "other"

# When a series began is one more series for each, and Prometheus notes restarts by itself.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_WAIT_SECONDS = (*_SECONDS, 300.0, 900.0)
_BYTES = tuple(float(size * MIB) for size in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048))


class RetryReason(StrEnum):
    """Why an execution was run again."""

    PLATFORM_FAULT = "platform_fault"
    LEASE_LOST = "lease_lost"
    HANDED_BACK = "handed_back"


class Transport(StrEnum):
    """How somebody listens to the events of an execution."""

    SSE = "sse"
    WEBSOCKET = "websocket"


class SocketEnd(StrEnum):
    """How a WebSocket ended: a code of its client's choice would be a label of its choice."""

    NORMAL = "normal"
    GOING_AWAY = "going_away"
    LEFT = "left"
    REFUSED = "refused"
    FAULT = "fault"
    TRY_AGAIN = "try_again"
    OTHER = "other"


class Metrics:
    """What one process counts.  ``languages`` are those that may be named; any other is told as ``other``."""

    def __init__(self, *, languages: Collection[str]) -> None:
        self._languages = frozenset(languages)
        self._registry = registry = CollectorRegistry(auto_describe=False)
        self._readings = Readings()
        registry.register(self._readings)
        ProcessCollector(registry=registry)
        Info("runward_build", "The version that runs.", registry=registry).info({"version": __version__})
        counter, histogram = partial(Counter, registry=registry), partial(Histogram, registry=registry)
        self._executions = counter("runward_executions", "Executions that ended.", ["language", "outcome", "status"])
        told = "Wall time of the steps of an execution that ended."
        self._duration = histogram("runward_execution_duration_seconds", told, ["language"], buckets=_SECONDS)
        self._cpu = counter("runward_execution_cpu_seconds", "CPU time that executions used.", ["language"])
        told = "Peak memory of an execution that ended."
        self._memory = histogram("runward_execution_memory_peak_bytes", told, ["language"], buckets=_BYTES)
        told = "From when an execution may run until a worker takes it."
        self._wait = histogram("runward_execution_queue_wait_seconds", told, buckets=_WAIT_SECONDS)
        self._attempts = counter("runward_execution_attempts", "Attempts that workers began.", ["language"])
        self._retries = counter("runward_execution_retries", "Executions put back to be run again.", ["reason"])
        self._lost_leases = counter("runward_leases_lost", "Leases that ran out under their worker.")
        told = "Connections that listen to events."
        self._listeners = Gauge("runward_event_listeners", told, ["transport"], registry=registry)
        labels = ["method", "route", "status"]
        self._requests = counter("runward_http_requests", "HTTP requests; 499: the client left first.", labels)
        told, labels = "From a request to the start of its answer.", ["method", "route"]
        self._request_duration = histogram("runward_http_request_duration_seconds", told, labels, buckets=_SECONDS)
        self._sockets_open = Gauge("runward_websockets_open", "WebSockets that are open.", ["route"], registry=registry)
        self._sockets_opened = counter("runward_websockets_opened", "WebSockets that were opened.", ["route"])
        self._sockets_closed = counter("runward_websockets_closed", "WebSockets that ended.", ["route", "end"])
        told = "From a handshake to the end of its WebSocket."
        self._socket_duration = histogram("runward_websocket_duration_seconds", told, ["route"], buckets=_WAIT_SECONDS)

    def record_execution(
        self,
        *,
        language: str,
        status: str,
        outcome: Outcome | None,
        wall_time: timedelta | None = None,
        cpu_time: timedelta | None = None,
        memory_peak_bytes: int | None = None,
    ) -> None:
        """Count an execution that ended with this ``status`` of its lifecycle.

        ``outcome`` and what it used are None where it never ran.
        """
        language = self._language(language)
        self._executions.labels(language, outcome or "none", status).inc()
        if wall_time is not None:
            self._duration.labels(language).observe(wall_time.total_seconds())
        if cpu_time is not None:
            self._cpu.labels(language).inc(cpu_time.total_seconds())
        if memory_peak_bytes is not None:
            self._memory.labels(language).observe(memory_peak_bytes)

    def record_attempt(self, *, language: str, queue_wait: timedelta) -> None:
        """Count that a worker took an execution, and how long it had waited since it might have been run."""
        self._attempts.labels(self._language(language)).inc()
        self._wait.observe(max(0.0, queue_wait.total_seconds()))

    def record_retry(self, reason: RetryReason) -> None:
        """Count an execution that goes back to the queue."""
        self._retries.labels(reason).inc()

    def record_lost_lease(self) -> None:
        """Count a lease that ran out before its worker was done."""
        self._lost_leases.inc()

    def record_request(self, *, method: str, route: str, status: int, duration: timedelta) -> None:
        """Count an HTTP request; ``route`` is the template, not the path."""
        method = method if method in _METHODS else OTHER
        self._requests.labels(method, route, str(status)).inc()
        self._request_duration.labels(method, route).observe(duration.total_seconds())

    def listening(self, transport: Transport) -> AbstractContextManager[None]:
        """Count one who listens to events, for as long as the block lasts."""
        return self._listeners.labels(transport).track_inprogress()

    def socket_open(self, route: str) -> AbstractContextManager[None]:
        """Count a WebSocket, for as long as the block lasts."""
        self._sockets_opened.labels(route).inc()
        return self._sockets_open.labels(route).track_inprogress()

    def record_socket_end(self, *, route: str, end: SocketEnd, duration: timedelta) -> None:
        """Count a WebSocket that was open and has ended."""
        self._sockets_closed.labels(route, end).inc()
        self._socket_duration.labels(route).observe(duration.total_seconds())

    def measure(self, measure: Measure) -> None:
        """Have this measured whenever the metrics are asked for."""
        self._readings.add(measure)

    async def render(self) -> bytes:
        """Return everything in Prometheus's text format (CONTENT_TYPE)."""
        await self._readings.take()
        return generate_latest(self._registry)

    def _language(self, language: str) -> str:
        return language if language in self._languages else OTHER
