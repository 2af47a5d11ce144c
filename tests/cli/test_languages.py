"""`runward languages`: list, check, and show what an installation would do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]

NINE = {"python", "javascript", "typescript", "java", "c", "cpp", "csharp", "go", "rust"}


def test_list_names_all_with_versions_or_what_installs_them(runward: Runward) -> None:
    document = json.loads(runward("languages", "--json").stdout)

    assert {language["id"] for language in document} >= NINE
    for language in document:
        assert bool(language["version"]) is language["available"]
        assert bool(language["install"]) is not language["available"]


def test_table_names_all(runward: Runward) -> None:
    table = runward("languages", COLUMNS="200").stdout.decode()

    assert all(name in table for name in NINE)


def test_check_runs_hello_worlds_for_real(runward: Runward) -> None:
    result = runward("languages", "check", "python", "c++", "--json")

    assert result.returncode == 0, result.stdout
    checks = json.loads(result.stdout)
    assert [list(check) for check in checks] == [["id", "version", "ok", "detail"]] * 2
    assert [(check["id"], check["ok"]) for check in checks] == [("python", True), ("cpp", True)]


def test_check_of_an_unknown_language_is_wrong_usage(runward: Runward) -> None:
    result = runward("languages", "check", "klingon")

    assert result.returncode == 2
    assert b"known are: " in result.stderr


def test_install_of_what_is_here_does_nothing(runward: Runward) -> None:
    result = runward("languages", "install", "--dry-run", "python")

    assert (result.returncode, result.stdout) == (0, b"")
    assert b"python is here already" in result.stderr


def test_install_needs_names_or_all(runward: Runward) -> None:
    for arguments in ([], ["python", "--all"]):
        result = runward("languages", "install", *arguments)
        assert result.returncode == 2
        assert b"--all" in result.stderr
