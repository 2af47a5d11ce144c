"""What the service tells about itself: structured logs, each line with the correlation id of its request.

May import domain only.  Invariant: logs go to standard error or the log file, never to standard output, which belongs to
the programs that ``runward run`` runs.
"""

from runward.telemetry.correlation import bind_correlation_id, current_correlation_id, new_correlation_id
from runward.telemetry.logs import configure_logs

__all__ = ["bind_correlation_id", "configure_logs", "current_correlation_id", "new_correlation_id"]
