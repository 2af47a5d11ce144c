"""What a client may say to the supervisor, and what it may not: nothing it sends harms another run."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runward.domain.errors import SandboxError
from runward.domain.limits import MIB, Limits
from runward.sandbox import BoxFile, Command, Sandbox, Terminal
from runward.sandbox.channel import MAX_DATAGRAM
from runward.sandbox.request import MAX_INPUT_FDS, pack, seal
from tests.sandbox.conftest import (
    assert_works,
    count_descriptors,
    hear_out,
    open_order,
    order,
    send_order,
    shell,
    supervisor_pid,
)

STAGE_REQUEST = 1
SO_SNDBUFFORCE = 32
TRUE = Command(
    argv=("/bin/true", "an argument"),
    environment={"A": "b"},
    files=[BoxFile(path="a/b.txt", content=b"content"), BoxFile(path="c", content=b"", executable=True)],
    collect=["*.txt", "**/c"],
)
VALID = pack(TRUE, Limits())[0]


def ended(answers: list[dict[str, object]]) -> dict[str, object]:
    """Return the facts in the last answer."""
    facts = answers[-1]["ended"]
    assert isinstance(facts, dict)
    return facts


async def send_request(sandbox: Sandbox, data: bytes) -> list[dict[str, object]]:
    request = seal(data)
    try:
        return await send_order(sandbox, order(), [request])
    finally:
        os.close(request)


async def test_a_good_request_runs(sandbox: Sandbox) -> None:
    facts = ended(await send_request(sandbox, VALID))

    assert (facts["stage"], facts["status"]) == (0, 0)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A good request with some bytes changed, left out or put in, so that most of it is still read."""
    data = bytearray(VALID)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["byte", "word", "cut", "insert", "shorten"])):
            case "byte":
                data[at] = draw(st.integers(0, 255))
            case "word":
                values = st.sampled_from([0, 1, 2, 255, 4096, 65536, 65537, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1])
                data[at : at + 4] = draw(values).to_bytes(4, "little")
            case "cut":
                del data[at : at + draw(st.integers(1, 16))]
            case "insert":
                data[at:at] = draw(st.binary(max_size=16))
            case _:
                del data[at:]
        if not data:
            return b"\0"
    return bytes(data)


@given(data=st.binary(min_size=1, max_size=200) | st.binary(max_size=200).map(VALID.__add__) | mutations())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_request_of_any_bytes_is_run_or_refused_and_harms_nothing(sandbox: Sandbox, data: bytes) -> None:
    supervisor = supervisor_pid(sandbox)

    answers = await send_request(sandbox, data)

    assert answers[0] == {"warm": False}
    facts = ended(answers)
    # Refused as a whole, or it said something that can be tried: then it was, in the slot's own walls.
    assert (facts["stage"], facts["error"]) == (STAGE_REQUEST, 74) or facts["stage"] in (0, 2, 3)
    assert data.startswith(b"RWR2") or facts["stage"] == STAGE_REQUEST
    assert supervisor_pid(sandbox) == supervisor
    await assert_works(sandbox)


@given(
    garbage=st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_order_of_any_bytes_is_refused_and_harms_nothing(sandbox: Sandbox, garbage: bytes) -> None:
    supervisor = supervisor_pid(sandbox)
    request = seal(VALID)
    try:
        answers = await send_order(sandbox, garbage or b" ", [request])
    finally:
        os.close(request)

    assert [list(answer) for answer in answers] in ([["failed"]], [])
    await assert_works(sandbox)
    assert supervisor_pid(sandbox) == supervisor


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "no such kind"},
        {"kind": ["native"]},
        {"memory_bytes": "much"},
        {"memory_bytes": 2**70},
        {"wall_ns": "long"},
        {"cpu_ns": None},
        {"disk_bytes": -1},
        {"disk_bytes": 2**64},
        {"processes": "many"},
        {"cpus": "all"},
        {"unknown": 1},
    ],
    ids=str,
)
async def test_an_order_that_makes_no_sense_is_refused_or_run_but_harms_nothing(
    sandbox: Sandbox, changes: dict[str, object]
) -> None:
    supervisor = supervisor_pid(sandbox)
    request = seal(VALID)
    try:
        answers = await send_order(sandbox, order(**changes), [request])
    finally:
        os.close(request)

    assert all("ended" not in answer for answer in answers)
    await assert_works(sandbox)
    assert supervisor_pid(sandbox) == supervisor


