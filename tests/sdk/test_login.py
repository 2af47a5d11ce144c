"""A server that asks who calls: log-ins and API keys, for calls, events and live connections alike."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from runward.sdk import Client, Forbidden, NotFound, ResultEvent, Unauthorized
from tests.api.conftest import RUNWARD, Server, started
from tests.folders import shared_folder
from tests.sdk.conftest import Open

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    """Return a server with two users."""
    with shared_folder() as folder:  # the server becomes another user, who has to get there
        environment = {"RUNWARD_AUTH": "required", "RUNWARD_DATA_DIR": f"{folder}/data"}
        for name in ("ada", "bob"):
            command = [*RUNWARD, "admin", "create-user", name]
            subprocess.run(command, env={**os.environ, **environment}, input=PASSWORD, text=True, check=True)
        with started(["serve"], environment) as server:
            yield server


def make_key(server: Server, **wish: object) -> str:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        login = client.post("/auth/login", json={"username": "ada", "password": PASSWORD}).json()
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        key: str = client.post("/api-keys", json={"name": "test", **wish}, headers=headers).json()["key"]
        return key


def check_all_faces(client: Client) -> None:
    session = client.sessions.create("python", "print(input())")
    run = client.sessions.run(session.id, interactive=True)
    with run.connect() as live:
        live.send("hello\n")
        last = list(live)[-1]
    assert isinstance(last, ResultEvent)
    assert (last.execution.stdout, "".join(run.output())) == ("hello\n", "hello\n")
    client.sessions.delete(session.id)


def test_who_has_logged_in_may_do_all(open_client: Open, strict: Server) -> None:
    client = open_client(strict.url)
    client.login("ada", PASSWORD)

    check_all_faces(client)
    client.logout()

    with pytest.raises(Unauthorized):
        client.sessions.list()


def test_who_has_a_key_may_do_all(open_client: Open, strict: Server) -> None:
    check_all_faces(open_client(strict.url, api_key=make_key(strict)))


def test_a_key_may_do_no_more_than_it_says(open_client: Open, strict: Server) -> None:
    client = open_client(strict.url, api_key=make_key(strict, scopes=["sessions:read"]))

    assert client.sessions.list() == []
    with pytest.raises(Forbidden):
        client.sessions.create("python", "print(1)")


def test_what_is_somebody_elses_is_not_there(open_client: Open, strict: Server) -> None:
    ada, bob = open_client(strict.url), open_client(strict.url)
    ada.login("ada", PASSWORD)
    bob.login("bob", PASSWORD)
    session = ada.sessions.create("python", "print(1)")
    run = ada.sessions.run(session.id)

    with pytest.raises(NotFound):
        bob.sessions.get(session.id)
    with pytest.raises(NotFound):
        list(bob.executions.events(run.execution_id))
    with pytest.raises(NotFound), bob.executions.follow(run.execution_id).connect():
        pass
    ada.sessions.delete(session.id)


def test_nobody_may_do_nothing_and_is_told_so(open_client: Open, strict: Server) -> None:
    client = open_client(strict.url)

    with pytest.raises(Unauthorized) as caught:
        client.run("python", "print(1)")
    with pytest.raises(Unauthorized):
        client.login("ada", "not her password")
    with pytest.raises(Unauthorized), client.executions.follow("0" * 32).connect():
        pass

    assert caught.value.correlation_id
