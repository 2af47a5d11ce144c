"""Contract 1, word for word: sessions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.acceptance.client import Api

# RFC 3339, in UTC with a Z.
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z")


def is_time(text: Any) -> bool:
    return isinstance(text, str) and TIME.fullmatch(text) is not None


def is_uuid7(text: str) -> bool:
    return str(UUID(text)) == text and UUID(text).version == 7


def test_post_opens_a_session(api: Api) -> None:
    answer = api.http.post("/code-sessions", json={"language": "python", "source_code": "print(1)"})

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"session_id": answer.json()["session_id"], "status": "ACTIVE"}
    assert is_uuid7(answer.json()["session_id"])


def test_get_returns_exactly_the_six_fields(api: Api) -> None:
    before = datetime.now(UTC)
    session_id = api.open("print('héllo')\n")

    answer = api.http.get(f"/code-sessions/{session_id}")

    assert answer.status_code == 200
    session = answer.json()
    assert set(session) == {"id", "language", "source_code", "status", "created_at", "updated_at"}
    assert session["id"] == session_id
    assert (session["language"], session["source_code"], session["status"]) == ("python", "print('héllo')\n", "ACTIVE")
    assert is_time(session["created_at"])
    assert session["created_at"] == session["updated_at"]
    assert datetime.fromisoformat(session["created_at"]) >= before


def test_patch_saves_and_bumps_updated_at(api: Api) -> None:
    session_id = api.open("print(1)")
    before = api.http.get(f"/code-sessions/{session_id}").json()

    answer = api.http.patch(f"/code-sessions/{session_id}", json={"source_code": "print(2)"})

    assert answer.status_code == 200
    assert answer.json() == {"session_id": session_id, "status": "ACTIVE"}
    after = api.http.get(f"/code-sessions/{session_id}").json()
    assert after["source_code"] == "print(2)"
    assert after["created_at"] == before["created_at"]
    assert datetime.fromisoformat(after["updated_at"]) > datetime.fromisoformat(before["updated_at"])


def test_patch_twice_is_as_once_but_for_updated_at(api: Api) -> None:
    session_id = api.open("print(1)")

    answers = [api.http.patch(f"/code-sessions/{session_id}", json={"source_code": "print(3)"}) for _ in range(2)]
    sessions = [api.http.get(f"/code-sessions/{session_id}").json() for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert sessions[0] == sessions[1]
    assert sessions[0]["source_code"] == "print(3)"


def test_delete_leaves_nothing(api: Api) -> None:
    session_id = api.open()
    execution_id = api.run(session_id)
    api.end_of(execution_id)

    answer = api.http.delete(f"/code-sessions/{session_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (
        ("GET", f"/code-sessions/{session_id}"),
        ("PATCH", f"/code-sessions/{session_id}"),
        ("DELETE", f"/code-sessions/{session_id}"),
        ("POST", f"/code-sessions/{session_id}/run"),
        ("GET", f"/executions/{execution_id}"),
        ("GET", f"/executions/{execution_id}/events"),
        ("GET", f"/executions/session/{session_id}"),
    ):
        body = {"source_code": "1"} if method == "PATCH" else None
        assert api.http.request(method, path, json=body).status_code == 404, (method, path)


@pytest.mark.parametrize(
    ("alias", "language"),
    [
        ("python", "python"),
        ("Python", "python"),
        ("py", "python"),
        ("javascript", "javascript"),
        ("js", "javascript"),
        ("c++", "cpp"),
        ("C++", "cpp"),
        ("cpp", "cpp"),
    ],
)
def test_languages_go_by_their_aliases(root: Api, alias: str, language: str) -> None:
    session_id = root.open("", language=alias)

    assert root.http.get(f"/code-sessions/{session_id}").json()["language"] == language


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"language": "klingon", "source_code": ""}, 404, "unknown_language"),
        ({"source_code": ""}, 422, "invalid_request"),
        ({"language": "python"}, 422, "invalid_request"),
        ({"language": "python", "source_code": 5}, 422, "invalid_request"),
        ({"language": "python", "source_code": "", "lang": "x"}, 422, "invalid_request"),
        ({"language": "python", "source_code": "print(1)\0"}, 422, "invalid_request"),
        ({"language": "python", "source_code": "", "files": {"a": "\0"}}, 422, "invalid_request"),
        ({"language": "python", "source_code": "", "entry": "\0"}, 422, "invalid_request"),
        ([], 422, "invalid_request"),
    ],
)
def test_what_is_wrong_with_a_session_is_told(root: Api, body: Any, status: int, code: str) -> None:
    answer = root.http.post("/code-sessions", json=body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_source_may_hold_any_character_but_nul(api: Api) -> None:
    source = "# \U0001f40d \x01 \u2028 \x7f \ufffe\r\n\tprint('ü')"
    session_id = api.open(source)
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == source

    assert api.http.patch(f"/code-sessions/{session_id}", json={"source_code": source * 2}).status_code == 200

    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == source * 2


def test_source_of_50_kib_is_taken_and_one_byte_more_is_not(api: Api) -> None:
    most = "é" * (25 * 1024)
    session_id = api.open(most)

    refused = [
        api.http.post("/code-sessions", json={"language": "python", "source_code": most + "x"}),
        api.http.patch(f"/code-sessions/{session_id}", json={"source_code": most + "x"}),
    ]

    assert [answer.status_code for answer in refused] == [413, 413]
    assert {answer.json()["code"] for answer in refused} == {"source_too_long"}
    assert api.http.patch(f"/code-sessions/{session_id}", json={"source_code": most}).status_code == 200
    assert api.http.get(f"/code-sessions/{session_id}").json()["source_code"] == most


@pytest.mark.parametrize("session_id", ["18adecf7-b429-4df7-a50a-492a76fe24a4", "01890000-0000-7000-8000-000000000000"])
def test_session_that_is_not_there_is_404(api: Api, session_id: str) -> None:
    answers = [
        api.http.get(f"/code-sessions/{session_id}"),
        api.http.patch(f"/code-sessions/{session_id}", json={"source_code": ""}),
        api.http.delete(f"/code-sessions/{session_id}"),
        api.http.post(f"/code-sessions/{session_id}/run"),
        api.http.get(f"/executions/session/{session_id}"),
        api.http.get(f"/executions/{session_id}"),
        api.http.post(f"/executions/{session_id}/cancel"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


def test_sessions_are_paged_newest_first(api: Api) -> None:
    made = [api.open(f"print({number})") for number in range(5)]

    first = api.http.get("/code-sessions", params={"limit": 2}).json()
    second = api.http.get("/code-sessions", params={"limit": 3, "before": first[-1]["id"]}).json()

    assert [session["id"] for session in first + second] == made[::-1]


def test_ids_sort_by_time(root: Api) -> None:
    ids = [root.open() for _ in range(20)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 20
