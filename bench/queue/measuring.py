"""What is measured of the queue, and how."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import quantiles
from typing import cast

import uvloop

from bench.contestant import WrongResult
from bench.queue.http import Connection
from bench.workload import HELLO_SOURCE

Task = Callable[[Connection], Awaitable[None]]
_PATCH_CLIENTS, _RUNNING_CLIENTS = 16, 2
_SESSIONS = 50
# A program for listeners: it says when it speaks, so that who hears it knows how late that is.
_SPEAKER = """
import time
for _ in range({lines}):
    print(time.time_ns(), flush=True)
    time.sleep({pause})
"""
_SAID = re.compile(rb'"text":"([0-9]+)\\n')


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of so many times, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Spread:
        """Return the spread of these times."""
        cuts = quantiles(milliseconds, n=100, method="inclusive")
        return cls(count=len(milliseconds), p50=cuts[49], p95=cuts[94], p99=cuts[98], most=max(milliseconds))


@dataclass(slots=True, kw_only=True)
class Way:
    """One way of having a program run; ``rates`` are runs per second by how many clients ask at once."""

    name: str
    port: int
    task: Task
    note: str
    times: list[float] = field(default_factory=list)
    rates: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """How many saves of a session a second, by clients of which each waits for the answer, while programs run."""

    clients: int
    per_second: float
    spread: Spread
    runs_meanwhile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How late listeners hear what a program says, all of them together."""

    listeners: int
    programs: int
    pause_seconds: float
    spread: Spread


async def run_at_once(connection: Connection) -> None:
    """Have the hello run by the engine, without the queue."""
    status, answer = await connection.request("POST", "/executors/python/execute", {"code": HELLO_SOURCE})
    if status != 200 or answer["output"] != "hello\n":
        raise WrongResult(f"the executor answered {status}: {answer}")


async def open_session(port: int, source: str = HELLO_SOURCE) -> str:
    """Return a new session with this program."""
    connection = await Connection.open(port)
    body = {"language": "python", "source_code": source}
    _, answer = await connection.request("POST", "/code-sessions", body)
    await connection.close()
    return str(answer["session_id"])


async def run_queued(port: int) -> Task:
    """Return what has a program run through the queue, and waits for its result.

    It does so in many sessions in turn: usually none has more than a hundred executions, which are counted at each run.
    """
    in_turn = itertools.cycle([await open_session(port) for _ in range(_SESSIONS)])

    async def run(connection: Connection) -> None:
        status, answer = await connection.request("POST", f"/code-sessions/{next(in_turn)}/run?wait=30")
        if status != 200 or answer["stdout"] != "hello\n":
            raise WrongResult(f"the queue answered {status}: {answer}")

    return run


async def measure_times(ways: Sequence[Way], rounds: int) -> None:
    """Time each way in turn, so that whatever else the machine does falls on all of them."""
    connections = [await Connection.open(way.port) for way in ways]
    for number in range(-5, rounds):
        for way, connection in zip(ways, connections, strict=True):
            began = time.perf_counter()
            await way.task(connection)
            if number >= 0:
                way.times.append((time.perf_counter() - began) * 1000)
    for connection in connections:
        await connection.close()


async def measure_rate(way: Way, clients: int, seconds: float) -> None:
    """Count how many runs so many clients get in a time."""
    way.rates[clients] = len(await _repeat(way.port, way.task, clients, seconds)) / seconds


async def measure_saving(port: int, session_id: str, seconds: float) -> Saving:
    """Save a session as fast as the answers come, while other sessions' programs run."""
    number = 0

    async def save(connection: Connection) -> None:
        nonlocal number
        number += 1
        body = {"source_code": f"{HELLO_SOURCE}# {number}\n"}
        status, answer = await connection.request("PATCH", f"/code-sessions/{session_id}", body)
        if status != 200:
            raise WrongResult(f"saving answered {status}: {answer}")

    run = await run_queued(port)
    times, runs = await asyncio.gather(
        _repeat(port, save, _PATCH_CLIENTS, seconds), _repeat(port, run, _RUNNING_CLIENTS, seconds)
    )
    return Saving(
        clients=_PATCH_CLIENTS, per_second=len(times) / seconds, spread=Spread.of(times), runs_meanwhile=len(runs)
    )


async def measure_listening(port: int, *, listeners: int, programs: int, lines: int, pause: float) -> Listening:
    """Have listeners follow programs that speak now and then, and tell how late they hear.

    What was said before the last of them had come is no measure of how fast they hear.
    """
    session_id = await open_session(port, _SPEAKER.format(lines=lines, pause=pause))
    connection = await Connection.open(port)
    executions = []
    for _ in range(programs):
        _, answer = await connection.request("POST", f"/code-sessions/{session_id}/run")
        executions.append(answer["execution_id"])
    await connection.close()
    wanted = [executions[index % programs] for index in range(listeners)]
    # In a loop of its own, which costs little beside the server.
    late = await asyncio.to_thread(uvloop.run, _hear(port, wanted))
    return Listening(listeners=listeners, programs=programs, pause_seconds=pause, spread=Spread.of(late))


async def _hear(port: int, executions: Sequence[str]) -> list[float]:
    """Return how late each line was heard by each listener, in milliseconds."""
    loop = asyncio.get_running_loop()
    ears = [(await loop.create_connection(partial(_Ear, each), "127.0.0.1", port))[1] for each in executions]
    for ear in ears:
        await ear.connected
    connected_ns = time.time_ns()
    for ear in ears:
        await ear.ended
    late = [[(heard - said) / 1e6 for said, heard in ear.heard if said > connected_ns] for ear in ears]
    if not all(late):
        raise WrongResult(f"{late.count([])} listeners heard nothing")
    return [each for heard in late for each in heard]


class _Ear(asyncio.Protocol):
    """A listener that looks for nothing but the times in what it hears."""

    def __init__(self, execution_id: str) -> None:
        loop = asyncio.get_running_loop()
        self.connected, self.ended = loop.create_future(), loop.create_future()
        self.heard: list[tuple[int, int]] = []
        self._request = f"GET /executions/{execution_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the events."""
        # That of uvloop is none by its class.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note when it was said, and when heard."""
        heard_ns = time.time_ns()
        if not self.connected.done():
            self.connected.set_result(None)
        self.heard.extend((int(said_ns), heard_ns) for said_ns in _SAID.findall(data))
        if b"event: result" in data:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing more comes."""
        for each in (self.connected, self.ended):
            if not each.done():
                each.set_result(None)


async def _repeat(port: int, task: Task, clients: int, seconds: float) -> list[float]:
    """Return how long each took, of all that so many clients did one after the other until the time was over."""
    times: list[float] = []
    deadline = time.perf_counter() + seconds

    async def client() -> None:
        connection = await Connection.open(port)
        while (began := time.perf_counter()) < deadline:
            await task(connection)
            times.append((time.perf_counter() - began) * 1000)
        await connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return times
