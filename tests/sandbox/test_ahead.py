"""What is started ahead in a slot goes on with one request; where it cannot, the program is started cold."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from runward.domain.errors import SandboxError
from runward.domain.limits import Limits
from runward.sandbox import Command, FileOut, Sandbox, SlotKind, Warm
from tests.sandbox.conftest import NATIVE, read_available, supervisor_settings

TRIES = 300
GOES_ON = """
import os, resource, struct
os.write(63, b"r")
size, = struct.unpack("=I", os.read(63, 4))
head = b""
while len(head) < size:
    head += os.read(63, size - len(head))
os.close(63)
limits = [resource.getrlimit(kind) for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_MEMLOCK)]
print("went on", head.split(bytes(1))[-3:-1], limits, sorted(os.listdir("/proc/self/fd")), os.environ["ADDED"])
"""
DIES_PARKED = "import os; os.write(63, b'r')"

Opener = Callable[[str], contextlib.AbstractAsyncContextManager[Sandbox]]


@pytest.fixture
def opened() -> Opener:
    """Return what opens a sandbox with a kind that starts this Python code ahead."""

    @contextlib.asynccontextmanager
    async def open_sandbox(code: str) -> AsyncIterator[Sandbox]:
        warm = Warm(
            argv=("/usr/bin/python3", "-c", code),
            command=("/bin/echo",),
            environment={"USUAL": "1"},
            additions={"ADDED": "2"},
            program="",
            place="",
            cold_prefixes=("USUAL",),
            ahead=True,
            otherwise=NATIVE.name,
        )
        ahead = SlotKind(name="ahead", reads=NATIVE.reads, warm=warm)
        sandbox = Sandbox(supervisor_settings(kinds=(NATIVE, ahead)))
        await sandbox.open()
        try:
            yield sandbox
        finally:
            await sandbox.close()

    return open_sandbox


async def echo(sandbox: Sandbox, *, usual: str = "1") -> tuple[bool, bytes]:
    """Ask for an echo; return whether what was started ahead took it, and what it said."""
    command = Command(argv=("/bin/echo", "one", "two"), environment={"USUAL": usual})
    running = await sandbox.start("ahead", command, Limits())
    try:
        running.close_stdin()
        while isinstance(await running.next_report(), FileOut):
            pass
        return running.warm, read_available(running.stdout)
    finally:
        running.close()


async def echo_warm(sandbox: Sandbox) -> bytes:
    for _ in range(TRIES):
        warm, said = await echo(sandbox)
        if warm:
            return said
    raise AssertionError("nothing is ever started ahead")


async def test_what_was_started_ahead_takes_the_request_and_its_limits(opened: Opener) -> None:
    async with opened(GOES_ON) as sandbox:
        said = (await echo_warm(sandbox)).decode()

    limits = Limits()
    expected = [(limits.open_files,) * 2, (limits.file_bytes,) * 2, (65536,) * 2]
    assert said.startswith("went on [")
    assert f"{expected} ['0', '1', '2', '3'] 2" in said  # the last one is the listing's own


async def test_a_request_that_is_not_the_usual_one_is_started_cold(opened: Opener) -> None:
    async with opened(GOES_ON) as sandbox:
        await echo_warm(sandbox)

        assert [await echo(sandbox, usual="other") for _ in range(3)] == [(False, b"one two\n")] * 3


async def test_what_ends_while_it_waits_is_no_verdict_on_the_program(opened: Opener) -> None:
    answers = []
    async with opened(DIES_PARKED) as sandbox:
        for _ in range(30):
            with contextlib.suppress(SandboxError):  # it may end in the moment in which it gets the request
                answers.append(await echo(sandbox))

    assert set(answers) == {(False, b"one two\n")}


async def test_what_cannot_be_started_ahead_is_given_up_and_told_once(
    opened: Opener, capfd: pytest.CaptureFixture[str]
) -> None:
    told = ""
    async with opened("raise SystemExit(1)") as sandbox:
        for _ in range(TRIES):
            assert await echo(sandbox) == (False, b"one two\n")
            told += capfd.readouterr().err
            if "started cold" in told:
                break
        assert [await echo(sandbox) for _ in range(3)] == [(False, b"one two\n")] * 3
    told += capfd.readouterr().err

    assert told.count("programs are started cold for now") == 1
