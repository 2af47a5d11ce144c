"""The supervisor as a process: its settings, the layers it insists on, and its orderly end.

Started by client.py with the settings on standard input and one connected socket; or by `runward supervisor`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop

from runward.domain.errors import LayerMissing, SandboxError
from runward.domain.tier import Tier
from runward.sandbox.cgroup import CgroupTree, NoCgroups, kill_and_remove, open_tree, sweep
from runward.sandbox.identity import (
    ROOT_BASE,
    UidPool,
    enter_user_namespace,
    is_rootful,
    open_rootful_pool,
)
from runward.sandbox.journal import configure_journal, note
from runward.sandbox.kind import Read, SlotKind, Usual, Warm
from runward.sandbox.oci import CORE as OCI_CORE
from runward.sandbox.oci import OciKind, OciRuntime, SurplusTree, find_runtime
from runward.sandbox.pool import Pool
from runward.sandbox.supervisor import Supervisor
from runward.sandbox.zygote import CORE

PROBE_KIND = "probe"
OPTIONAL_LAYERS = ("cgroup", "landlock", "uids")
# A supervisor that dies this often is killed by something that a further one will not survive either.
_MOST_RESTARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSettings:
    """What a supervisor is started with; ``allow_missing`` names layers of OPTIONAL_LAYERS to go without.

    Of each kind it keeps ``ready_slots``, and up to ``most_ready_slots`` where runs come faster than those are made.
    ``tier`` is ``native``, or the OCI runtime whose containers its slots are; ``core`` is another build of what it is made
    of, as a test has it.  What is logged, and how, is as whoever starts it has it (journal.py).
    """

    kinds: tuple[SlotKind, ...]
    ready_slots: int
    most_ready_slots: int = 0
    allow_missing: tuple[str, ...] = ()
    uid_base: int = ROOT_BASE
    core: str | None = None
    tier: Tier = Tier.NATIVE
    log_level: str = "warning"
    log_as_json: bool | None = None
    environment: str = ""

    def to_json(self) -> bytes:
        """Return the settings as read by from_json."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> SupervisorSettings:
        """Read what to_json wrote."""
        values = json.loads(data)
        kinds = tuple(
            SlotKind(
                name=kind["name"],
                reads=tuple(Read(**read) for read in kind["reads"]),
                usual=Usual(**kind["usual"]),
                warm=_warm(kind["warm"]),
            )
            for kind in values.pop("kinds")
        )
        return cls(
            kinds=kinds, allow_missing=tuple(values.pop("allow_missing")), tier=Tier(values.pop("tier")), **values
        )


def _warm(values: dict[str, Any] | None) -> Warm | None:
    if values is None:
        return None
    return Warm(
        **values | {name: tuple(values[name]) for name in ("argv", "command", "cold_prefixes", "cold_arguments")}
    )


@dataclass(slots=True, kw_only=True)
class _Ground:
    """What stands before the event loop: identity and control groups."""

    settings: SupervisorSettings
    rootless: bool
    uids: UidPool
    cgroups: CgroupTree
    runtime: OciRuntime | None


def _prepare(settings: SupervisorSettings) -> _Ground:
    os.umask(0o022)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a slot holds a dozen descriptors
    runtime = find_runtime(settings.tier) if settings.tier is not Tier.NATIVE else None
    if runtime is not None and "cgroup" in settings.allow_missing:
        raise LayerMissing(
            f"the tier {runtime.name} needs control groups: take cgroup out of RUNWARD_ALLOW_MISSING_LAYERS"
        )
    sweep()
    cgroups = _open_cgroups(settings)
    rootless = not is_rootful()
    try:
        if rootless:
            uids = enter_user_namespace(allow_single_uid="uids" in settings.allow_missing)
        else:
            uids = open_rootful_pool(settings.uid_base)
        if runtime is not None and uids.single:
            raise LayerMissing(f"the tier {runtime.name} needs ids of its own; `runward doctor` tells the command")
    except BaseException:
        cgroups.close()
        raise
    return _Ground(settings=settings, rootless=rootless, uids=uids, cgroups=cgroups, runtime=runtime)


def _open_cgroups(settings: SupervisorSettings) -> CgroupTree:
    try:
        return open_tree(name="slots")
    except LayerMissing:
        if "cgroup" not in settings.allow_missing:
            raise
        return NoCgroups()


def _greeting(ground: _Ground) -> dict[str, object]:
    version = ground.cgroups.version
    layers = {
        "namespaces": ("ok", "rootless" if ground.rootless else "rootful"),
        "root": ("ok", "read-only binds of the toolchain"),
        "seccomp": ("ok", ""),
        "landlock": ("degraded", "may be missing") if "landlock" in ground.settings.allow_missing else ("ok", ""),
        "capabilities": ("ok", "none"),
        "cgroup": ("missing", "rlimits only") if version == "none" else ("ok", version),
        "uids": ("degraded", "one for all slots") if ground.uids.single else ("ok", "two for each slot"),
        "tier": ("ok", ground.settings.tier),
    }
    return {
        "layers": [{"name": name, "status": status, "detail": detail} for name, (status, detail) in layers.items()],
        "cgroup": version,
    }


