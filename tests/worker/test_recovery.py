"""Servers and workers that are stopped, killed and paused: nothing is lost, and nothing ends twice."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.acceptance.client import HOLD, Api
from tests.acceptance.process import Process, serving
from tests.folders import let_others_in

SLEEPS = "import time\nprint('begun', flush=True)\ntime.sleep(4)\nprint('ended')"


@contextmanager
def connected(folder: Path, **settings: str) -> Iterator[tuple[Process, Api]]:
    usual = {"RUNWARD_SESSION_RATE": "1000", "LOG_FILE": str(folder / "log"), "MAX_CONCURRENT_EXECUTIONS": "1"}
    with (
        serving(folder, **{**usual, **settings}) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        yield server, Api(http)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # The server becomes another user, who has to get there and write his log.
    let_others_in(tmp_path)
    tmp_path.chmod(0o777)
    return tmp_path


def test_queue_and_keys_outlive_the_server(folder: Path) -> None:
    with connected(folder, RUNWARD_GRACE_PERIOD="0") as (server, api):
        session_id = api.open()
        done = api.run(session_id)
        ended = api.end_of(done)
        held = api.run(api.open(HOLD))
        api.wait_until_running(held)
        waiting = [api.run(session_id, key=f"key {number}") for number in range(3)]
        assert server.stop() == 0

    with connected(folder) as (_, api):
        again = [
            api.http.post(f"/code-sessions/{session_id}/run", headers={"Idempotency-Key": f"key {number}"}).json()
            for number in range(3)
        ]
        api.wait_until_running(held)
        api.http.post(f"/executions/{held}/cancel")

        assert [answer["execution_id"] for answer in again] == waiting
        assert [api.end_of(each)["status"] for each in waiting] == ["COMPLETED"] * 3
        # What was handed back has not been tried before.
        assert (api.get(held)["status"], api.get(held)["attempts"]) == ("CANCELLED", 1)
        assert api.get(done) == ended
        # Its events are kept no more: the result is all there is, from wherever one goes on.
        assert [event.kind for event in api.follow(done)] == ["result"]
        assert [event.kind for event in api.follow(done, after="2-0")] == ["result"]


def test_program_whose_worker_dies_three_times_ends_honestly(folder: Path) -> None:
    execution_id = ""
    for attempt in (1, 2, 3):
        with connected(folder, RUNWARD_LEASE="0.5", RUNWARD_RETRY_SECONDS="0.1") as (server, api):
            execution_id = execution_id or api.run(api.open(HOLD))
            with api.following(execution_id) as events:
                running = next(event for event in events if event.data.get("status") == "RUNNING")
                next(event for event in events if event.kind == "output")
            assert running.data["attempt"] == attempt
            server.kill()

    with connected(folder, RUNWARD_LEASE="0.5") as (_, api):
        ended = api.end_of(execution_id)
        other = api.execute("print('well')")

    assert (ended["status"], ended["outcome"], ended["attempts"]) == ("FAILED", "sandbox_error", 3)
    assert "lost 3 times" in ended["message"]
    assert ended["message"] in ended["stderr"]
    assert other["stdout"] == "well\n"


def test_worker_that_is_paused_past_its_lease_is_refused(folder: Path, postgresql_url: str) -> None:
    settings = {"DATABASE_URL": postgresql_url, "RUNWARD_LEASE": "1"}
    with ExitStack() as stack:
        two = [stack.enter_context(connected(_own(folder, name), **settings)) for name in ("first", "second")]
        execution_id = two[0][1].run(two[0][1].open(SLEEPS))
        paused, other = _by_holder(two, execution_id)
        paused[0].process.send_signal(signal.SIGSTOP)
        try:
            ended = _wait_for_end(other[1], execution_id)
        finally:
            paused[0].process.send_signal(signal.SIGCONT)
        _wait_until(lambda: _has_been_refused(paused[0], folder), what="the late result is refused")

        assert (ended["status"], ended["stdout"], ended["attempts"]) == ("COMPLETED", "begun\nended\n", 2)
        assert _pid_of(str(ended["worker"])) == other[0].process.pid
        assert paused[1].get(execution_id) == other[1].get(execution_id) == ended


def test_worker_that_drains_keeps_what_it_runs(folder: Path, postgresql_url: str) -> None:
    settings = {"DATABASE_URL": postgresql_url, "RUNWARD_LEASE": "0.6"}
    with ExitStack() as stack:
        two = [stack.enter_context(connected(_own(folder, name), **settings)) for name in ("first", "second")]
        execution_id = two[0][1].run(two[0][1].open(SLEEPS))
        stopped, other = _by_holder(two, execution_id)

        assert stopped[0].stop() == 0

        ended = _wait_for_end(other[1], execution_id)
        assert (ended["status"], ended["attempts"]) == ("COMPLETED", 1)
        assert _pid_of(str(ended["worker"])) == stopped[0].process.pid


def test_server_that_stops_amid_requests_holds_nothing(folder: Path) -> None:
    accepted = []
    with connected(folder, RUNWARD_GRACE_PERIOD="0", MAX_CONCURRENT_EXECUTIONS="2") as (server, api):
        sessions = [api.open("print(6 * 7)") for _ in range(4)]

        def ask(session_id: str) -> None:
            with suppress(httpx.TransportError), httpx.Client(base_url=server.url, trust_env=False) as http:
                while (answer := http.post(f"/code-sessions/{session_id}/run")).status_code == 202:
                    accepted.append(answer.json()["execution_id"])

        with ThreadPoolExecutor(len(sessions)) as clients:
            asking = [clients.submit(ask, session_id) for session_id in sessions]
            _wait_until(lambda: len(accepted) > 40, what="many were accepted")
            assert server.stop() == 0
            wait(asking)
            assert all(each.exception() is None for each in asking)

    with closing(sqlite3.connect(next(folder.rglob("runward.db")))) as database:
        rows = dict(database.execute("SELECT id, status FROM executions"))
    kept = {str(uuid.UUID(str(id_))): status for id_, status in rows.items()}
    assert set(accepted) <= kept.keys()
    assert set(kept.values()) <= {"QUEUED", "COMPLETED"}


def test_readiness_is_gone_once_it_drains(folder: Path) -> None:
    with connected(folder) as (server, api):
        execution_id = api.run(api.open(SLEEPS))
        api.wait_until_running(execution_id)
        with api.following(execution_id) as events:
            server.process.send_signal(signal.SIGTERM)
            _wait_until(lambda: not _is_ready(server.url), what="it is not ready any more")

            # Who listens already hears the end.
            assert [event.kind for event in events][-1] == "result"
        assert server.process.wait(60) == 0


def _own(folder: Path, name: str) -> Path:
    own = folder / name
    own.mkdir(mode=0o777)
    own.chmod(0o777)
    return own


def _by_holder(two: list[tuple[Process, Api]], execution_id: str) -> tuple[tuple[Process, Api], tuple[Process, Api]]:
    """Return the server whose worker runs the execution, and the other one."""
    api = two[0][1]
    _wait_until(lambda: api.get(execution_id)["status"] == "RUNNING", what="it runs")
    # Where it runs is told to listeners there.
    for mine, other in (two, two[::-1]):
        if api.http.get(f"/executions/{execution_id}").json()["status"] == "RUNNING" and _runs_here(mine[1]):
            return mine, other
    raise AssertionError("no server runs it")


def _runs_here(api: Api) -> bool:
    return bool(api.http.get("/health/ready").json()["running"])


def _pid_of(worker: str) -> int:
    return int(worker.split("-")[-2])


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", trust_env=False, timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _has_been_refused(server: Process, folder: Path) -> bool:
    logs = [path.read_text() for path in folder.glob("*/log")]
    return server.process.poll() is None and any("result_refused" in log or "claim_lost" in log for log in logs)


def _wait_for_end(api: Api, execution_id: str) -> dict[str, object]:
    _wait_until(lambda: "finished_at" in api.get(execution_id), what="it has ended")
    return api.get(execution_id)


def _wait_until(holds: Callable[[], bool], *, what: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        threading.Event().wait(0.05)
