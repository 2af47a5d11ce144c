"""A server's life: bounded, tied to its clients, and ended without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

SLEEP = "import time; time.sleep(50)"
JSON = {"content-type": "application/json"}


def wait_until(holds: Callable[[], bool], *, what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        threading.Event().wait(0.02)


def running(server: Any) -> int:
    return int(server.client.get("/health/ready").json()["running"])


class Call:
    """A POST /execute in a thread of its own."""

    def __init__(self, server: Any, code: str, **fields: Any) -> None:
        self.response: httpx.Response | None = None
        self._server, self._body = server, {"code": code, **fields}
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def _call(self) -> None:
        with httpx.Client(base_url=self._server.url, timeout=60, trust_env=False) as client:
            self.response = client.post("/executors/python/execute", json=self._body)

    def result(self) -> httpx.Response:
        self._thread.join(60)
        assert self.response is not None, "the call has no answer"
        return self.response


def test_client_that_goes_takes_its_run_with_it(start_server: Callable[..., Any]) -> None:
    server = start_server()
    host, port = server.url.removeprefix("http://").split(":")
    body = b'{"code": "import time; time.sleep(50)", "timeout": 60}'
    request = b"POST /executors/python/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        wait_until(lambda: running(server) == 1, what="the run has begun")

    wait_until(lambda: running(server) == 0, what="the run was killed")
    assert server.client.post("/executors/python/execute", json={"code": "print(1)"}).json()["status"] == "success"


def test_full_queue_is_429_with_a_time_to_come_back(start_server: Callable[..., Any]) -> None:
    server = start_server("serve", MAX_CONCURRENT_EXECUTIONS="1", RUNWARD_QUEUE_LIMIT="0")
    first = Call(server, SLEEP, timeout=3)
    wait_until(lambda: running(server) == 1, what="the run has begun")

    refused = server.client.post("/executors/python/execute", json={"code": "print(1)"})

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["code"] == "queue_full"
    assert first.result().json()["status"] == "timeout"


def test_running_request_finishes_after_the_signal_to_stop(start_server: Callable[..., Any]) -> None:
    server = start_server()
    call = Call(server, "import time; time.sleep(2); print('done')")
    wait_until(lambda: running(server) == 1, what="the run has begun")

    status = server.stop()

    assert call.result().json()["output"] == "done\n"
    assert status == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/health", trust_env=False)


def test_run_over_the_grace_period_is_killed_and_told_so(start_server: Callable[..., Any]) -> None:
    server = start_server("serve", RUNWARD_GRACE_PERIOD="1")
    call = Call(server, SLEEP, timeout=60)
    wait_until(lambda: running(server) == 1, what="the run has begun")
    begin = time.monotonic()

    assert server.stop() == 0

    assert time.monotonic() - begin < 15
    assert call.result().status_code == 503
    assert call.result().json()["code"] == "shutting_down"


def test_second_signal_hurries(start_server: Callable[..., Any]) -> None:
    server = start_server("serve", RUNWARD_GRACE_PERIOD="60")
    call = Call(server, SLEEP, timeout=60)
    wait_until(lambda: running(server) == 1, what="the run has begun")
    begin = time.monotonic()

    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not _accepts(server.url), what="no more connections are taken")
    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(20) == 0
    assert time.monotonic() - begin < 20
    assert call.result().status_code == 503


def _accepts(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True


def test_stop_leaves_no_process(start_server: Callable[..., Any]) -> None:
    server = start_server()
    family = _descendants(server.process.pid)
    assert family, "the supervisor is a child"

    assert server.stop() == 0

    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), what="all children are gone")


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = [int(child) for child in children]
    return found + [each for child in found for each in _descendants(child)]


def test_no_program_inherits_what_its_server_was_started_to_ignore(start_server: Callable[..., Any]) -> None:
    with _ignoring(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1):
        server = start_server()
    show = "import signal as s; print([int(n) for n in s.valid_signals() if s.getsignal(n) is s.SIG_IGN])"

    for _ in range(2):
        answer = server.client.post("/executors/python/execute", json={"code": show}).json()
        assert answer["output"] == f"{[int(signal.SIGPIPE), int(signal.SIGXFSZ)]}\n"
        for pid in [server.process.pid, *_descendants(server.process.pid)]:
            if os.getpgid(pid) == os.getpgid(server.process.pid):
                os.kill(pid, signal.SIGHUP)  # as when the terminal goes: it was started to outlive that


@contextmanager
def _ignoring(*numbers: signal.Signals) -> Iterator[None]:
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_idle_server_uses_no_processor(start_server: Callable[..., Any]) -> None:
    server = start_server()
    server.client.get("/health")
    wait_until(lambda: _settled(server.process.pid), what="the start is over")

    before = _cpu_ticks(server.process.pid)
    threading.Event().wait(3)

    assert _cpu_ticks(server.process.pid) - before <= 1


def _settled(pid: int) -> bool:
    before = _cpu_ticks(pid)
    threading.Event().wait(0.5)
    return _cpu_ticks(pid) == before


def _cpu_ticks(pid: int) -> int:
    total = 0
    for each in [pid, *_descendants(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total


def test_busy_port_is_one_clear_line(server: Any, runward: list[str]) -> None:
    port = server.url.rpartition(":")[2]
    second = subprocess.run([*runward, "serve", "--port", port], capture_output=True, text=True, timeout=60)

    assert second.returncode == 125
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert f"port {port}" in second.stderr
    assert "--port" in second.stderr


def test_bad_setting_is_one_clear_line(runward: list[str]) -> None:
    result = subprocess.run(
        [*runward, "serve"], env={**os.environ, "MAX_TIMEOUT": "soon"}, capture_output=True, text=True, timeout=60
    )

    assert result.returncode == 125
    assert result.stderr.startswith("runward: MAX_TIMEOUT: ")
    assert len(result.stderr.splitlines()) == 1


def test_cors_is_for_the_named_origins(start_server: Callable[..., Any]) -> None:
    server = start_server("serve", CORS_ORIGINS="https://play.example.org")

    allowed = server.client.get("/", headers={"Origin": "https://play.example.org"})
    other = server.client.get("/", headers={"Origin": "https://example.net"})

    assert allowed.headers["access-control-allow-origin"] == "https://play.example.org"
    assert "access-control-allow-origin" not in other.headers
