"""Contract 1, the result cache: who asks for it is given the answer of an equal run, and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.client import TERMINAL, Api, text_of
from tests.acceptance.test_live import Live, live

# No two runs of it answer the same.
ODD = "import os, sys\nprint(os.urandom(16).hex(), flush=True)\n"
OF_ITS_OWN_RUN = {"execution_id", "queued_at", "started_at", "finished_at", "attempts", "worker", "cached"}


def run_twice(api: Api, source: str, *, first: dict[str, Any] | None = None, **body: Any) -> list[dict[str, Any]]:
    """Run it in two sessions, the first time with ``first`` in the place of the second's body."""
    wish = {"cache": True, **body}
    return [api.execute(source, **(wish if each is None else each)) for each in (first, None)]


def marked(source: str, request: pytest.FixtureRequest) -> str:
    """Return the program as one that no other test runs."""
    return f"{source}# {request.node.nodeid}\n"


def test_equal_run_is_answered_with_the_result_of_the_first(api: Api, request: pytest.FixtureRequest) -> None:
    source = marked(ODD + "open('a.txt', 'w').write('kept')\nsys.exit(3)", request)

    ran, answered = run_twice(api, source, artifacts=["*.txt"])

    assert (ran["cached"], answered["cached"]) == (False, True)
    assert ran["execution_id"] != answered["execution_id"]
    assert ran["finished_at"] <= answered["started_at"] <= answered["finished_at"]
    (artifact,) = answered["artifacts"]
    assert answered["execution_id"] in artifact["url"]
    assert api.http.get(artifact["url"]).text == "kept"
    assert ran["artifacts"][0]["sha256"] == artifact["sha256"]
    differing = {name for name in ran if ran[name] != answered[name]} - {"artifacts"}
    assert differing <= OF_ITS_OWN_RUN


def test_listener_hears_the_output_of_a_cached_answer(api: Api, request: pytest.FixtureRequest) -> None:
    source = marked(ODD, request)
    ran = api.execute(source, cache=True)

    events = api.follow(api.run(api.open(source), cache=True))

    assert text_of(events) == ran["stdout"]
    # Who comes early hears first that it is queued.
    assert [event.kind for event in events if event.data.get("status") != "QUEUED"] == ["status", "output", "result"]
    assert events[-1].data["cached"] is True


def test_who_does_not_ask_is_neither_answered_nor_an_answer(api: Api, request: pytest.FixtureRequest) -> None:
    source = marked(ODD, request)

    unasked, ran = run_twice(api, source, first={})
    again = api.execute(source)

    assert [ran["cached"], again["cached"]] == [False, False]
    assert len({each["stdout"] for each in (unasked, ran, again)}) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"stdin": "x"},
        {"arguments": ["x"]},
        {"environment": {"X": "y"}},
        {"compiler_flags": ["-O"]},
        {"input_files": {"x": {"text": "y"}}},
        {"artifacts": ["x"]},
        {"limits": {"memory_bytes": 100 * 1024 * 1024}},
        {"limits": {"open_files": 100}},
    ],
    ids=str,
)
def test_what_differs_in_anything_is_run(root: Api, request: pytest.FixtureRequest, other: dict[str, Any]) -> None:
    first, second = run_twice(root, marked(ODD, request), first={"cache": True, **other})

    assert [first["cached"], second["cached"]] == [False, False]
    assert first["stdout"] != second["stdout"]


def test_other_code_is_run(root: Api, request: pytest.FixtureRequest) -> None:
    source = marked(ODD, request)

    assert root.execute(source, cache=True)["cached"] is False
    assert root.execute(f"{source}\n", cache=True)["cached"] is False


def test_what_does_not_compile_is_answered_too(root: Api, request: pytest.FixtureRequest) -> None:
    source = f"int main() {{ wrong; }} // {request.node.nodeid}\n"

    ran, answered = (root.execute(source, language="c", cache=True) for _ in range(2))

    assert (answered["outcome"], answered["cached"]) == ("compile_error", True)
    assert answered["stderr"] == ran["stderr"] != ""


@pytest.mark.parametrize(
    ("ending", "limits"),
    [
        ("while True: pass", {"cpu_time_seconds": 0.2}),
        ("import time; time.sleep(9)", {"wall_time_seconds": 0.3}),
        ("x = bytearray(1 << 30)", {"memory_bytes": 64 * 1024 * 1024, "cpu_time_seconds": 5}),
        ("os.kill(os.getpid(), 9)", {}),
    ],
    ids=["cpu", "wall", "memory", "killed"],
)
def test_what_a_limit_ended_is_run_again(
    root: Api, request: pytest.FixtureRequest, ending: str, limits: dict[str, Any]
) -> None:
    source = marked(ODD + ending, request)
    ran, again = run_twice(root, source, limits=limits)

    assert ran["outcome"] == again["outcome"]
    assert ran["status"] in TERMINAL - {"COMPLETED"}
    assert again["cached"] is False


def test_large_output_outlives_the_session_that_it_came_from(root: Api, request: pytest.FixtureRequest) -> None:
    source = marked("import os\nprint(os.urandom(48_000).hex())\n", request)
    session_id = root.open(source)
    ran = root.end_of(root.run(session_id, cache=True))
    answered = root.execute(source, cache=True)

    assert root.http.delete(f"/code-sessions/{session_id}").status_code == 204

    assert answered["stdout"] == ran["stdout"]
    assert root.get(answered["execution_id"])["stdout"] == ran["stdout"]
    assert root.execute(source, cache=True)["cached"] is False  # what it was answered with is no run


def test_program_that_was_sent_a_signal_answers_nobody(root: Api, request: pytest.FixtureRequest) -> None:
    waiting = "import signal, sys\nsignal.signal(signal.SIGUSR1, lambda *_: sys.exit(0))\n"
    source = marked(f"{ODD}{waiting}print('ready', flush=True)\nsignal.pause()\n", request)
    execution_id = root.run(root.open(source), cache=True)
    with live(root, execution_id) as socket:
        talk = Live(socket)
        talk.hear("ready\n")
        talk.send(type="signal", signal="USR1")
        talk.next_of("result")
    assert root.get(execution_id)["status"] == "COMPLETED"

    again = root.run(root.open(source), cache=True)
    root.wait_until_running(again)

    assert root.get(again)["status"] == "RUNNING"
    root.http.post(f"/executions/{again}/cancel")


@pytest.mark.parametrize("told", [{"interactive": True}, {"terminal": {}}])
def test_what_is_told_while_it_runs_is_never_cached(root: Api, told: dict[str, Any]) -> None:
    answer = root.http.post(f"/code-sessions/{root.open(ODD)}/run", json={"cache": True, **told})

    assert answer.status_code == 422
