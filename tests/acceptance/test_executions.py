"""Contract 1, word for word: executions by state."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import pytest

from tests.acceptance.client import BEYOND_KEYS, ENDED_KEYS, HOLD, OWN_KEYS, QUEUED_KEYS, RUNNING_KEYS, Api
from tests.acceptance.test_sessions import is_time, is_uuid7


def test_run_answers_at_once(api: Api) -> None:
    session_id = api.open(HOLD)

    answer = api.http.post(f"/code-sessions/{session_id}/run")

    assert answer.status_code == 202
    assert set(answer.json()) == {"execution_id", "status"}
    assert answer.json()["status"] == "QUEUED"
    assert is_uuid7(answer.json()["execution_id"])
    assert api.http.post(f"/executions/{answer.json()['execution_id']}/cancel").status_code == 200


def test_each_state_has_exactly_its_fields(api: Api) -> None:
    with api.occupied() as held:
        api.wait_until_running(held[0])
        running = api.get(held[0])
        waiting = api.run(api.open(), priority=-10)
        queued = api.get(waiting)
    ended = api.end_of(waiting)

    assert (set(queued), queued["status"]) == (QUEUED_KEYS, "QUEUED")
    assert (set(running), running["status"]) == (RUNNING_KEYS, "RUNNING")
    assert (set(ended), ended["status"]) == (ENDED_KEYS | BEYOND_KEYS | OWN_KEYS, "COMPLETED")
    assert queued["execution_id"] == ended["execution_id"] == waiting
    assert all(is_time(ended[name]) for name in ("queued_at", "started_at", "finished_at"))
    assert queued["queued_at"] == ended["queued_at"]
    times = [datetime.fromisoformat(ended[name]) for name in ("queued_at", "started_at", "finished_at")]
    assert times == sorted(times)


def test_completed_program(api: Api) -> None:
    source = "import sys\nname = input()\nprint('hello', name)\nprint('warned', file=sys.stderr)"

    ended = api.execute(source, stdin="Ada\n")

    assert ended["status"] == "COMPLETED"
    assert (ended["stdout"], ended["stderr"]) == ("hello Ada\n", "warned\n")
    assert (ended["exit_code"], ended["signal"], ended["outcome"]) == (0, None, "exited")
    assert (ended["stdout_truncated"], ended["stderr_truncated"], ended["compile"]) == (False, False, None)
    assert (ended["artifacts"], ended["attempts"]) == ([], 1)
    assert ended["execution_time_ms"] > 0
    assert ended["cpu_time_ms"] > 0
    assert ended["memory_peak_bytes"] > 0
    assert isinstance(ended["worker"], str)
    assert ended["language_version"].startswith("3.")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sys; print('so far'); sys.exit(3)", {"outcome": "exited", "exit_code": 3, "signal": None}),
        ("print('so far'); 1 / 0", {"outcome": "exited", "exit_code": 1}),
        ("import os; print('so far', flush=True); os.abort()", {"outcome": "signaled", "signal": 6, "exit_code": None}),
        ("print('so far', flush=True); x = bytearray(400 << 20)", {"outcome": "memory_limit"}),
    ],
)
def test_program_that_fails_is_failed(root: Api, source: str, expected: dict[str, Any]) -> None:
    ended = root.execute(source)

    assert ended["status"] == "FAILED"
    assert ended["stdout"] == "so far\n"
    assert {name: ended[name] for name in expected} == expected
    assert ended["attempts"] == 1


@pytest.mark.parametrize("source", ["while True: pass", "import time; time.sleep(20)"])
def test_timeout_names_its_limit_in_stderr(api: Api, source: str) -> None:
    ended = api.execute(
        f"import sys\nprint('before', file=sys.stderr, flush=True)\n{source}", limits={"wall_time_seconds": 0.5}
    )

    assert ended["status"] == "TIMEOUT"
    # One that computes all the time meets both limits, which are equal, at nearly the same moment.
    assert ended["outcome"] in {"wall_time_limit", "cpu_time_limit"}
    first, last = ended["stderr"].splitlines()
    assert first == "before"
    assert "limit of 0.5 s" in last


def test_processor_time_has_a_limit_of_its_own(root: Api) -> None:
    ended = root.execute("while True: pass", limits={"cpu_time_seconds": 0.3, "wall_time_seconds": 30})

    assert (ended["status"], ended["outcome"]) == ("TIMEOUT", "cpu_time_limit")
    assert "0.3 s" in ended["stderr"]


def test_compile_error_is_failed_with_the_compilers_words(api: Api) -> None:
    ended = api.execute("int main() { return x; }", language="c++")

    assert (ended["status"], ended["outcome"]) == ("FAILED", "compile_error")
    assert "x" in ended["stderr"]
    assert ended["compile"]["stderr"] == ended["stderr"]
    assert ended["compile"]["exit_code"] == 1
    assert set(ended["compile"]) >= {
        *("stdout", "stderr", "execution_time_ms", "exit_code", "signal", "outcome", "cpu_time_ms"),
        *("memory_peak_bytes", "stdout_truncated", "stderr_truncated"),
    }


def test_compiled_program_tells_of_both_steps(api: Api) -> None:
    ended = api.execute('#include <iostream>\nint main() { std::cout << "hi\\n"; }', language="c++")

    assert (ended["status"], ended["stdout"]) == ("COMPLETED", "hi\n")
    assert (ended["compile"]["outcome"], ended["compile"]["exit_code"]) == ("exited", 0)


def test_javascript_runs(api: Api) -> None:
    assert api.execute("console.log(6 * 7)", language="javascript")["stdout"] == "42\n"


def test_bytes_that_are_no_text_are_kept(root: Api) -> None:
    data = bytes(range(256))

    ended = root.execute(
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin_base64=base64.b64encode(data).decode()
    )

    assert base64.b64decode(ended["stdout_base64"]) == data
    assert ended["stdout"] == data.decode("utf-8", "replace")
    assert "stderr_base64" not in ended


def test_terminal_state_never_changes(api: Api) -> None:
    execution_id = api.run(api.open())
    ended = api.end_of(execution_id)

    cancelled = api.http.post(f"/executions/{execution_id}/cancel")

    assert cancelled.status_code == 200
    assert cancelled.json() == {"execution_id": execution_id, "status": "COMPLETED"}
    assert api.get(execution_id) == ended


def test_cancel_ends_one_that_runs(api: Api) -> None:
    execution_id = api.run(api.open(HOLD))
    api.wait_until_running(execution_id)

    answer = api.http.post(f"/executions/{execution_id}/cancel")

    assert (answer.status_code, answer.json()) == (200, {"execution_id": execution_id, "status": "CANCELLED"})
    ended = api.get(execution_id)
    assert set(ended) >= ENDED_KEYS | BEYOND_KEYS
    assert (ended["status"], ended["stdout"], ended["outcome"]) == ("CANCELLED", "begun\n", None)
    assert "cancelled" in ended["message"]


def test_cancel_ends_one_that_waits_and_it_never_starts(api: Api) -> None:
    with api.occupied():
        execution_id = api.run(api.open(), priority=-10)
        answer = api.http.post(f"/executions/{execution_id}/cancel")

    assert answer.json()["status"] == "CANCELLED"
    ended = api.get(execution_id)
    assert (ended["started_at"], ended["attempts"], ended["stdout"]) == (None, 0, "")


def test_autosave_is_not_blocked_by_what_runs(api: Api) -> None:
    session_id = api.open(HOLD)
    execution_id = api.run(session_id)
    api.wait_until_running(execution_id)

    answers = [
        api.http.patch(f"/code-sessions/{session_id}", json={"source_code": f"print({number})"}) for number in range(50)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert api.get(execution_id)["status"] == "RUNNING"
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == "print(49)"
    api.http.post(f"/executions/{execution_id}/cancel")


def test_run_takes_the_code_as_it_was_when_it_was_submitted(api: Api) -> None:
    session_id = api.open("print('first')")
    with api.occupied():
        execution_id = api.run(session_id, priority=-10)
        api.http.patch(f"/code-sessions/{session_id}", json={"source_code": "print('second')"})

    assert api.end_of(execution_id)["stdout"] == "first\n"


def test_deleting_a_session_kills_what_runs_in_it(api: Api) -> None:
    with api.occupied() as held:
        for execution_id in held[:2]:
            api.wait_until_running(execution_id)
        session_id = api.open("print('there was room')")
        execution_id = api.run(session_id, priority=-10)
        holder = next(each["id"] for each in api.http.get("/code-sessions").json() if each["source_code"] == HOLD)
        assert api.http.delete(f"/code-sessions/{holder}").status_code == 204

        ended = api.end_of(execution_id)

    assert ended["stdout"] == "there was room\n"


def test_executions_of_a_session_are_listed_newest_first_in_pages(api: Api) -> None:
    session_id = api.open()
    made = [api.run(session_id) for _ in range(5)]
    ended = [api.end_of(execution_id) for execution_id in made]

    answer = api.http.get(f"/executions/session/{session_id}")
    first = api.http.get(f"/executions/session/{session_id}", params={"limit": 2}).json()
    rest = api.http.get(f"/executions/session/{session_id}", params={"before": first[-1]["execution_id"]}).json()

    assert answer.status_code == 200
    assert answer.json() == [
        {
            "execution_id": each["execution_id"],
            "status": "COMPLETED",
            "execution_time_ms": each["execution_time_ms"],
            "created_at": each["queued_at"],
        }
        for each in reversed(ended)
    ]
    assert first + rest == answer.json()
    assert api.http.get(f"/executions/session/{session_id}", params={"before": made[0]}).json() == []


def test_unfinished_execution_is_listed_without_its_time(api: Api) -> None:
    session_id = api.open(HOLD)
    execution_id = api.run(session_id)
    api.wait_until_running(execution_id)

    (entry,) = api.http.get(f"/executions/session/{session_id}").json()

    assert (entry["status"], entry["execution_time_ms"]) == ("RUNNING", None)
    api.http.post(f"/executions/{execution_id}/cancel")


@pytest.mark.parametrize(
    "program",
    [
        "print('hello')",
        "import sys; print('seven', file=sys.stderr); sys.exit(7)",
        "import os; os.abort()",
        "print('x' * 90_000)",
        "import os; os.write(1, bytes(range(256)))",
        "open('kept.txt', 'w').write('kept')",
        "while True: pass",
    ],
)
def test_wait_returns_the_result_itself(api: Api, program: str) -> None:
    session_id = api.open(program)

    body = {"artifacts": ["*.txt"], "limits": {"wall_time_seconds": 1}}
    answer = api.http.post(f"/code-sessions/{session_id}/run", params={"wait": 60}, json=body)

    assert answer.status_code == 200
    assert answer.json()["finished_at"]
    assert answer.json() == api.get(answer.json()["execution_id"])


@pytest.mark.parametrize(
    "body",
    [
        {"limits": {"wall_time_seconds": 1e6}},
        {"limits": {"memory_bytes": 2**50}},
        {"limits": {"wall_time_seconds": 0}},
        {"limits": {"wall_time_seconds": -1}},
        {"limits": {"bogus": 1}},
        {"environment": {"A": "a\0b"}},
        {"environment": {"A=B": "1"}},
        {"arguments": ["a\0b"]},
        {"input_files": {"../up": {"text": ""}}},
        {"input_files": {"a": {"text": "", "base64": ""}}},
        {"input_files": {"a": {"base64": "%"}}},
        {"artifacts": ["/etc/*"]},
        {"tier": "runsc"},
        {"tier": "none"},
        {"stdin": "", "stdin_base64": ""},
        {"stdin_base64": "%"},
        {"priority": 11},
        {"bogus": 1},
    ],
)
def test_what_is_wrong_with_a_run_is_told_at_once(root: Api, body: dict[str, Any]) -> None:
    answer = root.http.post(f"/code-sessions/{root.open()}/run", json=body)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
