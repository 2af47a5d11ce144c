"""Keys over HTTP: what they may do, and how they come and go."""

from __future__ import annotations

import httpx
import pytest

from tests.api.accounts.conftest import (
    PASSWORD,
    PROGRAM,
    Caller,
    assert_problem,
    make_key,
)


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
