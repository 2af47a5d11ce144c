"""A real server for tests: in a folder of its own, on a free port, as an ordinary user; it ends with the tests."""

from __future__ import annotations

import abc
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

STARTS_WITHIN_SECONDS = 90
STOPS_WITHIN_SECONDS = 60


class ServerFailed(Exception):
    """The server did not start; the message holds the end of its log."""


class Server(abc.ABC):
    """Started, stopped and killed as the test wants; its data stays until ``remove``, its port is the same for ever."""

    # The one whom its Debian package makes; without it, nobody.
    user: str

    def __init__(self, folder: Path | None = None) -> None:
        self.port = free_port()
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"runward-{type(self).__name__.lower()}-"))
        self.folder.mkdir(exist_ok=True)
        self._owner = _owner(self.user)
        self.folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        self.own(self.folder)

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """Return what a client is told."""

    @property
    def log(self) -> str:
        """Return what the server said."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Return the process that runs."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    @abc.abstractmethod
    def command(self) -> list[str]:
        """Return what is to be run; it must stay in the foreground."""

    @abc.abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it serves clients."""

    def environment(self) -> Mapping[str, str]:
        """Return what it needs to find in its environment."""
        return {}

    # The signal that asks it to end in order.
    stop_signal = signal.SIGTERM

    def start(self) -> None:
        """Start it, on what it has kept, and return once it serves."""
        with (self.folder / "log").open("ab") as log:
            # When the tests are killed it must die too: it would hold its port and its memory for ever.
            self._process = subprocess.Popen(
                [*self._apart(), "setpriv", "--pdeathsig", "KILL", *self._as_owner(), *self.command()],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Let it end in order."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPS_WITHIN_SECONDS)
        self.kill9()

    def kill9(self) -> None:
        """Kill all its processes at once, as a host does that fails."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self) -> None:
        """Let it end, and start it again on the same data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Stop its time: it holds its connections and answers nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after ``pause``."""
        os.killpg(self.pid, signal.SIGCONT)

    def remove(self) -> None:
        """Kill it, and remove what it has kept."""
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def own(self, folder: Path) -> None:
        """Give a folder to the server's user."""
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)

    def run(self, *command: str, timeout: float = 120) -> str:
        """Run a program as the server's user and return what it prints."""
        done = subprocess.run(
            ["setpriv", *self._as_owner(), *command],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **self.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if done.returncode:
            raise ServerFailed(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def __enter__(self) -> Self:
        """Start it."""
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove it."""
        self.remove()

    def _apart(self) -> list[str]:
        # PostgreSQL holds a segment of System V shared memory, which outlives it when it is killed, but not its namespace.
        return ["unshare", "--ipc"] if self._owner else ["unshare", "--user", "--map-current-user", "--ipc"]

    def _as_owner(self) -> list[str]:
        if self._owner is None:
            return []
        return [f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}", "--clear-groups"]

    def _wait_until_ready(self) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                log = self.log[-2000:]
                self.kill9()
                raise ServerFailed(f"{type(self).__name__} does not serve; its log ends with:\n{log}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel gives to connections."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def find_program(name: str, *folders: str, package: str) -> str:
    """Return the path of a server's program."""
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"], "/usr/sbin"]))
    if found is None:
        raise ServerFailed(f"{name} is not here; ./script/test installs it, or: apt-get install {package}")
    return found


def _owner(user: str) -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam(user)
    except KeyError:
        return pwd.getpwnam("nobody")
