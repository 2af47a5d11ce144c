"""The command itself, as people call it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bench.contestant import ENGINE, Role
from bench.workload import TRUE
from tests.bench.findings import group, report, row


def bench(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(repository / "script" / "bench"), *arguments], capture_output=True, text=True, timeout=300
    )


def test_one_workload_is_measured_told_saved_and_compared_in_one_run(repository: Path, tmp_path: Path) -> None:
    before, now = tmp_path / "before.json", tmp_path / "now.json"
    rows = (row("bare process", Role.BARE, 1000), row(ENGINE, Role.OWN, 1))  # that quick, nobody ever was
    before.write_text(report([group(*rows, workload=TRUE)]).to_json())

    done = bench(
        repository, "--quick", "--only", "true", "--json", str(now), "--baseline", str(before), "--fail-on-regression"
    )

    assert done.returncode == 1, done.stderr
    assert "| native program (`true`), engine, p50 |" in done.stdout
    assert f"- true: {ENGINE}: 0.00 →" in done.stdout
    (workload,) = json.loads(now.read_text())["workloads"]
    found = {each["name"]: each for each in workload["rows"]}
    assert found[ENGINE]["milliseconds"]["runs"] == found["bare process"]["milliseconds"]["runs"] > 0
    assert [crowd["clients"] for crowd in found[ENGINE]["clients"]] == [1, 2, 8]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "perl"], "there is no 'perl' to measure"),
        (["--fail-on-regression"], "--fail-on-regression needs --baseline"),
        (["--only", "true", "--markdown"], "leave --only out"),
        (["--baseline", "/dev/null"], "/dev/null cannot be compared with"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_measured(
    repository: Path, arguments: list[str], told: str
) -> None:
    done = bench(repository, *arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "round" not in done.stderr
