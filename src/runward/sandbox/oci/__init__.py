"""A stronger tier: the same contract, with an OCI runtime (runsc, crun, runc) between the program and the kernel.

May import what the rest of the sandbox may.  Keeps: what can be said of a native slot can be said of one of a tier, so
supervisor, pool, client and engine are the same; and the runtime itself has no privilege on the host.

Theory of operation.  In the place of the native core stands another program (core/main.c) which speaks the same protocol.
Its *zygote* lives in the read-only root of a slot kind, to which bundle.py has added the runtime and a bundle.  For each
slot it clones a *cage* (core/cage.c): user, pid, mount, network, ipc and uts namespaces and two ids that nobody has.  In
there it starts the runtime, whose state and mounts live in the cage's own mount namespace and die with it.  Process 1 of the
container is the *keeper* (core/keeper.c): it writes the files in, starts the program, and hands files and output out as
frames on a pipe, for neither sockets nor descriptors pass gVisor.  A cage that is ready waits in the pool like any slot.
"""

from runward.sandbox.oci.bundle import OciKind
from runward.sandbox.oci.runtime import CORE, OciRuntime, find_runtime
from runward.sandbox.oci.surplus import SurplusTree

__all__ = ["CORE", "OciKind", "OciRuntime", "SurplusTree", "find_runtime"]
