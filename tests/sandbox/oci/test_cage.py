"""What a program can reach in a container, and what is left of it: nothing, whatever is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from runward.domain.errors import LayerMissing, SandboxError
from runward.domain.limits import MIB, Limits
from runward.domain.tier import Tier
from runward.sandbox import Command, Run, Sandbox
from runward.sandbox.oci import find_runtime
from runward.sandbox.oci import runtime as runtime_module
from tests.sandbox.conftest import (
    Process,
    assert_works,
    list_cgroups,
    list_descendants,
    list_mounts,
    readable,
    run,
    shell,
    supervisor_settings,
    until,
)

TIERS = (Tier.CRUN, Tier.RUNSC)  # to us runc is crun by another name; tests/engine/test_tiers.py has it
LASTING = Command(argv=("/bin/sh", "-c", "sleep 1000 & echo up; exec sleep 1000"), environment={})
FOREIGN_FILES = (
    "/etc/shadow",
    "/root",
    "/home",
    "/proc/1/root",
    "/sys/fs/cgroup/memory",
    "/run/docker.sock",
    str(Path.cwd()),
)


@pytest.fixture(scope="module", params=TIERS)
async def contained(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A sandbox of each tier, that the tests of this module share."""
    sandbox = Sandbox(supervisor_settings(tier=request.param, ready_slots=1))
    await sandbox.open()
    yield sandbox
    await sandbox.close()


async def python(sandbox: Sandbox, source: str, **limits: int) -> str:
    """Run a program that says what it found."""
    ran = await run(sandbox, "/usr/bin/python3", "-I", "-c", source, limits=Limits(**limits))  # type: ignore[arg-type]
    assert (ran.facts.stage, ran.facts.status) == (0, 0), ran
    return ran.stdout.decode()


async def test_no_file_of_the_host_is_there(contained: Sandbox) -> None:
    told = await python(contained, f"import os\nfor p in {FOREIGN_FILES!r}: print(p, os.access(p, os.F_OK))")

    assert told == "".join(f"{path} False\n" for path in FOREIGN_FILES)


async def test_the_root_and_the_bundle_cannot_be_written(contained: Sandbox) -> None:
    source = """
import os
for path in ("/etc/passwd", "/usr/bin/new", "/run/new", "/run/cage/config.json", "/run/cage/keeper", "/new"):
    try:
        os.open(path, os.O_WRONLY | os.O_CREAT)
        print("opened", path)
    except OSError:
        pass
print(sorted(os.listdir("/run/cage/space")))
"""
    assert await python(contained, source) == "[]\n"


async def test_there_is_no_network_but_a_loopback_of_its_own(contained: Sandbox) -> None:
    source = """
import socket
for place in (("1.1.1.1", 80), ("169.254.169.254", 80), ("127.0.0.1", 22), ("10.0.0.1", 53)):
    with socket.socket() as s:
        s.settimeout(2)
        try:
            s.connect(place)
            print("reached", place)
        except OSError:
            pass
print([name for _, name in socket.if_nameindex() if name != "lo"])
"""
    assert await python(contained, source) == "[]\n"


async def test_it_has_no_power_and_cannot_get_any(contained: Sandbox) -> None:
    source = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(os.getuid(), os.getgid(), os.getgroups())
lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
print([lines[name].strip("\\t\\n0") for name in ("CapPrm", "CapEff", "CapBnd")])
print(libc.unshare(0x10000000), libc.mount(b"x", b"/box", b"tmpfs", 0, None), libc.setuid(0), libc.kill(1, 9))
"""
    assert await python(contained, source) == "1000 1000 []\n['', '', '']\n-1 -1 -1 -1\n"


async def test_only_its_own_processes_are_there(contained: Sandbox) -> None:
    source = "import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())))"

    assert await python(contained, source) == "[]\n"


async def test_links_and_pipes_in_the_place_of_artifacts_are_passed_over(contained: Sandbox) -> None:
    script = "ln -s /etc/passwd a.txt; ln -s / d; mkfifo b.txt; mkdir c.txt; echo yes > e.txt; ln e.txt f.txt"
    ran = await shell(contained, script, collect=["**/*.txt", "d/etc/passwd"])

    assert (ran.files, ran.facts.files_left_out) == ({b"e.txt": b"yes\n", b"f.txt": b"yes\n"}, 0)


async def test_many_names_for_one_file_do_not_fill_the_memory_of_the_platform(contained: Sandbox) -> None:
    script = "head -c 8388608 /dev/zero > a; for i in $(seq 1 99); do ln a a$i; done"
    ran = await shell(contained, script, collect=["a*"])

    assert len(ran.files) == Limits().disk_bytes // (8 * MIB)
    assert ran.facts.files_left_out == 100 - len(ran.files)


async def test_a_fork_bomb_ends_and_nothing_of_it_is_left(contained: Sandbox) -> None:
    bomb = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
    ran = await run(
        contained, "/usr/bin/python3", "-I", "-c", bomb, limits=Limits(cpu_time=Limits().cpu_time / 20, processes=16)
    )

    assert ran.facts.exceeded == "cpu_time" or ran.facts.oom_kills or ran.facts.process_limit_hits
    await assert_works(contained)


async def start_lasting(sandbox: Sandbox) -> Run:
    running = await sandbox.start("native", LASTING, Limits())
    await readable(running.stdout)
    return running


def below(sandbox: Sandbox) -> list[Process]:
    """Return the guardian and everything that it has started, the nearest first."""
    assert sandbox._process is not None
    return list_descendants(sandbox._process.pid)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("victim", ["cage", "container", "zygote", "supervisor"])
async def test_whatever_is_killed_nothing_is_left(tier: Tier, victim: str) -> None:
    mounts = list_mounts()
    sandbox = Sandbox(supervisor_settings(tier=tier, ready_slots=0))
    await sandbox.open()
    guardian = sandbox._process.pid if sandbox._process else 0
    running = await start_lasting(sandbox)
    supervisor, zygotes, *rest = generations(below(sandbox), guardian)
    chosen = {"supervisor": supervisor, "zygote": zygotes, "cage": rest[0], "container": rest[1]}[victim]
    inside = {process.pid for generation in rest for process in generation}

    for process in chosen:
        with suppress(ProcessLookupError):  # the end of one may be that of the next
            os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(SandboxError):
        await running.next_report()
    running.close()
    assert await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in inside))
    await assert_works(sandbox)
    await sandbox.close()
    assert (list_cgroups(guardian), list_mounts()) == ([], mounts)


def generations(processes: list[Process], ancestor: int) -> list[list[Process]]:
    """Return the children, the grandchildren, and so on."""
    found, parents = [], {ancestor}
    while children := [process for process in processes if process.parent in parents]:
        found.append(children)
        parents = {child.pid for child in children}
    return found


async def test_a_runtime_that_is_not_installed_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_module, "_SEARCH", "/nonexistent")

    with pytest.raises(LayerMissing, match="needs runsc, which is not installed; on Debian 12: apt-get install runsc"):
        find_runtime("runsc")
