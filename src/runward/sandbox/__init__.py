"""The wall: a supervisor with privilege, slots without any, and the client that asks for runs.

May import settings, telemetry and domain; never languages or anything above.  Keeps: one slot, one run; nothing of a
slot is reached by path from outside it; where a layer is missing it refuses, unless the operator named that layer.

Theory of operation.  The *supervisor* (supervisor.py) is root, or root of its own user namespace, and the only process
with privilege.  For each *slot kind* (kind.py: what the root contains) it starts one *zygote* (zygote.py, core/main.c)
that lives in a read-only root and clones *slots* (slot.py, core/slot.c), which wait in a *pool* (pool.py) with the
whole wall up.  A *client* (client.py) sends a request (request.py) over a unix socket; the supervisor hands it to the
init of one slot (core/run.c, which keeps its wall time), enforces CPU time (watch.py) and memory (cgroup), reports the
facts, and destroys the slot.
"""

from runward.sandbox.channel import close_fds
from runward.sandbox.client import Facts, KindStatus, PoolStatus, Run, Sandbox
from runward.sandbox.kind import Read, SlotKind, Usual, Warm
from runward.sandbox.layer import LayerStatus
from runward.sandbox.process import OPTIONAL_LAYERS, SupervisorSettings
from runward.sandbox.request import BoxFile, Command, check_path
from runward.sandbox.signals import check_signal
from runward.sandbox.slot import FileOut
from runward.sandbox.terminal import Terminal

__all__ = [
    "OPTIONAL_LAYERS",
    "BoxFile",
    "Command",
    "Facts",
    "FileOut",
    "KindStatus",
    "LayerStatus",
    "PoolStatus",
    "Read",
    "Run",
    "Sandbox",
    "SlotKind",
    "SupervisorSettings",
    "Terminal",
    "Usual",
    "Warm",
    "check_path",
    "check_signal",
    "close_fds",
]
