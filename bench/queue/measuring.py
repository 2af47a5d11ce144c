"""What is measured of the queue, and how."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from bench.contestant import WrongResult
from bench.queue.http import Connection
from bench.workload import HELLO_SOURCE

Task = Callable[[Connection], Awaitable[None]]
_PATCH_CLIENTS, _RUNNING_CLIENTS = 16, 2
# A program for listeners: it says when it speaks, so that who hears it knows how late that is.
_SPEAKER = """
import time
for _ in range({lines}):
    print(time.time_ns(), flush=True)
    time.sleep({pause})
"""


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


def run_queued(session_id: str) -> Task:
    """Return what has a session's program run through the queue, and waits for its result."""

    async def run(connection: Connection) -> None:
        status, answer = await connection.request("POST", f"/code-sessions/{session_id}/run?wait=30")
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

    run = run_queued(await open_session(port))
    times, runs = await asyncio.gather(
        _repeat(port, save, _PATCH_CLIENTS, seconds), _repeat(port, run, _RUNNING_CLIENTS, seconds)
    )
    return Saving(
        clients=_PATCH_CLIENTS, per_second=len(times) / seconds, spread=Spread.of(times), runs_meanwhile=len(runs)
    )


async def measure_listening(port: int, *, listeners: int, programs: int, lines: int, pause: float) -> Listening:
    """Have listeners follow a few programs that speak now and then, and tell how late they hear."""
    session_id = await open_session(port, _SPEAKER.format(lines=lines, pause=pause))
    connection = await Connection.open(port)
    executions = []
    for _ in range(programs):
        _, answer = await connection.request("POST", f"/code-sessions/{session_id}/run")
        executions.append(answer["execution_id"])
    await connection.close()
    late: list[float] = []
    async with asyncio.TaskGroup() as group:
        for index in range(listeners):
            group.create_task(_listen(port, executions[index % programs], late))
    # What was said before a listener came is no measure of how fast it hears.
    return Listening(listeners=listeners, spread=Spread.of(late))


async def _listen(port: int, execution_id: str, late: list[float]) -> None:
    connection = await Connection.open(port)
    connected_ns = time.time_ns()
    await connection.send("GET", f"/executions/{execution_id}/events")
    await connection.read_head()
    while line := await connection.reader.readline():
        heard_ns = time.time_ns()
        if line.startswith(b'data: {"step":"run","stream":"stdout"'):
            said_ns = int(line.split(b'"text":"')[1].split(b"\\n")[0])
            if said_ns > connected_ns + 1_000_000_000:
                late.append((heard_ns - said_ns) / 1e6)
        elif line == b"event: result\n":
            break
    await connection.close()


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
