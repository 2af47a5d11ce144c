"""Traces: spans that follow one request from the API through the queue to the sandbox.

Off outside of ``sending_traces``: then nothing of OpenTelemetry is imported, and a span costs a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from importlib import import_module
from typing import Protocol

Attribute = str | bool | int | float


class SpanKind(StrEnum):
    """What a span stands for, in OpenTelemetry's words."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span(Protocol):
    """A piece of work that is under way."""

    def rename(self, name: str) -> None:
        """Call it by what is known only now."""

    def set(self, name: str, value: Attribute) -> None:
        """Tell something of it."""

    def fail(self, reason: str) -> None:
        """Mark it as failed; ``reason`` bears nothing of a user's."""


class Tracer(Protocol):
    """What makes spans while tracing is on."""

    def span(self, name: str, attributes: Mapping[str, Attribute], kind: SpanKind) -> AbstractContextManager[Span]:
        """Make a span of the block."""

    def continued(self, traceparent: str) -> AbstractContextManager[None]:
        """Let the spans of the block be children of that one."""

    def current_traceparent(self) -> str | None:
        """Return the span in hand."""

    def close(self) -> None:
        """Send what is left."""


class _NoSpan:
    def rename(self, name: str) -> None:
        pass

    def set(self, name: str, value: Attribute) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass


_no_span: AbstractContextManager[Span] = nullcontext(_NoSpan())
_nothing: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None


def span(
    name: str, attributes: Mapping[str, Attribute] | None = None, *, kind: SpanKind = SpanKind.INTERNAL
) -> AbstractContextManager[Span]:
    """Return a block whose time is told as a span, a child of the one around it.  An error that leaves it marks it."""
    return _no_span if _tracer is None else _tracer.span(name, attributes or {}, kind)


def current_traceparent() -> str | None:
    """Return the span in hand as a W3C traceparent, to go on with elsewhere; None where there is none."""
    return None if _tracer is None else _tracer.current_traceparent()


def continue_trace(traceparent: str | None) -> AbstractContextManager[None]:
    """Return a block whose spans are children of that span, made elsewhere; one that is no traceparent is passed over."""
    return _nothing if _tracer is None or not traceparent else _tracer.continued(traceparent)


@contextmanager
def sending_traces(
    *, endpoint: str | None, headers: str = "", service: str = "runward", role: str = "", environment: str = ""
) -> Iterator[None]:
    """Send spans to this OTLP/HTTP collector for the length of the block; None: make none.

    ``endpoint`` and ``headers`` are OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS as OpenTelemetry has them.
    ``role`` tells the processes of one service apart.
    """
    global _tracer  # noqa: PLW0603  (one for the process, so that every room can tell its spans)
    if endpoint is None:
        yield
        return
    # Not imported before: a fifth of a second and some 20 MB that nobody should pay who traces nothing.
    module = import_module("runward.telemetry.otlp")
    opened: Tracer = module.open_tracer(
        endpoint=endpoint, headers=headers, service=service, role=role, environment=environment
    )
    outer, _tracer = _tracer, opened
    try:
        yield
    finally:
        _tracer = outer
        opened.close()
