"""`runward run`: the program's input, output and status, and ours only where it has none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name


def test_program_gets_our_input_arguments_and_variables_and_we_its_output_and_status(
    runward: Runward, tmp_path: Path
) -> None:
    code = (
        "import os, sys\n"
        "print(sys.stdin.read(), sys.argv[1:], os.environ['COLOUR'])\n"
        "print('to stderr', file=sys.stderr)\n"
        "sys.exit(7)\n"
    )
    name = write(tmp_path, "main.py", code)

    result = runward("run", name, "--env", "COLOUR=blue", "--", "-x", "two words", stdin=b"in")

    assert result.stdout == b"in ['-x', 'two words'] blue\n"
    assert result.stderr == b"to stderr\n"
    assert result.returncode == 7


def test_a_stronger_tier_can_be_asked_for(runward: Runward, tmp_path: Path) -> None:
    name = write(tmp_path, "main.py", "import os; print(os.path.exists('/run/cage')); raise SystemExit(3)")

    results = [runward("run", name, "--tier", tier) for tier in ("native", "crun")]

    assert [(result.stdout, result.returncode) for result in results] == [(b"False\n", 3), (b"True\n", 3)]


def test_output_is_passed_on_byte_for_byte(runward: Runward, tmp_path: Path) -> None:
    name = write(tmp_path, "bytes.py", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)")

    assert runward("run", name).stdout == bytes(range(256)) * 1000


def test_large_input_comes_through_a_pipe_whole(runward: Runward, tmp_path: Path) -> None:
    name = write(tmp_path, "count.py", "import sys; print(len(sys.stdin.buffer.read()))")

    assert runward("run", name, stdin=b"x" * 5_000_000).stdout == b"5000000\n"


def test_input_can_come_from_a_file(runward: Runward, tmp_path: Path) -> None:
    name = write(tmp_path, "cat.py", "print(input())")
    write(tmp_path, "in.txt", "from the file")

    assert runward("run", name, "--stdin", "in.txt", stdin=b"ours").stdout == b"from the file\n"


def test_input_and_output_flow_while_the_program_runs(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "talk.py", "for line in iter(input, 'end'): print('got', line, flush=True)")
    with subprocess.Popen(
        [*command, "run", "talk.py"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for word in (b"one\n", b"two\n"):
            process.stdin.write(word)
            process.stdin.flush()
            assert process.stdout.readline() == b"got " + word
        process.stdin.write(b"end\n")
        process.stdin.close()
        assert process.wait(30) == 0


def test_program_on_standard_input_needs_its_language(runward: Runward) -> None:
    run = runward("run", "-", "--language", "py", stdin=b"import sys; print(sys.stdin.read() == '')")
    refused = runward("run", "-", stdin=b"print(1)")

    assert run.stdout == b"True\n"
    assert refused.returncode == 2
    assert b"--language" in refused.stderr


@pytest.mark.parametrize(
    ("code", "options", "status", "told"),
    [
        ("import os; os.kill(os.getpid(), 9)", [], 128 + 9, b"SIGKILL"),
        ("import os; os.abort()", [], 128 + 6, b"SIGABRT"),
        ("while True: pass", ["--time", "500ms", "--wall", "30"], 124, b"CPU time limit of 0.5 s"),
        ("import time; time.sleep(60)", ["--wall", "1"], 124, b"wall time limit of 1 s"),
        ("b = bytearray(1 << 29)", ["--memory", "64M"], 137, b"memory limit"),
        ("while True: print('x' * 9999)", ["--output-limit", "10K"], 122, b"10240 bytes"),
    ],
)
def test_program_that_was_stopped_is_told_in_one_line(
    runward: Runward, tmp_path: Path, code: str, options: list[str], status: int, told: bytes
) -> None:
    result = runward("run", write(tmp_path, "main.py", code), *options)

    assert result.returncode == status
    last = result.stderr.splitlines()[-1]
    assert last.startswith(b"runward: run step stopped: ")
    assert told in last


def test_compile_error_shows_the_compilers_words_and_nothing_on_stdout(runward: Runward, tmp_path: Path) -> None:
    result = runward("run", write(tmp_path, "bad.c", "int main(void) { return x; }\n"))

    assert result.returncode == 126
    assert result.stdout == b""
    assert b"bad.c:1:25" in result.stderr


def test_flags_reach_the_compiler(runward: Runward, tmp_path: Path) -> None:
    code = '#include <stdio.h>\nint main(void) { printf("%d\\n", ANSWER); }\n'

    assert runward("run", write(tmp_path, "main.c", code), "--flag=-DANSWER=42").stdout == b"42\n"


def test_more_files_keep_their_places(runward: Runward, tmp_path: Path) -> None:
    write(tmp_path, "main.py", "from lib.deep import word; print(word, open('in.csv').read())")
    write(tmp_path, "lib/__init__.py", "")
    write(tmp_path, "lib/deep/__init__.py", "word = 'deep'")
    write(tmp_path, "data.csv", "1,2")

    result = runward("run", "main.py", "--file", "lib", "--file", "data.csv:in.csv")

    assert result.stdout == b"deep 1,2\n", result.stderr


def test_json_tells_all(runward: Runward, tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(b'a\\xff'); open('out.bin', 'wb').write(b'\\x00\\x01'); sys.exit(3)"
    result = runward("run", write(tmp_path, "main.py", code), "--json", "--artifact", "*.bin")

    document = json.loads(result.stdout)
    assert result.returncode == 3
    assert (document["language"], document["outcome"], document["compile"]) == ("python", "exited", None)
    run = document["run"]
    assert (run["exit_code"], run["signal"], run["stdout"], run["stdout_base64"]) == (3, None, "a�", "Yf8=")
    assert run["stdout_truncated"] is False
    assert run["usage"]["wall_time_seconds"] > 0
    assert run["usage"]["memory_peak_bytes"] > 0
    assert document["artifacts"] == [{"path": "out.bin", "size_bytes": 2, "content_base64": "AAE="}]


def test_what_the_program_wrote_is_saved_and_what_was_sent_is_not(runward: Runward, tmp_path: Path) -> None:
    code = "import os; os.makedirs('a/b'); open('a/b/c.txt', 'w').write('deep'); open('top.txt', 'w').write('top')"
    write(tmp_path, "main.py", code)

    result = runward("run", "main.py", "--output-dir", "out/here")

    assert result.returncode == 0, result.stderr
    found = {str(path.relative_to(tmp_path / "out/here")) for path in tmp_path.glob("out/here/**/*") if path.is_file()}
    assert found == {"top.txt", "a/b/c.txt"}
    assert (tmp_path / "out/here/a/b/c.txt").read_text() == "deep"


def test_link_in_the_output_folder_is_not_followed(runward: Runward, tmp_path: Path) -> None:
    write(tmp_path, "main.py", "import os; os.mkdir('way'); open('way/f', 'w').write('x'); open('g', 'w').write('new')")
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "g").write_text("old")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/way").symlink_to(victim)
    (tmp_path / "out/g").symlink_to(victim / "g")

    result = runward("run", "main.py", "--output-dir", "out")

    assert result.returncode == 2
    assert b"way/f" in result.stderr
    assert not (victim / "f").exists()
    assert (victim / "g").read_text() == "old"


def test_validate_checks_without_running(runward: Runward, tmp_path: Path) -> None:
    good = runward("run", "--validate", write(tmp_path, "good.py", "open('/nonexistent')"))
    bad = runward("run", "--validate", write(tmp_path, "bad.py", "def f(:\n"))

    assert (good.returncode, good.stdout) == (0, b"")
    assert bad.returncode == 1
    assert bad.stdout.startswith(b"bad.py:1:")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["absent.py"], b"cannot read absent.py: No such file or directory"),
        (["."], b"folder"),
        (["name.unknown"], b"--language"),
        (["main.py", "-l", "klingon"], b"known are: "),
        (["main.py", "--memory", "much"], b"256M"),
        (["main.py", "--time", "soon"], b"500ms"),
        (["main.py", "--time", "3600"], b"cpu_time may be at most"),
        (["main.py", "--env", "NOVALUE"], b"NAME=VALUE"),
        (["main.py", "--artifact", "*.png"], b"--output-dir"),
        (["main.py", "--file", "absent"], b"cannot read absent"),
        (["main.py", "--file", "main.py:../up.py"], b"../up.py"),
        (["main.py", "--entry", "other.py"], b"other.py"),
        (["main.py", "--colour"], b"--colour"),
    ],
)
def test_wrong_usage_tells_what_to_do(runward: Runward, tmp_path: Path, arguments: list[str], told: bytes) -> None:
    write(tmp_path, "main.py", "print(1)")
    write(tmp_path, "name.unknown", "print(1)")

    result = runward("run", *arguments)

    assert result.returncode == 2
    assert told in result.stderr
    assert result.stdout == b""
    assert b"Traceback" not in result.stderr


def test_interrupt_kills_the_run(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "main.py", "print('begun', flush=True)\nimport time; time.sleep(60)")
    with subprocess.Popen(
        [*command, "run", "main.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"begun\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert b"Traceback" not in process.stderr.read()


def test_output_that_nobody_reads_kills_the_run(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "main.py", "while True: print('y' * 1000, flush=True)")
    with subprocess.Popen(
        [*command, "run", "main.py", "--output-limit", "60M", "--time", "30"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(20) == 141
        assert b"Traceback" not in process.stderr.read()


def test_program_runs_without_any_input_or_with_a_closed_one(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "main.py", "import sys; print(repr(sys.stdin.read()))")
    script = ["sh", "-c", '"$@" <&-', "sh", *command, "run", "main.py"]

    result = subprocess.run(script, cwd=tmp_path, capture_output=True, timeout=60, check=False)

    assert (result.stdout, result.returncode) == (b"''\n", 0), result.stderr


def test_program_that_ends_does_not_wait_for_our_input(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "main.py", "print('done')")
    with subprocess.Popen(
        [*command, "run", "main.py"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"


def test_run_answers_a_terminal(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, "main.py", "print('hello', input())")
    # Python's pty gives the command a terminal of its own; what is typed comes through it.
    script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"

    result = subprocess.run(
        [sys.executable, "-c", script, *command, "run", "main.py"],
        cwd=tmp_path,
        input=b"you\n",
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert b"hello you" in result.stdout, result.stderr
    assert result.returncode == 0
