"""Only the supervisor has privilege: the process that speaks HTTP gives its own up."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.api.conftest import Server

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="there is nothing to give up: the tests run as a user")


def status_of(pid: int) -> dict[str, list[str]]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: values.split() for name, _, values in (line.partition(":") for line in lines)}


@needs_root
def test_the_http_process_is_nobody_and_its_runs_still_work(server: Server) -> None:
    status = status_of(server.process.pid)

    assert status["Uid"] == [str(pwd.getpwnam("nobody").pw_uid)] * 4
    assert int(status["CapEff"][0], 16) == 0
    answer = server.client.post("/executors/python/execute", json={"code": "print(6 * 7)"})
    assert answer.json()["output"] == "42\n"


@needs_root
def test_what_was_compiled_is_kept_where_the_user_it_has_become_may_write(server: Server) -> None:
    marker = uuid.uuid4().hex
    code = f'#include <stdio.h>\nint main(void) {{ puts("{marker}"); return 0; }}'
    folder = Path(f"/var/cache/runward/compiled/{pwd.getpwnam('nobody').pw_uid}")

    def kept() -> bool:
        return any(marker.encode() in path.read_bytes() for path in folder.glob("*"))

    # It is kept while the first answer is on its way already.
    answers = [server.client.post("/executors/c/execute", json={"code": code})]
    while not kept() and len(answers) < 100:
        answers.append(server.client.post("/executors/c/execute", json={"code": code}))

    assert {answer.json()["output"] for answer in answers} == {f"{marker}\n"}
    assert kept()


@needs_root
def test_an_installation_that_only_root_can_read_is_told(tmp_path: Path) -> None:
    program = (
        "import sys; from runward.wiring import privilege; privilege._READ_LATER = (sys.argv[1],)\n"
        "print(privilege.give_up_privilege('nobody', print)); import os; print(os.geteuid())"
    )
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / "file").touch()

    out = subprocess.run(
        [sys.executable, "-c", program, str(hidden / "file")], check=True, capture_output=True, text=True
    ).stdout

    assert out.splitlines() == [
        f"nobody cannot read {hidden}/file; install where every user can read, such as /opt",
        "0",
    ]


def test_a_user_that_does_not_exist_is_named() -> None:
    program = "from runward.wiring.privilege import give_up_privilege; give_up_privilege('no-such-user', print)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ("RUNWARD_USER: there is no user 'no-such-user'" in done.stderr) is (os.geteuid() == 0)
