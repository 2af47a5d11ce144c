"""Uploads are their owner's alone, and so are the answers of the result cache."""

from __future__ import annotations

import httpx

from tests.api.accounts.conftest import PASSWORD, LogIn, MakeUser, assert_problem
from tests.api.conftest import StartServer

ODD = {"language": "python", "source_code": "import os\nprint(os.urandom(16).hex())\n"}


def _upload(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/uploads", params={"name": "mine"}, content=content)


def test_upload_of_somebody_else_is_not_there_for_an_admin_either(
    user: httpx.Client, admin: httpx.Client, make_user: MakeUser, log_in: LogIn
) -> None:
    upload_id = _upload(user, b"secret").json()["upload_id"]

    for other in (admin, log_in(make_user(), PASSWORD)[0]):
        session_id = other.post("/code-sessions", json=ODD).json()["session_id"]
        taken = {"input_files": {"a": {"upload_id": upload_id}}}
        for answer in (
            other.get(f"/uploads/{upload_id}"),
            other.delete(f"/uploads/{upload_id}"),
            other.post(f"/code-sessions/{session_id}/run", json=taken),
        ):
            assert_problem(answer, 404, "upload_not_found")
        assert upload_id not in other.get("/uploads").text
    assert user.get(f"/uploads/{upload_id}").status_code == 200


def test_nobody_is_answered_with_what_somebody_else_has_run(
    user: httpx.Client, admin: httpx.Client, make_user: MakeUser, log_in: LogIn
) -> None:
    other = log_in(make_user(), PASSWORD)[0]
    ended = []
    for client in (user, other, user):
        session_id = client.post("/code-sessions", json=ODD).json()["session_id"]
        ended.append(client.post(f"/code-sessions/{session_id}/run?wait=60", json={"cache": True}).json())

    assert [each["cached"] for each in ended] == [False, False, True]
    assert ended[0]["stdout"] == ended[2]["stdout"] != ended[1]["stdout"]
    # The second one of the user cost nothing.
    (row,) = admin.get("/admin/usage", params={"owner_id": user.get("/auth/me").json()["id"]}).json()
    assert row["executions"] == 2
    assert abs(row["cpu_seconds"] - ended[0]["cpu_time_ms"] / 1000) < 1e-6


def test_uploads_of_one_owner_are_bounded(start_server: StartServer) -> None:
    client = start_server(RUNWARD_UPLOADS_MB="1", RUNWARD_UPLOAD_LIMIT="700000").client
    first = _upload(client, b"x" * 700_000)
    assert first.status_code == 201

    assert_problem(_upload(client, b"x" * 700_000), 409, "uploads_full")

    assert client.delete(f"/uploads/{first.json()['upload_id']}").status_code == 204
    assert _upload(client, b"x" * 700_000).status_code == 201


def test_cache_that_is_off_answers_nobody(start_server: StartServer) -> None:
    client = start_server(RUNWARD_RESULT_CACHE_HOURS="0").client
    session_id = client.post("/code-sessions", json=ODD).json()["session_id"]

    ended = [client.post(f"/code-sessions/{session_id}/run?wait=60", json={"cache": True}).json() for _ in range(2)]

    assert [each["cached"] for each in ended] == [False, False]
