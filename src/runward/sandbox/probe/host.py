"""The host as a probe sees it: its files below a root, who asks, and what came of the trials."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runward.domain.errors import SandboxError

_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What attempt.py found: an errno for each trial, 0 where it succeeded."""

    rootful: bool
    user: int
    namespaces: Mapping[str, int]
    mounts: int
    proc: int
    seccomp: int
    calls: int
    landlock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What judging needs to know of a host; ``root`` holds its /proc, /sys, /etc and /run."""

    root: Path
    uid: int
    user: str
    kernel: str
    python: str
    trials: Trials

    def read(self, path: str) -> str | None:
        """Return the text of a file below the root, stripped; None where it cannot be read."""
        try:
            return (self.root / path).read_text(errors="replace").strip()
        except OSError:
            return None

    def read_sysctl(self, name: str) -> str | None:
        """Return the value of a kernel setting; None where this kernel has none of that name."""
        return self.read(f"proc/sys/{name.replace('.', '/')}")

    @property
    def sudo(self) -> str:
        """Return what a command that needs root starts with, for this user."""
        return "" if self.uid == 0 else "sudo "

    @property
    def has_systemd(self) -> bool:
        """Tell whether systemd is the init of this host."""
        return (self.root / "run/systemd/system").exists()


def run_trials() -> Trials:
    """Try each layer on this host, in a process apart."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("attempt.py"))]
    try:
        done = subprocess.run(command, check=True, capture_output=True, cwd="/", env={}, timeout=_SECONDS)
        return Trials(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SandboxError(f"the layers of the sandbox cannot be tried on this host: {error}") from error


def this_host() -> Host:
    """Return the host that we are on, its layers tried."""
    return Host(
        root=Path("/"),
        uid=os.geteuid(),
        user=_user_name(),
        kernel=os.uname().release,
        python=os.path.realpath(sys.executable),
        trials=run_trials(),
    )


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as an id without a name
        return str(os.geteuid())
