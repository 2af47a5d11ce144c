"""What the service tells about itself: logs, metrics, traces and faults, each with the correlation id of its request.

May import domain only.  Invariants: logs go to standard error or the log file, never to standard output, which belongs to
the programs that ``runward run`` runs; no secret and nothing of a user's program is told.  ``telemetry.metrics`` is
imported by its own name, for a command that counts nothing need not load Prometheus.
"""

from runward.telemetry.correlation import bind_correlation_id, current_correlation_id, new_correlation_id
from runward.telemetry.faults import report_fault, sending_faults
from runward.telemetry.logs import configure_logs, current_log_form
from runward.telemetry.tracing import Span, SpanKind, continue_trace, current_traceparent, sending_traces, span

__all__ = [
    "Span",
    "SpanKind",
    "bind_correlation_id",
    "configure_logs",
    "continue_trace",
    "current_correlation_id",
    "current_log_form",
    "current_traceparent",
    "new_correlation_id",
    "report_fault",
    "sending_faults",
    "sending_traces",
    "span",
]
