"""`runward run --server`: as if the program ran here."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runward.sdk import Client
from tests.api.conftest import Server, server

__all__ = ["server"]

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]
ALL = "import sys, os\nprint(sys.stdin.read(), sys.argv[1:], os.environ.get('COLOUR'))\n"
WALL = ["--wall", "1", "--time", "1"]


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """Return a client of the server."""
    with Client(server.url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "code", "options", "stdin"),
    [
        ("all.py", ALL + "print('e', file=sys.stderr); sys.exit(7)", ["--env", "COLOUR=blue", "--", "-x", "a b"], b"in"),
        ("bytes.py", "import sys\nfor _ in range(300): sys.stdout.buffer.write(bytes(range(256)))", [], b""),
        ("binary.py", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])", [], bytes(range(256)) * 99),
        ("long.py", "import sys; print(len(sys.stdin.buffer.read()))", [], b"x" * 2_000_000),
        ("killed.py", "import os; os.kill(os.getpid(), 9)", [], b""),
        ("slow.py", "import time; print('x', flush=True); time.sleep(60)", ["--wall", "1"], b""),
        ("busy.py", "while True: pass", ["--time", "500ms", "--wall", "20"], b""),
        ("hungry.py", "b = bytearray(1 << 29)", ["--memory", "64M"], b""),
        ("chatty.py", "while True: print('x' * 9999)", ["--output-limit", "10K"], b""),
        ("raises.py", "1 / 0", [], b""),
        ("bad.c", "int main(void) { return x; }\n", [], b""),
        ("flags.c", "int main(void) { return ANSWER; }\n", ["--flag=-DANSWER=42"], b""),
        ("warns.c", "int main(void) { int x = 3; }\n", ["--flag=-Wall"], b""),
        ("hello.js", "console.log(require('fs').readFileSync(0, 'utf8').trim()); console.error('e')", [], b"hi\n"),
        ("lib.py", "from deep.word import word; print(word, open('d.bin', 'rb').read())", ["--file", "deep", "--file", "d:d.bin"], b""),
        ("main.py", "print('not I')", ["--file", "other.py", "--entry", "other.py"], b""),
        ("missing.py", "1", ["--entry", "nothing.py"], b""),
        ("high.py", "1", ["--memory", "900G"], b""),
        ("what.unknown", "1", [], b""),
        ("named.py", "1", ["--language", "klingon"], b""),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and "\n" not in value and " " not in value else "",
)  # fmt: skip
def test_a_program_does_the_same_on_a_server_as_here(
    runward: Runward, tmp_path: Path, server: Server, name: str, code: str, options: list[str], stdin: bytes
) -> None:  # fmt: skip
    (tmp_path / name).write_text(code)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/word.py").write_text("word = 'deep'")
    (tmp_path / "d").write_bytes(b"\xff")
    (tmp_path / "other.py").write_text("import main; print('I', __name__)")

    here = runward("run", name, *options, stdin=stdin)
    there = runward("run", name, "--server", server.url, *options, stdin=stdin)

    assert (there.returncode, there.stdout) == (here.returncode, here.stdout)
    if here.returncode == 2:
        # Each says in its own words what to change.
        assert there.stderr.count(b"\n") == here.stderr.count(b"\n") == 1
    else:
        assert there.stderr == here.stderr


def test_json_is_the_same_but_for_what_was_used(runward: Runward, tmp_path: Path, server: Server) -> None:
    code = "import sys; sys.stdout.buffer.write(b'a\\xff'); open('out.bin', 'wb').write(b'\\x00\\x01'); sys.exit(3)"
    (tmp_path / "main.py").write_text(code)
    arguments = ["run", "main.py", "--json", "--artifact", "*.bin"]

    done = [runward(*arguments), runward(*arguments, "--server", server.url)]

    documents = [json.loads(each.stdout) for each in done]
    used = [document["run"].pop("usage") for document in documents]
    assert [each.returncode for each in done] == [3, 3]
    assert documents[0] == documents[1]
    assert used[1].keys() == used[0].keys()
    assert used[1]["memory_peak_bytes"] > 0


def test_artifacts_are_saved(runward: Runward, tmp_path: Path, server: Server) -> None:
    (tmp_path / "main.py").write_text("import os; os.mkdir('d'); open('d/x', 'wb').write(b'\\xff')")

    result = runward("run", "main.py", "--server", server.url, "--output-dir", "out")

    assert result.returncode == 0, result.stderr
    saved = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert saved == {"d/x"}
    assert (tmp_path / "out/d/x").read_bytes() == b"\xff"


def test_input_can_come_from_a_file_and_the_program_from_standard_input(
    runward: Runward, tmp_path: Path, server: Server
) -> None:  # fmt: skip
    (tmp_path / "in.bin").write_bytes(b"\xfe" * 400_000)
    code = b"import sys; print(len(sys.stdin.buffer.read()))"

    result = runward("run", "-", "-l", "py", "--stdin", "in.bin", "--server", server.url, stdin=code)

    assert result.stdout == b"400000\n", result.stderr


def test_input_and_output_flow_while_the_program_runs(
    command: list[str], tmp_path: Path, server: Server
) -> None:  # fmt: skip
    (tmp_path / "talk.py").write_text("for line in iter(input, 'end'): print('got', line, flush=True)")
    with subprocess.Popen(
        [*command, "run", "talk.py", "--server", server.url],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
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


@pytest.mark.parametrize("stdin", [subprocess.PIPE, subprocess.DEVNULL])
def test_ctrl_c_ends_the_program_and_leaves_nothing(
    command: list[str], tmp_path: Path, server: Server, client: Client, stdin: int
) -> None:  # fmt: skip
    (tmp_path / "main.py").write_text("import time; print('here', flush=True); time.sleep(60)")
    before = client.sessions.list()
    with subprocess.Popen(
        [*command, "run", "main.py", "--server", server.url], cwd=tmp_path, stdin=stdin, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130

    assert client.sessions.list() == before


@pytest.mark.parametrize(
    ("options", "told"),
    [(["--validate"], b"--server goes with neither"), (["--input", "."], b"--server goes with neither")],
)
def test_what_a_server_does_not_do_is_refused(
    runward: Runward, tmp_path: Path, options: list[str], told: bytes
) -> None:
    (tmp_path / "main.py").write_text("print(1)")

    result = runward("run", "main.py", "--server", "http://127.0.0.1:9", *options)

    assert result.returncode == 2
    assert told in result.stderr


def test_a_program_that_is_no_text_is_refused(runward: Runward, tmp_path: Path, server: Server) -> None:
    (tmp_path / "main.py").write_bytes(b"# \xff\n")

    result = runward("run", "main.py", "--server", server.url)

    assert result.returncode == 2
    assert b"UTF-8" in result.stderr


def test_no_server_there_is_told_in_one_line(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print(1)")

    result = runward("run", "main.py", "--server", "http://127.0.0.1:1")

    assert result.returncode == 125
    assert result.stderr.startswith(b"runward: no connection can be made")


def test_the_environment_alone_sends_nothing_away(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print(1)")

    assert runward("run", "main.py", RUNWARD_URL="http://127.0.0.1:1").stdout == b"1\n"
