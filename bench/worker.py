"""A client in a lean process of its own: reads orders as JSON lines, answers with nanoseconds for each run.

Started as `python3 -I -S worker.py`; imports nothing but the standard library, and http.client only if asked to.
An order has ``count`` or ``seconds``, and ``argv`` (with ``expect``) or ``port``, ``path``, ``body`` (with ``expect``).
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
    """Start one process, read its output to the end, reap it; return the nanoseconds."""
    number = f"{os.getpid()}-{next(_NUMBERS)}"
    argv = [word.replace("{id}", number) for word in order["argv"]]
    started = time.perf_counter_ns()
    source, sink = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, sink, 1),
        (os.POSIX_SPAWN_DUP2, sink, 2),
    ]
    pid = os.posix_spawn(argv[0], argv, order["environment"], file_actions=actions)
    os.close(sink)
    output = b""
    while data := os.read(source, 65536):
        output += data
    os.close(source)
    status = os.waitpid(pid, 0)[1]
    taken = time.perf_counter_ns() - started
    if status != 0 or output.decode() != order["expect"]:
        raise ValueError(f"{argv[0]} ended with {os.waitstatus_to_exitcode(status)} and printed {output[:500]!r}")
    return taken


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
    connection.request("POST", order["path"], order["body"], {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read()
    taken = time.perf_counter_ns() - started
    if answer.status != 200 or json.loads(body)["output"] != order["expect"]:
        raise ValueError(f"HTTP {answer.status}: {body[:500]!r}")
    return taken


def carry_out(order: dict[str, Any]) -> list[int]:
    """Run as often, or as long, as the order says."""
    once: Callable[[dict[str, Any]], int] = spawn if "argv" in order else post
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
        except (OSError, ValueError) as error:
            answer = {"failed": f"{error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
