"""Versions of a session's code: kept, listed, compared, restored, run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.acceptance.client import Api
from tests.acceptance.test_sessions import is_time


def test_what_is_run_is_kept(api: Api) -> None:
    session_id = api.open("print(1)")
    assert api.http.get(f"/code-sessions/{session_id}/versions").json() == []

    for source in ("print(1)", "print(1)", "print(2)"):
        _save(api, session_id, source)
        api.end_of(api.run(session_id))

    versions = api.http.get(f"/code-sessions/{session_id}/versions").json()
    assert [(each["version"], each["message"]) for each in versions] == [(2, "run"), (1, "run")]
    assert all(set(each) == {"version", "message", "created_at"} for each in versions)
    assert all(is_time(each["created_at"]) for each in versions)


def test_keep_and_get(api: Api) -> None:
    session_id = api.open("import a", files={"a.py": ""}, entry="start.py")

    kept = api.http.post(f"/code-sessions/{session_id}/versions", json={"message": "mine"})
    again = api.http.post(f"/code-sessions/{session_id}/versions")

    assert (kept.status_code, kept.json()["version"], kept.json()["message"]) == (201, 1, "mine")
    assert again.json() == kept.json()
    assert api.http.get(f"/code-sessions/{session_id}/versions/1").json() == {
        **kept.json(),
        "source_code": "import a",
        "files": {"a.py": ""},
        "entry": "start.py",
    }


def test_pages_begin_before_a_number(api: Api) -> None:
    session_id = api.open()
    for number in range(1, 6):
        _save(api, session_id, f"print({number})")
        _keep(api, session_id)

    first = api.http.get(f"/code-sessions/{session_id}/versions", params={"limit": 2}).json()
    rest = api.http.get(f"/code-sessions/{session_id}/versions", params={"before": first[-1]["version"]}).json()

    assert [each["version"] for each in first + rest] == [5, 4, 3, 2, 1]


def test_diff(api: Api) -> None:
    session_id = api.open("a\nb\nc\n", files={"more.py": "x\n"})
    _keep(api, session_id)
    changed = {"source_code": "a\nB\nc\n", "files": {"other.py": "y\u2028z"}}
    assert api.http.patch(f"/code-sessions/{session_id}", json=changed).status_code == 200
    _keep(api, session_id)

    diff = api.http.get(f"/code-sessions/{session_id}/versions/1/diff", params={"against": 2}).json()
    nothing = api.http.get(f"/code-sessions/{session_id}/versions/2/diff", params={"against": 2}).json()

    assert (diff["from_version"], diff["to_version"], nothing["diff"]) == (1, 2, "")
    lines = diff["diff"].split("\n")
    expected = {"-b", "+B", "-x", "+y\u2028z", "--- more.py@1", "+++ other.py@2", "\\ No newline at end of file"}
    assert expected <= set(lines)


def test_restore_loses_nothing(api: Api) -> None:
    session_id = api.open("print('one')")
    _keep(api, session_id)
    _save(api, session_id, "print('unsaved work')")

    restored = api.http.post(f"/code-sessions/{session_id}/versions/1/restore")

    assert (restored.status_code, restored.json()["version"]) == (200, 3)
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == "print('one')"
    sources = [_source(api, session_id, number) for number in (1, 2, 3)]
    assert sources == ["print('one')", "print('unsaved work')", "print('one')"]


def test_version_is_run_without_touching_the_code(api: Api) -> None:
    session_id = api.open("print('old')")
    _keep(api, session_id)
    _save(api, session_id, "print('new')")

    assert api.end_of(api.run(session_id, version=1))["stdout"] == "old\n"
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == "print('new')"


def test_version_that_is_not_there_is_404(api: Api) -> None:
    session_id = api.open()

    answers = [
        api.http.get(f"/code-sessions/{session_id}/versions/1"),
        api.http.get(f"/code-sessions/{session_id}/versions/1/diff", params={"against": 1}),
        api.http.post(f"/code-sessions/{session_id}/versions/1/restore"),
        api.http.post(f"/code-sessions/{session_id}/run", json={"version": 1}),
    ]

    assert {answer.status_code for answer in answers} == {404}


def test_saving_running_and_restoring_at_once_lose_nothing(api: Api) -> None:
    session_id = api.open("print('start')")
    _keep(api, session_id)
    sources = {number: f"print({number})" for number in range(30)}

    def act(number: int) -> tuple[str, Any]:
        match number % 3:
            case 0:
                return "saved", _save(api, session_id, sources[number])
            case 1:
                return "run", api.run(session_id)
            case _:
                return "restored", api.http.post(f"/code-sessions/{session_id}/versions/1/restore").json()["version"]

    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(act, range(30)))

    versions = api.http.get(f"/code-sessions/{session_id}/versions", params={"limit": 200}).json()
    numbers = [each["version"] for each in versions]
    assert numbers == list(range(len(numbers), 0, -1))
    kept = {number: _source(api, session_id, number) for number in numbers}
    possible = {*sources.values(), "print('start')"}
    assert set(kept.values()) <= possible
    assert all(kept[number] == "print('start')" for kind, number in done if kind == "restored")
    for execution_id in (what for kind, what in done if kind == "run"):
        ended = api.end_of(execution_id)
        assert ended["status"] == "COMPLETED"
        assert f"print({ended['stdout'].strip()})" in possible | {"print(start)"}
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] in possible


def _save(api: Api, session_id: str, source: str) -> str:
    answer = api.http.patch(f"/code-sessions/{session_id}", json={"source_code": source})
    assert answer.status_code == 200, answer.text
    return source


def _keep(api: Api, session_id: str) -> None:
    assert api.http.post(f"/code-sessions/{session_id}/versions").status_code == 201


def _source(api: Api, session_id: str, number: int) -> str:
    source: str = api.http.get(f"/code-sessions/{session_id}/versions/{number}").json()["source_code"]
    return source
