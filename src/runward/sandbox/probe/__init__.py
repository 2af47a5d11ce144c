"""What this host offers to the sandbox, found by trying it; every fault with the command that mends it.

``probe_host`` tries each layer in processes of its own, which leave nothing behind, and judges what came of it together
with what the host says of itself.  Judging is apart from trying (``Host``, ``Trials``), so that tests can hand in what
other hosts answered.  It is for `runward doctor`; the supervisor raises the layers themselves and does not ask here.

May import domain and its siblings in sandbox.  Invariant: no probe changes the host.
"""

from runward.sandbox.probe.host import Host, Trials, run_trials
from runward.sandbox.probe.layers import judge, probe_host

__all__ = ["Host", "Trials", "judge", "probe_host", "run_trials"]