async def send_fd(sandbox: Sandbox, request: int) -> dict[str, object]:
    try:
        return ended(await send_order(sandbox, order(), [request]))
    finally:
        os.close(request)


async def test_a_request_that_its_sender_could_still_change_is_refused(sandbox: Sandbox) -> None:
    unsealed = os.memfd_create("unsealed", os.MFD_ALLOW_SEALING)
    os.write(unsealed, VALID)
    half_sealed = os.memfd_create("half sealed", os.MFD_ALLOW_SEALING)
    os.write(half_sealed, VALID)
    fcntl.fcntl(half_sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)

    assert (await send_fd(sandbox, unsealed))["stage"] == STAGE_REQUEST
    assert (await send_fd(sandbox, half_sealed))["stage"] == STAGE_REQUEST


async def test_a_request_in_an_ordinary_file_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "request").write_bytes(VALID)

    assert (await send_fd(sandbox, os.open(tmp_path / "request", os.O_RDWR)))["stage"] == STAGE_REQUEST


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/", "/proc/self/mem"])
async def test_a_request_that_is_no_file_is_refused(sandbox: Sandbox, path: str) -> None:
    assert (await send_fd(sandbox, os.open(path, os.O_RDONLY)))["stage"] == STAGE_REQUEST
    await assert_works(sandbox)


async def test_an_empty_request_is_refused(sandbox: Sandbox) -> None:
    assert (await send_fd(sandbox, seal(b"")))["stage"] == STAGE_REQUEST


async def test_a_request_that_names_a_descriptor_which_did_not_come_is_refused(sandbox: Sandbox) -> None:
    command = Command(argv=("/bin/true",), environment={}, files=[BoxFile(path="x", content=0)])
    data, _ = pack(command, Limits())

    assert ended(await send_request(sandbox, data))["stage"] == STAGE_REQUEST


async def test_as_many_files_by_descriptor_as_are_allowed_go_in(sandbox: Sandbox) -> None:
    content = seal(b"x")
    files = [BoxFile(path=f"{n}", content=content) for n in range(MAX_INPUT_FDS)]

    ran = await shell(sandbox, "cat * | wc -c", files=files)
    os.close(content)

    assert ran.stdout.strip() == str(MAX_INPUT_FDS).encode()


async def test_more_descriptors_than_a_request_may_have_fail_that_run_alone(sandbox: Sandbox) -> None:
    request, supervisor = seal(VALID), supervisor_pid(sandbox)

    answers = await send_order(sandbox, order(), [request, *[request] * (MAX_INPUT_FDS + 20)])
    os.close(request)

    assert all("ended" not in answer or ended([answer])["stage"] == STAGE_REQUEST for answer in answers)
    await assert_works(sandbox)
    assert supervisor_pid(sandbox) == supervisor


async def test_a_message_with_too_few_descriptors_is_dropped_with_them(sandbox: Sandbox) -> None:
    assert sandbox._channel is not None
    before = count_descriptors(supervisor_pid(sandbox))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for fds in ([], [theirs.fileno()]):
            await sandbox._channel.send(b"{}", fds)
    await assert_works(sandbox)

    assert count_descriptors(supervisor_pid(sandbox)) <= before


