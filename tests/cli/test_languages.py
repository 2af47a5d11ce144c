"""`runward languages`: list, check, and show what an installation would do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from runward.languages.registry import definition_files

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]

LUA = next(path for path in definition_files() if path.stem == "lua")
NINE = {"python", "javascript", "typescript", "java", "c", "cpp", "csharp", "go", "rust"}


def test_list_names_all_with_versions_or_what_installs_them(runward: Runward) -> None:
    document = json.loads(runward("languages", "--json").stdout)

    assert {language["id"] for language in document} >= NINE
    for language in document:
        assert bool(language["version"]) is language["available"]
        assert bool(language["install"]) is not language["available"]


def test_table_has_one_row_a_language_in_a_narrow_terminal(runward: Runward) -> None:
    table = runward("languages", COLUMNS="80").stdout.decode()

    names = [language["id"] for language in json.loads(runward("languages", "--json").stdout)]
    assert [row.split()[0] for row in table.splitlines()[1 : len(names) + 1]] == names


def test_table_tells_how_to_bring_what_is_missing(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "lua.toml").write_text(LUA.read_text().replace('"/usr/bin/lua5.4", ', "").replace("lua", "moon"))

    table = runward("languages", RUNWARD_LANGUAGE_DIRS=str(tmp_path)).stdout.decode()

    assert "runward languages install moon" in table


def test_check_runs_programs_for_real(runward: Runward) -> None:
    result = runward("languages", "check", "python", "c++", "--json")

    assert result.returncode == 0, result.stdout
    checks = json.loads(result.stdout)
    assert [list(check) for check in checks] == [["id", "version", "ok", "failed", "detail"]] * 2
    assert [(check["id"], check["ok"], check["failed"]) for check in checks] == [
        ("python", True, []),
        ("cpp", True, []),
    ]


def test_check_tells_which_programs_went_wrong(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "lua.toml").write_text(LUA.read_text().replace(":upper()", "").replace("while true do end", "local x"))

    result = runward("languages", "check", "lua", "bash", RUNWARD_LANGUAGE_DIRS=str(tmp_path))

    assert result.returncode == 1
    lua, bash = result.stdout.decode().splitlines()
    assert lua.split()[:2] == ["lua", "FAILED"]
    assert "stdin: its input did not come back" in lua
    assert "busy: a program that computes for ever ended as exited" in lua
    assert bash.split()[:2] == ["bash", "ok"]


def test_quick_check_runs_the_hello_world_alone(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "lua.toml").write_text(LUA.read_text().replace("while true do end", "local x"))

    result = runward("languages", "check", "lua", "--quick", RUNWARD_LANGUAGE_DIRS=str(tmp_path))

    assert (result.returncode, result.stdout.split()[:2]) == (0, [b"lua", b"ok"])


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
