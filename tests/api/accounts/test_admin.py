"""What admins do and see over HTTP."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.api.accounts.conftest import (
    ADMIN,
    PASSWORD,
    LogIn,
    assert_problem,
)
from tests.api.conftest import Server


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
