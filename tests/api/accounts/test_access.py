"""Nobody gets further than they may, and no secret gets out."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.api.accounts.conftest import (
    PASSWORD,
    PROGRAM,
    Caller,
    LogIn,
    MakeUser,
    assert_problem,
    make_key,
)
from tests.api.conftest import Server

# What anybody may ask: it tells nothing of anybody.
PUBLIC = {
    ("GET", "/"),
    ("GET", "/languages"),
    ("GET", "/api/microservices/health"),
    ("GET", "/executors/{language}/health"),
    *(
        (method, f"{prefix}{path}")
        for prefix in ("", "/api/v1")
        for method, path in (
            ("GET", "/health"),
            ("GET", "/health/ready"),
            ("GET", "/health/redis"),
            ("GET", "/health/celery"),
            ("GET", "/health/status"),
            ("POST", "/auth/login"),
            ("POST", "/auth/refresh"),
        )
    ),
}


def test_whatever_is_not_public_wants_credentials(strict: Server) -> None:
    paths = strict.client.get("/openapi.json").json()["paths"]
    operations = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert operations > PUBLIC

    for method, path in sorted(operations - PUBLIC):
        there = re.sub(r"{\w+}", str(uuid4()), path.replace("{language}", "python"))
        answer = strict.client.request(method, there, json={})
        assert_problem(answer, 401, "authentication_required")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_what_wants_credentials_says_so_in_the_document(strict: Server) -> None:
    document = strict.client.get("/openapi.json").json()
    silent = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not operation.get("security")
    }

    assert silent == PUBLIC


def test_what_is_somebody_elses_is_not_there_but_for_an_admin(
    user: httpx.Client, admin: httpx.Client, make_user: MakeUser, log_in: LogIn, as_: Caller
) -> None:
    stranger = log_in(make_user(), PASSWORD)[0]
    session = user.post("/code-sessions", json=PROGRAM).json()["session_id"]
    execution = user.post(f"/code-sessions/{session}/run?wait=60").json()
    assert execution["stdout"] == "42\n"
    key = as_(X_API_Key=make_key(admin, scopes=["sessions:read", "executions:read"]))

    for path in (f"/code-sessions/{session}", f"/executions/{execution['execution_id']}"):
        assert user.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert key.get(path).status_code == 404
        assert admin.get(path).status_code == 200
    assert stranger.post(f"/code-sessions/{session}/run").status_code == 404
    assert stranger.patch(f"/code-sessions/{session}", json={"source_code": ""}).status_code == 404
    assert stranger.get("/code-sessions").json() == []
    reads = [entry["subject"] for entry in admin.get("/admin/audit", params={"action": "foreign_read"}).json()]
    assert reads == [f"execution:{execution['execution_id']}", f"session:{session}"]


def test_a_live_connection_wants_credentials_and_takes_a_token_as_a_protocol(
    strict: Server, make_user: MakeUser, log_in: LogIn
) -> None:
    user, tokens = log_in(make_user(), PASSWORD)
    session = user.post("/code-sessions", json=PROGRAM).json()["session_id"]
    execution = user.post(f"/code-sessions/{session}/run?wait=60").json()["execution_id"]
    url = f"{strict.url.replace('http', 'ws', 1)}/executions/{execution}/ws"

    with pytest.raises(InvalidStatus) as refused, connect(url, proxy=None):
        pass
    assert refused.value.response.status_code == 401
    assert b'"authentication_required"' in refused.value.response.body

    protocols = [Subprotocol("runward"), Subprotocol(f"runward.bearer.{tokens['access_token']}")]
    with connect(url, subprotocols=protocols, proxy=None) as socket:
        assert socket.subprotocol == "runward"
        assert '"COMPLETED"' in "".join(str(message) for message in socket)


def test_no_secret_is_in_the_log_the_record_or_the_database(
    strict: Server, folder: Path, make_user: MakeUser, log_in: LogIn, as_: Caller, admin: httpx.Client
) -> None:
    password = f"secret-{uuid4().hex}"
    name = make_user(password=password)
    client, tokens = log_in(name, password)
    key = make_key(client)
    as_(X_API_Key=key).post("/executors/python/execute", json={"code": "print(1)"})
    wrong = f"wrong-{uuid4().hex}"
    strict.client.post("/auth/login", json={"username": name, "password": wrong})
    strict.client.post("/auth/login", json={"username": name, "password": [wrong]})
    strict.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"][:-3] + "abc"})
    as_(X_API_Key=key[:-1]).get("/auth/me")

    places = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "secret-key"]
    places.append(admin.get("/admin/audit", params={"limit": 500}).content)
    secret_key = (folder / "data" / "secret-key").read_text()
    signatures = [token.rpartition(".")[2] for token in (tokens["access_token"], tokens["refresh_token"])]
    for secret in (password, wrong, key[11:-1], secret_key, *signatures):
        assert not [place for place in places if secret.encode() in place]
    assert any(name.encode() in place for place in places)