async def test_a_first_descriptor_that_is_no_channel_is_dropped(sandbox: Sandbox) -> None:
    assert sandbox._channel is not None
    request = seal(VALID)
    await sandbox._channel.send(json.dumps(order()).encode(), [request, request])
    os.close(request)

    await assert_works(sandbox)


async def test_an_oversized_message_ends_the_connection_and_the_next_run_gets_a_new_one(fresh: Sandbox) -> None:
    assert fresh._channel is not None
    assert fresh._process is not None
    fresh._channel.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 4 * MIB)
    await fresh._channel.send(bytes(MAX_DATAGRAM + 1))

    await asyncio.to_thread(fresh._process.wait, 20)
    await assert_works(fresh)


async def test_a_client_that_goes_while_its_program_runs_takes_the_program_with_it(sandbox: Sandbox) -> None:
    running = await sandbox.start("native", Command(argv=("/bin/cat",), environment={}), Limits())
    reader = os.dup(running.stdout)

    running.close()

    os.set_blocking(reader, True)
    async with asyncio.timeout(10):
        assert await asyncio.to_thread(os.read, reader, 1) == b""  # the only writers were in the slot
    os.close(reader)


async def test_an_answer_to_nobody_stops_nothing(sandbox: Sandbox) -> None:
    request = seal(VALID)
    channel = await open_order(sandbox, order(), [request])
    channel.close()
    os.close(request)

    await assert_works(sandbox)


async def test_orders_beside_one_another_are_all_answered(sandbox: Sandbox) -> None:
    results = await asyncio.gather(*(shell(sandbox, f"echo {n}") for n in range(16)))

    assert [ran.stdout for ran in results] == [f"{n}\n".encode() for n in range(16)]


@pytest.mark.parametrize("word", [b"\x00 whatever", b"kill", b"S", b"S\x00", b"S\x0b", b"S\xff", b"S\x0f\x0f", b"K"])
async def test_words_of_a_client_that_are_no_signal_kill(sandbox: Sandbox, word: bytes) -> None:
    request = seal(pack(Command(argv=("/bin/sleep", "60"), environment={}), Limits())[0])
    channel = await open_order(sandbox, order(wall_ns=60 * 10**9), [request])
    await channel.send(word, [request])
    os.close(request)

    facts = ended(await hear_out(channel))

    assert os.WTERMSIG(int(str(facts["status"]))) == 9
    await assert_works(sandbox)


async def test_a_terminal_that_is_none_or_did_not_come_harms_nothing(sandbox: Sandbox) -> None:
    command = Command(argv=("/bin/true",), environment={}, terminal=Terminal())
    request = seal(pack(command, Limits())[0])
    no_terminal = await send_order(sandbox, order(), [request, request])
    missing = await send_order(sandbox, order(), [request])
    os.close(request)

    assert (ended(no_terminal)["stage"], ended(no_terminal)["error"]) == (1, errno.ENOTTY)
    assert (ended(missing)["stage"], ended(missing)["error"]) == (1, errno.EBADMSG)
    await assert_works(sandbox)


async def test_a_terminal_is_not_taken_from_another_run(sandbox: Sandbox) -> None:
    master, slave = os.openpty()
    request = seal(pack(Command(argv=("/bin/cat",), environment={}, terminal=Terminal()), Limits())[0])
    first = await open_order(sandbox, order(), [request, slave])
    os.write(master, b"mine\n")
    heard = b""
    while heard.count(b"mine") < 2:  # the echo, and the program's
        heard += await asyncio.to_thread(os.read, master, 100)

    second = ended(await send_order(sandbox, order(), [request, slave]))
    first.close()
    for fd in (master, slave, request):
        os.close(fd)

    assert (second["stage"], second["error"]) == (1, errno.EPERM)
    await assert_works(sandbox)


async def test_a_kind_that_cannot_be_built_is_told_and_the_others_work(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="no slot kind"):
        await sandbox.start("unknown", TRUE, Limits())
    await assert_works(sandbox)
