"""`runward run --input`: the program once for each input, a line for each, and the status of the first that failed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]

# Prints its input's number; fails at 3, and at 4 with another status.
PROGRAM = "import sys\nnumber = int(input())\nprint(number)\nsys.exit({3: 7, 4: 9}.get(number, 0))\n"


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    """Write a program, and a folder of inputs from 0 to 4; return their names."""
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / f"in/{number}.txt").write_text(f"{number}\n")
    return [f"in/{number}.txt" for number in range(5)]


def test_each_file_of_a_folder_is_one_run_and_the_first_failure_is_the_status(
    runward: Runward, inputs: list[str]
) -> None:
    done = runward("run", "main.py", "--input", "in")

    rows = sorted(line.split()[:3] for line in done.stdout.decode().splitlines())
    ends = ["0", "0", "0", "7", "9"]
    assert rows == [[name, "exited", end] for name, end in zip(inputs, ends, strict=True)]
    assert (done.returncode, done.stderr) == (7, b"")


def test_each_line_of_json_tells_all_of_one_run(runward: Runward, inputs: list[str]) -> None:
    done = runward("run", "main.py", "--input", inputs[2], "--input", inputs[1], "--json", "--parallel", "1")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["index"], line["input"], line["run"]["stdout"]) for line in lines] == [
        (0, "in/2.txt", "2\n"),
        (1, "in/1.txt", "1\n"),
    ]
    assert done.returncode == 0


def test_it_can_stop_at_the_first_failure(runward: Runward, inputs: list[str]) -> None:
    named = [part for name in inputs[3:] + inputs[:3] for part in ("--input", name)]

    done = runward("run", "main.py", *named, "--stop-on-failure", "--parallel", "1")

    assert [line.split()[0] for line in done.stdout.decode().splitlines()] == ["in/3.txt"]
    assert done.returncode == 7


@pytest.mark.usefixtures("inputs")
def test_a_program_that_does_not_compile_is_told_once(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main(void) { return missing; }")

    plain = runward("run", "main.c", "--input", "in")
    as_json = runward("run", "main.c", "--input", "in", "--json")

    assert plain.stderr.count(b"error:") == 1
    assert (plain.stdout, plain.returncode) == (b"", 126)
    assert json.loads(as_json.stdout)["outcome"] == "compile_error"


def test_a_limit_is_told_in_the_row_of_its_run(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("while input() == 'loop': \n while True: pass")
    (tmp_path / "a").write_text("loop\n")
    (tmp_path / "b").write_text("end\n")

    done = runward("run", "main.py", "--input", "a", "--input", "b", "--time", "200ms")

    rows = sorted(done.stdout.decode().splitlines())
    assert "over its CPU time limit of 0.2 s" in rows[0]
    assert "exited 0" in rows[1]
    assert done.returncode == 124


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--input", "missing"], "there is no input missing"),
        (["--input", "empty"], "there is no file in empty"),
        (["--input", "in", "--stdin", "main.py"], "--stdin"),
        (["--input", "in", "--validate"], "--validate"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    runward: Runward, tmp_path: Path, arguments: list[str], told: str
) -> None:
    (tmp_path / "empty").mkdir()

    done = runward("run", "main.py", *arguments)

    assert (done.returncode, done.stdout) == (2, b"")
    assert told in done.stderr.decode()


def test_the_same_program_again_says_that_it_was_not_compiled(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text(f"/* {tmp_path} */ int main(void) {{ return 0; }}")

    done = [runward("run", "main.c", "--json", RUNWARD_COMPILE_CACHE_MB="64") for _ in range(2)]

    assert [json.loads(each.stdout)["compile"]["cached"] for each in done] == [False, True]