def _pool(ground: _Ground) -> Pool:
    settings = ground.settings
    kinds = {kind.name: kind for kind in settings.kinds} | {PROBE_KIND: SlotKind(name=PROBE_KIND, reads=())}
    cgroups, core = ground.cgroups, settings.core or str(CORE)
    if (runtime := ground.runtime) is not None:
        core = settings.core or str(OCI_CORE)
        kinds = {name: OciKind.of(kind, runtime, core=core) for name, kind in kinds.items()}
        cgroups = SurplusTree(cgroups, runtime)
    return Pool(
        kinds,
        core=Path(core),
        cgroups=cgroups,
        uids=ground.uids,
        rootless=ground.rootless,
        require_landlock="landlock" not in settings.allow_missing,
        ready_slots=settings.ready_slots,
        most_ready_slots=settings.most_ready_slots,
    )


async def _serve(ground: _Ground, connection: socket.socket, guardian: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    end_of_guardian = os.pidfd_open(guardian)
    loop.add_reader(end_of_guardian, stop.set)
    for number in _stopping_signals():
        loop.add_signal_handler(number, stop.set)
    # Ctrl-C reaches the whole group; our client decides what it means, and its end is ours.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    pool = _pool(ground)
    supervisor = Supervisor(pool, greeting=_greeting(ground))
    try:
        probe = await pool.acquire(PROBE_KIND, 1 << 20)
        await probe.destroy()  # every layer has been raised once: now, not at the first run, is when to refuse
        serving = asyncio.create_task(supervisor.serve(connection))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        loop.remove_reader(end_of_guardian)
        for task in (serving, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    finally:
        await supervisor.close()


def run(settings: SupervisorSettings, connection: socket.socket) -> None:
    """Serve one client on a connected socket until it goes or SIGTERM comes; leave nothing behind.

    The guardian: it prepares the ground, lets a child be the supervisor, and when that is killed cleans up and makes
    another, which goes on with the same socket; so whoever started us may since have given up its privilege.  When the
    guardian is killed, the supervisor cleans up and ends.
    """
    configure_journal(level=settings.log_level, as_json=settings.log_as_json, environment=settings.environment)
    _replace_ignored_signals()
    try:
        ground = _prepare(settings)
    except SandboxError as error:
        _refuse(connection, error)
        return
    try:
        for _ in range(_MOST_RESTARTS):
            if _await_child(_fork_supervisor(ground, connection)):
                break
            note(logging.ERROR, "supervisor_killed", detail="its runs are lost; another is made")
            _clear(ground.cgroups)
    finally:
        ground.cgroups.close()


def _fork_supervisor(ground: _Ground, connection: socket.socket) -> int:
    guardian = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()  # what kills the guardian's whole group must leave one of us, to clean up
        uvloop.run(_serve(ground, connection, guardian))
        if os.getppid() != guardian:
            ground.cgroups.close()
        status = 0
    except SandboxError as error:
        _refuse(connection, error)
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def _await_child(pid: int) -> bool:
    """Return whether the supervisor ended by itself; pass on what asks us to stop."""
    for number in _stopping_signals():
        signal.signal(number, lambda signum, _: os.kill(pid, signum))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, status = os.waitpid(pid, 0)
    return os.WIFEXITED(status)


def _replace_ignored_signals() -> None:
    """Go on without heeding what was ignored when we were started (by nohup, or the & of a shell), but let none inherit that.

    What is ignored stays so across exec, what has a handler does not: a warm interpreter must start as a cold one does.
    """
    by_python = {signal.SIGPIPE, signal.SIGXFSZ}  # which Popen puts right
    for number in signal.valid_signals() - by_python:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _heed_not)


def _heed_not(_number: int, _frame: FrameType | None) -> None:
    pass


def _stopping_signals() -> list[signal.Signals]:
    """Return what asks us to stop: SIGHUP too, unless it was ignored when we were started."""
    hangs_up = signal.getsignal(signal.SIGHUP) is not _heed_not
    return [signal.SIGTERM, signal.SIGHUP] if hangs_up else [signal.SIGTERM]


def _clear(cgroups: CgroupTree) -> None:
    """Kill and remove what a supervisor that was killed has left."""
    for directory in cgroups.directories:
        for entry in directory.iterdir():
            if entry.is_dir():
                kill_and_remove(entry)


def _refuse(connection: socket.socket, error: SandboxError) -> None:
    with contextlib.suppress(OSError):
        connection.send(json.dumps({"refused": str(error)}).encode())


def main() -> None:
    """Run with the settings from standard input and the socket whose descriptor is the first argument."""
    run(SupervisorSettings.from_json(sys.stdin.buffer.read()), socket.socket(fileno=int(sys.argv[1])))
