"""OpenTelemetry behind ``telemetry/tracing.py``; imported only where traces are on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from runward import __version__
from runward.telemetry.tracing import Attribute, Span, SpanKind, Tracer

# A collector that is slow or gone must not hold up the end of the process for longer.
_EXPORT_SECONDS = 5

_propagator = TraceContextTextMapPropagator()


def open_tracer(*, endpoint: str, headers: str, service: str, role: str, environment: str) -> Tracer:
    """Return a tracer whose spans go to the collector, many at a time and from a thread of their own."""
    known = {
        "service.name": service,
        "service.version": __version__,
        "runward.role": role,
        "deployment.environment.name": environment,
    }
    # Not the global provider: libraries would begin to trace by it, and their spans hold what ours must not.
    resource = Resource.create({name: value for name, value in known.items() if value})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(
        endpoint=f"{endpoint.rstrip('/')}/v1/traces",
        headers=parse_env_headers(headers, liberal=True) or None,
        timeout=_EXPORT_SECONDS,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return _OtlpTracer(provider)


class _OtlpTracer:
    """Makes OpenTelemetry's spans."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("runward", __version__)

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, Attribute], kind: SpanKind) -> Iterator[Span]:
        """Make a span of the block; of an error that leaves it the class alone is told, for its words may be a user's."""
        with self._tracer.start_as_current_span(
            name,
            kind=trace.SpanKind[kind.name],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            handle = _OtlpSpan(made)
            try:
                yield handle
            except BaseException as error:
                handle.fail(type(error).__name__)
                raise

    @contextmanager
    def continued(self, traceparent: str) -> Iterator[None]:
        """Let the spans of the block be children of that one."""
        token = context.attach(_propagator.extract({"traceparent": traceparent}, context.Context()))
        try:
            yield
        finally:
            context.detach(token)

    def current_traceparent(self) -> str | None:
        """Return the span in hand."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        """Send what is left, as far as the collector takes it in time."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_EXPORT_SECONDS)


class _OtlpSpan:
    """One of OpenTelemetry's spans."""

    def __init__(self, made: trace.Span) -> None:
        self._made = made

    def rename(self, name: str) -> None:
        """Call it so."""
        self._made.update_name(name)

    def set(self, name: str, value: Attribute) -> None:
        """Tell something of it."""
        self._made.set_attribute(name, value)

    def fail(self, reason: str) -> None:
        """Mark it as failed."""
        self._made.set_status(trace.StatusCode.ERROR, reason)
