"""Who must say who they are follows from where the server listens; and its secret is chosen, or kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from runward.accounts import AuthMode, Role
from runward.accounts.audit import Actor
from runward.accounts.keys import NewKey
from runward.settings import SettingsError, load_settings
from runward.store import Database
from runward.wiring.accounts import auth_mode, open_accounts, open_administration

SECRET = "0123456789abcdef0123456789abcdef"
ACTOR = Actor(id=None, name="tester")
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("host", "auth", "mode"),
    [
        ("127.0.0.1", None, AuthMode.OPEN),
        ("127.8.9.1", None, AuthMode.OPEN),
        ("::1", None, AuthMode.OPEN),
        ("localhost", None, AuthMode.OPEN),
        ("localhost", "open", AuthMode.OPEN),
        ("127.0.0.1", "required", AuthMode.REQUIRED),
        ("0.0.0.0", None, AuthMode.REQUIRED),
        ("::", None, AuthMode.REQUIRED),
        ("192.0.2.7", None, AuthMode.REQUIRED),
        ("no-such-host.invalid", None, AuthMode.REQUIRED),
        ("0.0.0.0", "required", AuthMode.REQUIRED),
    ],
)
def test_open_is_for_this_machine_alone(host: str, auth: str | None, mode: AuthMode) -> None:
    assert auth_mode(load_settings(HOST=host, RUNWARD_AUTH=auth)) is mode


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "no-such-host.invalid"])
def test_open_where_others_can_call_stops_the_start(host: str) -> None:
    with pytest.raises(SettingsError, match=f"RUNWARD_AUTH: open .* {host} is not one; listen on 127.0.0.1"):
        auth_mode(load_settings(HOST=host, RUNWARD_AUTH="open"))


def test_in_production_the_secret_is_chosen(database: Database, tmp_path: Path) -> None:
    settings = load_settings(RUNWARD_AUTH="required", ENVIRONMENT="production")

    with pytest.raises(SettingsError, match="SECRET_KEY: in production it must be set"):
        open_accounts(settings, database, data_dir=tmp_path)


async def test_a_secret_that_nobody_chose_is_the_same_at_the_next_start(database: Database, tmp_path: Path) -> None:
    settings = load_settings(RUNWARD_AUTH="required")
    first = open_accounts(settings, database, data_dir=tmp_path / "data")
    await first.users.create("ada", PASSWORD, role=Role.USER, actor=ACTOR)
    pair = await first.logins.log_in("ada", PASSWORD, address=None)
    await first.close()

    second = open_accounts(settings, database, data_dir=tmp_path / "data")

    assert (await second.authenticate(pair.access_token, address=None)).name == "ada"
    await second.close()


async def test_a_chosen_secret_is_used_and_none_is_kept(database: Database, tmp_path: Path) -> None:
    settings = load_settings(RUNWARD_AUTH="required", ENVIRONMENT="production", SECRET_KEY=SECRET)

    accounts = open_accounts(settings, database, data_dir=tmp_path / "data")

    assert not (tmp_path / "data").exists()
    await accounts.close()


async def test_keys_that_a_command_makes_open_the_server(database: Database, tmp_path: Path) -> None:
    settings = load_settings(RUNWARD_AUTH="required", API_KEY_SECRET="pepper of these tests")
    command = open_administration(settings, database)
    user = await command.users.create("ada", PASSWORD, role=Role.USER, actor=ACTOR)
    made = await command.keys.create(user.id, NewKey(name="x", scopes=frozenset()), actor=ACTOR)
    server = open_accounts(settings, database, data_dir=tmp_path)

    assert (await server.authenticate(made.secret, address=None)).account_id == user.id
    await command.close()
    await server.close()
