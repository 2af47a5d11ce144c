"""A server that wants to know who calls: log-ins, keys, scopes, owners and quotas, over HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.api.conftest import RUNWARD, Server, started

ADMIN, ADMIN_PASSWORD = "root1", "an admin's long password"
PASSWORD = "correct horse battery staple"
PROGRAM = {"language": "python", "source_code": "print(6 * 7)"}
# What anybody may ask: it tells nothing of anybody.
PUBLIC = {
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/languages"),
    ("GET", "/api/microservices/health"),
    ("GET", "/executors/{language}/health"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="runward-") as path:
        # The server becomes another user, who has to get there.
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture(scope="module")
def strict(folder: Path) -> Iterator[Server]:
    """Return a server that asks who calls, and logs all it can."""
    environment = {
        "RUNWARD_AUTH": "required",
        "RUNWARD_DATA_DIR": f"{folder}/data",
        "RATE_LIMIT_PER_MINUTE": "10000",
        "DEBUG": "true",
        "LOG_FILE": f"{folder}/server.log",
    }
    command = [*RUNWARD, "admin", "create-user", ADMIN, "--role", "admin"]
    subprocess.run(command, env={**os.environ, **environment}, input=ADMIN_PASSWORD, text=True, check=True)
    with started(["serve"], environment) as server:
        yield server


Caller = Callable[..., httpx.Client]


@pytest.fixture
def as_(strict: Server) -> Iterator[Caller]:
    """Return a function that makes a client with these headers."""
    clients: list[httpx.Client] = []

    def make(**headers: str) -> httpx.Client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        clients.append(httpx.Client(base_url=strict.url, timeout=120, trust_env=False, headers=named))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


LogIn = Callable[..., tuple[httpx.Client, dict[str, str]]]


@pytest.fixture
def log_in(as_: Caller, strict: Server) -> LogIn:
    """Return a function that logs a user in, and returns a client of theirs and their tokens."""

    def log_in_as(username: str, password: str) -> tuple[httpx.Client, dict[str, str]]:
        answer = strict.client.post("/auth/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        return as_(Authorization=f"Bearer {tokens['access_token']}"), tokens

    return log_in_as


@pytest.fixture
def admin(log_in: LogIn) -> httpx.Client:
    return log_in(ADMIN, ADMIN_PASSWORD)[0]


@pytest.fixture
def make_user(admin: httpx.Client) -> Callable[..., str]:
    """Return a function that makes a user of a new name, and returns it."""

    def make(**more: object) -> str:
        name = f"user-{uuid4().hex[:8]}"
        answer = admin.post("/admin/users", json={"username": name, "password": PASSWORD, **more})
        assert answer.status_code == 201, answer.text
        return name

    return make


@pytest.fixture
def user(make_user: Callable[..., str], log_in: LogIn) -> httpx.Client:
    """Return the client of a user who was just made and has logged in."""
    return log_in(make_user(), PASSWORD)[0]


def make_key(user: httpx.Client, **wish: object) -> str:
    answer = user.post("/api-keys", json={"name": "test", **wish})
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["key"]
    return key


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


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


def test_who_logs_in_is_told_who_they_are(user: httpx.Client) -> None:
    me = user.get("/auth/me").json()

    assert (me["role"], me["key_id"]) == ("user", None)
    assert "admin" not in me["scopes"]
    assert user.get("/api/v1/auth/me").json() == me


def test_a_login_goes_on_by_its_refresh_token_until_it_is_ended(
    strict: Server, make_user: Callable[..., str], log_in: LogIn, as_: Caller
) -> None:
    _, tokens = log_in(make_user(), PASSWORD)
    answer = strict.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 200
    renewed = as_(Authorization=f"Bearer {answer.json()['access_token']}")
    assert renewed.get("/auth/me").status_code == 200

    assert renewed.post("/auth/logout", json={"everywhere": True}).status_code == 204

    refused = renewed.get("/auth/me")
    assert_problem(refused, 401, "credentials_refused")
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    again = strict.client.post("/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]})
    assert_problem(again, 401, "credentials_refused")


def test_a_wrong_password_is_refused(strict: Server) -> None:
    answer = strict.client.post("/auth/login", json={"username": ADMIN, "password": "wrong"})

    assert_problem(answer, 401, "login_refused")


def test_a_new_password_is_the_only_one(strict: Server, make_user: Callable[..., str], log_in: LogIn) -> None:
    name = make_user()
    client, _ = log_in(name, PASSWORD)
    new = "another password of some length"

    changed = client.post("/auth/password", json={"current_password": PASSWORD, "new_password": new})
    assert changed.status_code == 204

    assert_problem(
        strict.client.post("/auth/login", json={"username": name, "password": PASSWORD}), 401, "login_refused"
    )
    log_in(name, new)
    wrong = client.post("/auth/password", json={"current_password": PASSWORD, "new_password": new})
    assert_problem(wrong, 403, "password_wrong")


def test_a_key_does_what_it_may_in_either_header(user: httpx.Client, as_: Caller) -> None:
    key = make_key(user, scopes=["executors:run"])

    for client in (as_(X_API_Key=key), as_(Authorization=f"bearer {key}")):
        done = client.post("/executors/python/execute", json={"code": "print(6 * 7)"})
        assert (done.status_code, done.json().get("output")) == (200, "42\n")
        assert_problem(client.post("/code-sessions", json=PROGRAM), 403, "scope_missing")
        assert_problem(client.get("/admin/users"), 403, "scope_missing")


def test_a_key_makes_no_keys_and_changes_no_password(user: httpx.Client, as_: Caller) -> None:
    client = as_(X_API_Key=make_key(user))

    assert_problem(client.get("/api-keys"), 403, "login_needed")
    assert_problem(client.post("/api-keys", json={"name": "more"}), 403, "login_needed")
    change = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
    assert_problem(client.post("/auth/password", json=change), 403, "login_needed")


def test_a_key_is_shown_once_replaced_and_revoked(user: httpx.Client, as_: Caller) -> None:
    made = user.post("/api-keys", json={"name": "ci", "expires_in_days": 1, "allowed_networks": ["127.0.0.1"]}).json()
    assert made["allowed_networks"] == ["127.0.0.1/32"]
    (listed,) = user.get("/api-keys").json()
    assert made == {**listed, "key": made["key"]}

    replaced = user.post(f"/api-keys/{made['id']}/rotate", json={"overlap_seconds": 3600})
    assert replaced.status_code == 201
    old, new = as_(X_API_Key=made["key"]), as_(X_API_Key=replaced.json()["key"])
    assert [client.get("/auth/me").status_code for client in (old, new)] == [200, 200]
    assert_problem(user.post(f"/api-keys/{made['id']}/rotate"), 409, "key_ended")

    assert user.delete(f"/api-keys/{made['id']}").status_code == 204
    assert_problem(old.get("/auth/me"), 401, "credentials_refused")
    assert new.get("/auth/me").status_code == 200


def test_a_key_of_another_network_is_refused_whatever_the_call_says_of_itself(user: httpx.Client, as_: Caller) -> None:
    key = make_key(user, allowed_networks=["192.0.2.0/24"])

    assert_problem(as_(X_API_Key=key, X_Forwarded_For="192.0.2.7").get("/auth/me"), 403, "address_refused")


@pytest.mark.parametrize(
    "wish",
    [
        {"scopes": ["everything"]},
        {"scopes": []},
        {"allowed_networks": ["home"]},
        {"expires_in_days": 0},
        {"quotas": {"runs_per_minute": 0}},
        {"quotas": {"runs_per_second": 1}},
        {"name": ""},
        {"name": "a\nb"},
    ],
)
def test_a_key_that_cannot_be_is_told_which_field_is_wrong(user: httpx.Client, wish: dict[str, object]) -> None:
    answer = user.post("/api-keys", json={"name": "test", **wish})

    assert_problem(answer, 422, "invalid_request")
    (name,) = wish
    assert answer.json()["errors"][0]["field"].startswith(f"body.{name}")


def test_nobody_gives_a_key_what_they_may_not_do(user: httpx.Client) -> None:
    assert_problem(user.post("/api-keys", json={"name": "x", "scopes": ["admin"]}), 403, "scope_not_yours")


def test_what_is_somebody_elses_is_not_there_but_for_an_admin(
    user: httpx.Client, admin: httpx.Client, make_user: Callable[..., str], log_in: LogIn, as_: Caller
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


def test_a_quota_is_told_in_headers_and_holds(user: httpx.Client, as_: Caller) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"runs_per_minute": 2}))
    session = client.post("/code-sessions", json=PROGRAM).json()["session_id"]

    told = [client.post(f"/code-sessions/{session}/run").headers for _ in range(2)]
    refused = client.post(f"/code-sessions/{session}/run")

    assert [each["ratelimit-remaining"] for each in told] == ["1", "0"]
    assert told[0]["ratelimit-limit"] == "2"
    assert_problem(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-remaining"] == "0"
    assert client.get(f"/code-sessions/{session}").status_code == 200


def test_runs_are_charged_until_the_days_cpu_time_is_used_up(
    user: httpx.Client, admin: httpx.Client, as_: Caller
) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"cpu_seconds_per_day": 1}))
    busy = "import time\nwhile time.process_time() < 1.2: pass\n"
    session = client.post("/code-sessions", json={"language": "python", "source_code": busy}).json()["session_id"]
    ended = client.post(f"/code-sessions/{session}/run?wait=60").json()
    assert ended["status"] == "COMPLETED"

    assert_problem(client.post(f"/code-sessions/{session}/run"), 429, "quota_used_up")
    me = client.get("/auth/me").json()
    (row,) = admin.get("/admin/usage", params={"owner_id": me["id"]}).json()
    assert (row["key_id"], row["executions"]) == (me["key_id"], 1)
    assert row["cpu_seconds"] == pytest.approx(ended["cpu_time_ms"] / 1000)
    assert row["memory_peak_bytes"] == ended["memory_peak_bytes"]


def test_programs_that_are_run_at_once_are_counted_and_charged_too(user: httpx.Client, as_: Caller) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"runs_per_minute": 9, "cpu_seconds_per_day": 1}))
    slow = {"code": "import time\ntime.sleep(1.1)\n"}

    first = client.post("/executors/python/execute", json=slow)
    assert (first.status_code, first.headers["ratelimit-remaining"]) == (200, "8")

    assert_problem(client.post("/executors/python/execute", json=slow), 429, "quota_used_up")


def test_an_admin_makes_and_changes_users(admin: httpx.Client, strict: Server, log_in: LogIn) -> None:
    name = f"Someone-{uuid4().hex[:8]}"
    made = admin.post("/admin/users", json={"username": name, "password": PASSWORD, "email": "a@example.org"})
    assert made.status_code == 201
    assert PASSWORD not in made.text
    twice = admin.post("/admin/users", json={"username": name.upper(), "password": PASSWORD})
    assert_problem(twice, 409, "username_taken")
    client, _ = log_in(name, PASSWORD)

    changed = admin.patch(f"/admin/users/{made.json()['id']}", json={"active": False, "quotas": {"concurrent_runs": 1}})

    assert changed.json() == {
        **made.json(),
        "active": False,
        "quotas": {**made.json()["quotas"], "concurrent_runs": 1},
    }
    assert_problem(client.get("/auth/me"), 401, "credentials_refused")
    assert_problem(
        strict.client.post("/auth/login", json={"username": name, "password": PASSWORD}), 401, "login_refused"
    )
    assert changed.json() in admin.get("/admin/users", params={"limit": 500}).json()


def test_the_last_admin_stays_and_who_is_none_is_told(admin: httpx.Client) -> None:
    own = admin.get("/auth/me").json()["id"]

    assert_problem(admin.patch(f"/admin/users/{own}", json={"role": "user"}), 409, "last_admin")
    assert_problem(admin.patch(f"/admin/users/{uuid4()}", json={"active": True}), 404, "user_not_found")


def test_the_record_is_read_page_by_page_with_the_callers_request_id(admin: httpx.Client) -> None:
    for number in range(3):
        headers = {"X-Request-ID": f"record-{number}"}
        assert admin.post("/api-keys", json={"name": f"key {number}"}, headers=headers).status_code == 201

    first = admin.get("/admin/audit", params={"action": "key_created", "limit": 2}).json()
    rest = admin.get("/admin/audit", params={"action": "key_created", "limit": 1, "before": first[-1]["id"]}).json()

    entries = [*first, *rest]
    assert [entry["correlation_id"] for entry in entries] == ["record-2", "record-1", "record-0"]
    assert {entry["actor"] for entry in entries} == {f"user:{ADMIN}"}
    assert {entry["address"] for entry in entries} == {"127.0.0.1"}


def test_a_live_connection_wants_credentials_and_takes_a_token_as_a_protocol(
    strict: Server, make_user: Callable[..., str], log_in: LogIn
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
        assert '"COMPLETED"' in "".join(str(message) for message in socket)


def test_no_secret_is_in_the_log_the_record_or_the_database(
    strict: Server, folder: Path, make_user: Callable[..., str], log_in: LogIn, as_: Caller, admin: httpx.Client
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
