"""How strong the wall is: what stands between a program and the kernel of the host."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """``native``: our own wall, on the host's kernel; else the OCI runtime that runs the program: runsc is gVisor's."""

    NATIVE = "native"
    RUNSC = "runsc"
    CRUN = "crun"
    RUNC = "runc"
