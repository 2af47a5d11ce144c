"""`runward admin` makes the first admin and whatever else cannot be done over HTTP yet."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runward.store.migrations import latest_revision
from tests.servers.postgresql import Postgresql

PASSWORD = "correct horse battery staple"
Admin = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    """Return a function that runs the command on a database of the test's own."""

    def run(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from runward.cli import main; main()", "admin", *arguments],
            env={**os.environ, "RUNWARD_DATA_DIR": f"{tmp_path}/data", "COLUMNS": "200", **environment},
            input=typed,
            capture_output=True,
            text=True,
        )

    return run


def test_users_and_keys_are_made_changed_and_on_record(admin: Admin) -> None:
    assert admin("create-user", "ada", "--role", "admin", typed=PASSWORD).returncode == 0
    generated = admin("create-user", "bob", "--generate")
    assert re.search(r"^password: [\w-]{24}$", generated.stdout, re.MULTILINE)
    made = admin("create-key", "BOB", "--name", "ci", "--scope", "executors:run", "--expires", "90d")
    key_id = re.findall(r"^id: (.+)$", made.stdout, re.MULTILINE)[0]
    assert re.search(r"^key: rw_[\w-]{43}$", made.stdout, re.MULTILINE)
    assert admin("revoke-key", key_id).returncode == 0
    assert admin("set-role", "bob", "admin").returncode == 0
    assert admin("deactivate", "ada").returncode == 0

    users = json.loads(admin("list-users", "--json").stdout)
    record = admin("audit", "--json").stdout

    assert [(user["username"], user["role"], user["active"]) for user in users] == [
        ("ada", "admin", False),
        ("bob", "admin", True),
    ]
    assert [json.loads(line)["action"] for line in record.splitlines()] == [
        "user_changed",
        "user_changed",
        "key_revoked",
        "key_created",
        "user_created",
        "user_created",
    ]
    assert PASSWORD not in record
    assert re.search(r"^ada +admin +not active", admin("list-users").stdout, re.MULTILINE)
    assert "key_revoked key:" in admin("audit").stdout


def test_what_cannot_be_done_is_one_line_and_leaves_nothing(admin: Admin) -> None:
    cases = {
        ("create-user", "ada"): "a password has 12 to 256 characters",
        ("create-user", "a b", "--generate"): "a user's name is 1 to 64",
        ("create-key", "nobody", "--name", "x"): "there is no user nobody",
        ("create-key", "nobody", "--name", "x", "--network", "home"): "is no address or network",
        ("deactivate", "nobody"): "there is no user nobody",
    }
    for arguments, words in cases.items():
        done = admin(*arguments, typed="short")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("runward: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1

    assert json.loads(admin("list-users", "--json").stdout) == []


def test_only_the_owner_may_read_what_is_kept(admin: Admin, tmp_path: Path) -> None:
    admin("create-user", "ada", "--generate")

    kept = [tmp_path / "data", *(tmp_path / "data").iterdir()]
    assert len(kept) > 1
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept] == [0] * len(kept)


def test_postgresql_is_migrated_by_command_and_refused_before(admin: Admin, postgresql: Postgresql) -> None:
    url = postgresql.create_database()
    before = admin("list-users", DATABASE_URL=url)
    assert before.returncode == 125
    assert "run: runward admin migrate" in before.stderr

    first, second = admin("migrate", DATABASE_URL=url), admin("migrate", DATABASE_URL=url)

    wanted = latest_revision()
    assert first.stdout == f"the schema was at nothing, and is at {wanted}\n"
    assert second.stdout == f"the schema was at {wanted}, and is at {wanted}\n"
    assert admin("create-user", "ada", "--generate", DATABASE_URL=url).returncode == 0
    postgresql.drop_database(url)
