"""A client in a lean process of its own: reads orders as JSON lines, answers with nanoseconds for each run.

Started as `python3 -I -S worker.py`; imports nothing but the standard library, and of that only at need what is large.
An order has ``count`` or ``seconds``, and what one run is:

- ``argv`` and ``environment``: a command, in ``folder`` if there is one; with ``inputs``, it is run once for each of
  them, a pair of the file to read and what must be printed;
- ``steps``, each with ``argv`` and ``environment``: ``files`` are written into a new folder in ``parent``, then each step
  is run there; the last one's output is looked at;
- ``port``, ``path`` and ``body``: an HTTP request.

``expect`` is what must be printed.  ``{id}`` in what is run, in files and in ``expect`` is another number in every run.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import sys
import time
from collections.abc import Callable
from typing import Any

_NUMBERS = itertools.count()
_CONNECTIONS: dict[int, Any] = {}


def spawn(order: dict[str, Any]) -> int:
    """Start one process, or one for each input, and read its output to the end; return the nanoseconds of all."""
    argv = _numbered(order["argv"], _number())
    inputs = order["inputs"] if "inputs" in order else [("/dev/null", order["expect"])]
    if "folder" in order:
        os.chdir(order["folder"])
    started = time.perf_counter_ns()
    outputs = [run_process(argv, order["environment"], stdin=stdin) for stdin, _ in inputs]
    taken = time.perf_counter_ns() - started
    for output, (_, expected) in zip(outputs, inputs, strict=True):
        _check(argv, output, expected)
    return taken


def build(order: dict[str, Any]) -> int:
    """Write a source into a new folder, compile and run it; return the nanoseconds."""
    import shutil  # noqa: PLC0415  (a worker that only spawns stays lean)

    number = _number()
    folder = f"{order['parent']}/{number}"
    files = {name: text.replace("{id}", number) for name, text in order["files"].items()}
    steps = [(_numbered(step["argv"], number), step["environment"]) for step in order["steps"]]
    started = time.perf_counter_ns()
    os.mkdir(folder)  # noqa: PTH102  (what takes time here is told: no more than it needs)
    os.chdir(folder)
    for name, text in files.items():
        with open(name, "w") as file:  # noqa: PTH123
            file.write(text)
    output = b""
    for argv, environment in steps:
        output = run_process(argv, environment)
    taken = time.perf_counter_ns() - started
    os.chdir("/")
    shutil.rmtree(folder)
    _check(steps[-1][0], output, order["expect"].replace("{id}", number))
    return taken


def run_process(argv: list[str], environment: dict[str, str], *, stdin: str = "/dev/null") -> bytes:
    """Start a process, read its output to the end, reap it, and return the output; ValueError if it failed."""
    source, sink = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, sink, 1),
        (os.POSIX_SPAWN_DUP2, sink, 2),
    ]
    pid = os.posix_spawn(argv[0], argv, environment, file_actions=actions)
    os.close(sink)
    output = b""
    while data := os.read(source, 65536):
        output += data
    os.close(source)
    status = os.waitpid(pid, 0)[1]
    if status != 0:
        raise ValueError(f"{argv[0]} ended with {os.waitstatus_to_exitcode(status)} and printed {output[:500]!r}")
    return output


def connect(port: int) -> Any:
    """Return the kept connection, or a new one where the server has closed it while it was idle."""
    import http.client  # noqa: PLC0415  (a worker that only spawns stays lean)

    connection = _CONNECTIONS.get(port)
    if connection is not None and select.select([connection.sock], [], [], 0)[0]:
        connection.close()
        connection = None
    if connection is None:
        connection = _CONNECTIONS[port] = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
    return connection


def post(order: dict[str, Any]) -> int:
    """Send one request over the kept connection and read the answer; return the nanoseconds."""
    connection = connect(order["port"])
    started = time.perf_counter_ns()
    try:
        connection.request("POST", order["path"], order["body"], {"Content-Type": "application/json"})
        answer = connection.getresponse()
    except ConnectionError:  # closed as idle at this very moment; a server that is gone refuses the next
        _CONNECTIONS.pop(order["port"]).close()
        return post(order)
    body = answer.read()
    taken = time.perf_counter_ns() - started
    if answer.status != 200 or json.loads(body)["output"] != order["expect"]:
        raise ValueError(f"HTTP {answer.status}: {body[:500]!r}")
    return taken


def carry_out(order: dict[str, Any]) -> list[int]:
    """Run as often, or as long, as the order says."""
    once: Callable[[dict[str, Any]], int] = spawn if "argv" in order else build if "steps" in order else post
    if "count" in order:
        return [once(order) for _ in range(order["count"])]
    deadline, taken = time.perf_counter() + order["seconds"], []
    while time.perf_counter() < deadline:
        taken.append(once(order))
    return taken


def main() -> None:
    """Serve orders until the end of input."""
    for line in sys.stdin:
        try:
            answer: dict[str, object] = {"nanoseconds": carry_out(json.loads(line))}
        except Exception as error:  # noqa: BLE001  (whatever went wrong, who waits for the answer must have one)
            answer = {"failed": f"{error}" or type(error).__name__}
        print(json.dumps(answer), flush=True)


def _number() -> str:
    # With the time: a compile cache outlives this process, and must not have seen the source.
    return f"{os.getpid()}-{time.time_ns()}-{next(_NUMBERS)}"


def _numbered(argv: list[str], number: str) -> list[str]:
    return [word.replace("{id}", number) for word in argv]


def _check(argv: list[str], output: bytes, expected: str) -> None:
    if output.decode() != expected:
        raise ValueError(f"{argv[0]} printed {output[:500]!r} in place of {expected!r}")


if __name__ == "__main__":
    main()
