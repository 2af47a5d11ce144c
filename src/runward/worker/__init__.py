"""The process that runs what was submitted.

Theory of operation.  A worker has as many slots as its engine runs programs at once.  Whenever it is hinted that there is
work, a slot falls free, or a second has passed, it claims as many executions as it has free slots: it writes its name, a
new epoch and the end of a lease into their rows.  Each is run by a task of its own.  A third of a lease at a time, one
statement renews all its leases and tells which rows are its own no more (their programs are killed, their results thrown
away) and which are to be cancelled.  A result is written only where name and epoch still stand in the row.  Each second
every worker looks for rows whose lease is over, of whomever, and queues them again or ends them.  So a worker may be
killed, paused or cut off at any moment: its rows go to others after the lease, and what it brings late is refused.

May import wiring and what is below; knows no HTTP.
"""

from runward.worker.process import working
from runward.worker.worker import Worker, WorkerStatus

__all__ = ["Worker", "WorkerStatus", "working"]
