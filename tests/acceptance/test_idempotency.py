"""Idempotency-Key: a request that is sent again is the run of the first time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.acceptance.client import Api


def test_fifty_equal_requests_at_once_are_one_execution(api: Api) -> None:
    session_id, key = api.open(), str(uuid4())

    with ThreadPoolExecutor(50) as pool:
        made = set(pool.map(lambda _: _submit(api, session_id, key), range(50)))

    assert len(made) == 1
    listed = api.http.get(f"/executions/session/{session_id}").json()
    assert [each["execution_id"] for each in listed] == list(made)
    assert api.end_of(made.pop())["attempts"] == 1


def test_key_stands_for_its_run_whatever_is_typed_meanwhile(api: Api) -> None:
    session_id, key = api.open("print('first')"), str(uuid4())
    first = _submit(api, session_id, key)
    api.http.patch(f"/code-sessions/{session_id}", json={"source_code": "print('second')"})

    assert _submit(api, session_id, key) == first
    assert api.end_of(first)["stdout"] == "first\n"
    assert _submit(api, session_id, key) == first
    assert _submit(api, session_id, str(uuid4())) != first


def test_key_with_another_request_is_409(api: Api) -> None:
    session_id, other, key = api.open(), api.open(), str(uuid4())
    first = api.run(session_id, key=key, stdin="one")

    refused = [
        api.http.post(f"/code-sessions/{session_id}/run", json={"stdin": "two"}, headers={"Idempotency-Key": key}),
        api.http.post(
            f"/code-sessions/{session_id}/run", json={"version": 1, "stdin": "one"}, headers={"Idempotency-Key": key}
        ),
        api.http.post(f"/code-sessions/{session_id}/run", headers={"Idempotency-Key": key}),
        api.http.post(f"/code-sessions/{other}/run", json={"stdin": "one"}, headers={"Idempotency-Key": key}),
    ]

    assert [answer.status_code for answer in refused] == [409] * 4
    assert {answer.json()["code"] for answer in refused} == {"idempotency_key_reused"}
    assert len(api.http.get(f"/executions/session/{session_id}").json()) == 1
    api.end_of(first)


def test_key_works_where_the_session_may_run_no_more(default_api: Api) -> None:
    session_id = default_api.open()
    made = [default_api.run(session_id, key=f"{session_id}-{number}") for number in range(10)]

    again = [_submit(default_api, session_id, f"{session_id}-{number}") for number in range(10)]

    assert again == made
    assert default_api.http.post(f"/code-sessions/{session_id}/run").status_code == 429


def test_key_counts_for_who_waits_too(api: Api) -> None:
    url, headers = f"/code-sessions/{api.open()}/run", {"Idempotency-Key": str(uuid4())}

    answers = [api.http.post(url, params={"wait": wait}, headers=headers) for wait in (30, 0, 30)]

    assert [answer.status_code for answer in answers] == [200, 202, 200]
    assert len({answer.json()["execution_id"] for answer in answers}) == 1


def test_sending_again_keeps_no_version_of_what_was_typed_meanwhile(api: Api) -> None:
    session_id, key = api.open("print('first')"), str(uuid4())
    first = _submit(api, session_id, key)
    api.http.patch(f"/code-sessions/{session_id}", json={"source_code": "print('second')"})

    assert _submit(api, session_id, key) == first

    versions = api.http.get(f"/code-sessions/{session_id}/versions").json()
    assert [each["version"] for each in versions] == [1]


def test_key_of_a_session_that_is_gone_stands_for_nothing(api: Api) -> None:
    session_id, key = api.open(), str(uuid4())
    _submit(api, session_id, key)
    assert api.http.delete(f"/code-sessions/{session_id}").status_code == 204

    again = api.http.post(f"/code-sessions/{session_id}/run", headers={"Idempotency-Key": key})

    assert (again.status_code, again.json()["code"]) == (404, "session_not_found")


def _submit(api: Api, session_id: str, key: str) -> str:
    answer = api.http.post(f"/code-sessions/{session_id}/run", headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["execution_id"])
