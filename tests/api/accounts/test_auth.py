"""Logging in and out over HTTP."""

from __future__ import annotations

import httpx

from tests.api.accounts.conftest import (
    ADMIN,
    PASSWORD,
    Caller,
    LogIn,
    MakeUser,
    assert_problem,
)
from tests.api.conftest import Server


def test_who_logs_in_is_told_who_they_are(user: httpx.Client) -> None:
    me = user.get("/auth/me").json()

    assert (me["role"], me["key_id"]) == ("user", None)
    assert "admin" not in me["scopes"]
    assert user.get("/api/v1/auth/me").json() == me


def test_a_login_goes_on_by_its_refresh_token_until_it_is_ended(
    strict: Server, make_user: MakeUser, log_in: LogIn, as_: Caller
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


def test_a_new_password_is_the_only_one(strict: Server, make_user: MakeUser, log_in: LogIn) -> None:
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
