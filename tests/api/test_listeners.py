"""Listeners, many and vanished: they cost a connection each, and nothing once they are gone."""

from __future__ import annotations

import json
import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.acceptance.client import HOLD, Api
from tests.acceptance.process import Process, serving
from tests.folders import let_others_in

MANY = 1000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Api]]:
    # One descriptor for each listener, here and there; the server inherits the limit.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    folder = let_others_in(tmp_path_factory.mktemp("listeners"))
    with (
        serving(folder, RUNWARD_SESSION_RATE="1000") as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        yield server, Api(http)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousand_listeners_all_hear_the_end(served: tuple[Process, Api]) -> None:
    _, api = served
    execution_id = api.run(api.open(HOLD))
    api.wait_until_running(execution_id)
    with _listening(api, execution_id, MANY) as listeners:
        for each in listeners:
            _read_until(each, b"begun")

        api.http.post(f"/executions/{execution_id}/cancel")

        assert _count_ends(listeners) == MANY


def test_listeners_that_vanish_leave_nothing_open(served: tuple[Process, Api]) -> None:
    server, api = served
    execution_id = api.run(api.open(HOLD))
    api.wait_until_running(execution_id)
    api.get(execution_id)  # so that our own connection is open
    before = _count_sockets(server)
    with _listening(api, execution_id, 50) as listeners:
        for each in listeners:
            _read_until(each, b"begun")
        assert _count_sockets(server) >= 50
        assert _count_told(api) == 50

    deadline = time.monotonic() + 30
    while _count_sockets(server) > before or _count_told(api) > 0:
        assert time.monotonic() < deadline, "listeners that left are still held"
    assert api.get(execution_id)["status"] == "RUNNING"
    api.http.post(f"/executions/{execution_id}/cancel")


def test_listeners_that_leave_as_the_end_is_told_are_no_fault(start_server: Callable[..., Any], tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = start_server("serve", stderr=log)
    api = Api(server.client)
    session_id = api.open(HOLD)

    def leave(moment: int) -> None:
        execution_id = api.run(session_id)
        with connect(f"{server.url.replace('http', 'ws', 1)}/executions/{execution_id}/ws", proxy=None) as listener:
            _hear(listener, "output")
            listener.send('{"type": "cancel"}')
            if moment % 2:
                _hear(listener, "result")
            else:
                time.sleep(moment / 5000)
            with suppress(OSError):
                listener.socket.shutdown(socket.SHUT_RDWR)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(leave, range(60)))
    server.stop()

    assert "the request failed" not in log.read_text()


def _hear(listener: ClientConnection, kind: str) -> None:
    while json.loads(listener.recv(timeout=60))["type"] != kind:
        pass


def test_listeners_that_read_nothing_leave_no_memory_behind(served: tuple[Process, Api]) -> None:
    server, api = served
    write = "import sys\nfor _ in range(990): sys.stdout.write('x' * 1000 + '\\n'); sys.stdout.flush()"
    session_id = api.open(write)
    sizes = []
    for _ in range(4):
        execution_id = api.run(session_id, limits={"output_bytes": 1_000_000})
        with _listening(api, execution_id, 50):  # and none of them reads
            assert api.end_of(execution_id)["stdout"] == ("x" * 1000 + "\n") * 990
        sizes.append(_resident_bytes(server))

    # Fifty copies of the output are 50 MB.
    assert sizes[3] - sizes[1] < 30_000_000


@contextmanager
def _listening(api: Api, execution_id: str, number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(_listen(api, execution_id)) for _ in range(number)]


def _listen(api: Api, execution_id: str) -> socket.socket:
    url = api.http.base_url
    connection = socket.create_connection((url.host, int(url.port or 80)))
    request = f"GET /executions/{execution_id}/events HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def _read_until(connection: socket.socket, mark: bytes) -> None:
    connection.settimeout(60)
    heard = b""
    while mark not in heard:
        chunk = connection.recv(65536)
        assert chunk, f"the connection ended without {mark!r}: {heard[-300:]!r}"
        heard += chunk


def _count_ends(listeners: list[socket.socket]) -> int:
    """Return how many hear of the end within a minute, each at its own pace."""
    heard = dict.fromkeys(listeners, b"")
    ended = 0
    deadline = time.monotonic() + 60
    with selectors.DefaultSelector() as selector:
        for each in listeners:
            each.settimeout(0)
            selector.register(each, selectors.EVENT_READ)
        while ended < len(listeners) and time.monotonic() < deadline:
            for key, _ in selector.select(timeout=1):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                heard[connection] += connection.recv(65536)
                if b"event: result" in heard[connection]:
                    ended += 1
                    selector.unregister(connection)
    return ended


def _count_sockets(server: Process) -> int:
    folder = Path(f"/proc/{server.process.pid}/fd")
    return sum(1 for entry in list(folder.iterdir()) if _is_socket(entry))


def _count_told(api: Api) -> float:
    """Return how many listen, as the server itself tells."""
    lines = api.http.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith('runward_event_listeners{transport="sse"}')).split()[1])


def _is_socket(entry: Path) -> bool:
    try:
        return str(entry.readlink()).startswith("socket:")
    except FileNotFoundError:
        return False


def _resident_bytes(server: Process) -> int:
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024
