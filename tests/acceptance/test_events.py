"""Live output over SSE: in order, whole, and resumable from anywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.client import HOLD, Api, text_of

LINES = "import sys\nfor number in range(300): print(number, flush=number % 7 == 0)\nprint('bad', file=sys.stderr)"
EXPECTED = "".join(f"{number}\n" for number in range(300))


def test_events_tell_the_whole_story_in_order(api: Api) -> None:
    execution_id = api.run(api.open(LINES))

    events = api.follow(execution_id)

    kinds = [event.kind for event in events if event.data.get("status") != "QUEUED"]
    assert kinds[:2] == ["status", "step"]
    assert set(kinds[2:-1]) == {"output"}
    assert kinds[-1] == "result"
    running = next(event for event in events if event.data.get("status") == "RUNNING")
    assert set(running.data) == {"status", "attempt", "worker", "started_at"}
    assert text_of(events) == EXPECTED
    assert text_of(events, "stderr") == "bad\n"
    assert events[-1].data == api.get(execution_id)


def test_compile_step_is_told_before_the_run(api: Api) -> None:
    source = '#include <iostream>\n#warning look\nint main() { std::cout << "ran" << std::endl; }'
    events = api.follow(api.run(api.open(source, language="c++")))

    told = [(event.data["step"], event.data.get("stream")) for event in events if event.kind in {"step", "output"}]
    assert told[0] == ("compile", None)
    assert ("compile", "stderr") in told
    assert told[-2:] == [("run", None), ("run", "stdout")]


def test_output_comes_while_the_program_runs(api: Api) -> None:
    execution_id = api.run(api.open(HOLD))

    assert api.wait_for(execution_id, "output").data == {"step": "run", "stream": "stdout", "text": "begun\n"}

    assert api.get(execution_id)["status"] == "RUNNING"
    api.http.post(f"/executions/{execution_id}/cancel")


def test_listener_goes_on_after_any_event(api: Api) -> None:
    execution_id = api.run(api.open(LINES))
    events = [event for event in api.follow(execution_id) if event.id]

    for number, event in enumerate(events[:-1]):
        assert api.follow(execution_id, after=event.id) == events[number + 1 :]


def test_listener_that_breaks_off_in_the_middle_misses_nothing(api: Api) -> None:
    execution_id = api.run(
        api.open(
            LINES.replace("print(number,", "input(); print(number,"),
        ),
        stdin="\n" * 300,
    )
    heard, position = [], None

    for _ in range(1000):
        with api.following(execution_id, after=position) as events:
            event = next(event for event in events if event.id)  # one, then the connection breaks
        heard.append(event)
        position = event.id
        if event.kind == "result":
            break

    assert text_of(heard) == EXPECTED
    assert len({event.id for event in heard}) == len(heard)


def test_many_listeners_hear_the_same(root: Api) -> None:
    execution_id = root.run(root.open(LINES))

    with ThreadPoolExecutor(20) as pool:
        heard = list(pool.map(lambda _: root.follow(execution_id), range(20)))

    assert {text_of(events) for events in heard} == {EXPECTED}


def test_one_who_waits_in_the_queue_is_told_so(api: Api) -> None:
    with api.occupied():
        execution_id = api.run(api.open(), priority=-10)
        with api.following(execution_id) as events:
            first = next(events)
            api.http.post(f"/executions/{execution_id}/cancel")
            rest = list(events)

    assert (first.kind, first.data, first.id) == ("status", {"status": "QUEUED"}, "")
    assert [(event.kind, event.data["status"]) for event in rest] == [("result", "CANCELLED")]


@pytest.mark.parametrize("position", ["x", "1-x", "-1", "1 2", "\u00b2"])
def test_position_that_is_none_is_refused(root: Api, position: str) -> None:
    execution_id = root.run(root.open())
    headers = {b"Last-Event-ID": position.encode("latin-1")}
    answer = root.http.get(f"/executions/{execution_id}/events", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "position_unknown")
    root.end_of(execution_id)


@pytest.mark.parametrize("position", ["999999-0", "99999999999999999999999999-0"])
def test_position_that_is_not_there_yet_ends_with_the_result(root: Api, position: str) -> None:
    execution_id = root.run(root.open())
    root.end_of(execution_id)

    assert root.follow(execution_id, after=position)[-1].kind == "result"


def test_slow_listener_slows_nobody_and_gets_it_all(root: Api) -> None:
    source = "import sys\nfor _ in range(100): sys.stdout.write('x' * 1023 + '\\n'); sys.stdout.flush()"
    execution_id = root.run(root.open(source))
    with root.following(execution_id) as events:  # nothing is read yet
        ended = root.end_of(execution_id)
        heard = list(events)

    assert ended["status"] == "COMPLETED"
    assert text_of(heard) == ended["stdout"] == ("x" * 1023 + "\n") * 100


def test_listener_of_what_is_deleted_is_let_go(api: Api) -> None:
    session_id = api.open(HOLD)
    execution_id = api.run(session_id)
    with api.following(execution_id) as events:
        next(event for event in events if event.kind == "output")
        api.http.delete(f"/code-sessions/{session_id}")

        assert [event for event in events if event.kind != "output"] == []
