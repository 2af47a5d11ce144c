"""A server that wants to know who calls, and callers of every kind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.api.conftest import RUNWARD, Server, started
from tests.folders import shared_folder

ADMIN, ADMIN_PASSWORD = "root1", "an admin's long password"
PASSWORD = "correct horse battery staple"
PROGRAM = {"language": "python", "source_code": "print(6 * 7)"}
Caller = Callable[..., httpx.Client]
LogIn = Callable[..., tuple[httpx.Client, dict[str, str]]]
MakeUser = Callable[..., str]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with shared_folder() as folder:  # the server becomes another user, who has to get there
        yield folder


@pytest.fixture(scope="module")
def strict(folder: Path) -> Iterator[Server]:
    """Return a server that asks who calls, and logs all it can; one for each file: some make admins of anybody."""
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
def make_user(admin: httpx.Client) -> MakeUser:
    """Return a function that makes a user of a new name, and returns it."""

    def make(**more: object) -> str:
        name = f"user-{uuid4().hex[:8]}"
        answer = admin.post("/admin/users", json={"username": name, "password": PASSWORD, **more})
        assert answer.status_code == 201, answer.text
        return name

    return make


@pytest.fixture
def user(make_user: MakeUser, log_in: LogIn) -> httpx.Client:
    """Return the client of a user who was just made and has logged in."""
    return log_in(make_user(), PASSWORD)[0]


def make_key(user: httpx.Client, **wish: object) -> str:
    """Make a key of a user, and return it."""
    answer = user.post("/api-keys", json={"name": "test", **wish})
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["key"]
    return key


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    """Assert that the answer is this problem."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
