"""The test ground itself: servers keep what they were told, and leave nothing."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postgresql import Postgresql
from tests.servers.rabbitmq import Rabbitmq
from tests.servers.redis import Redis
from tests.servers.server import Server, ServerFailed

ROOT = Path(__file__).parents[2]


def test_postgresql_keeps_what_was_committed_when_it_is_killed() -> None:
    with Postgresql() as server:
        url = server.create_database()
        server.query("CREATE TABLE kept AS SELECT 7 AS number", url)

        server.kill9()
        with pytest.raises(ServerFailed):
            server.query("SELECT 1", url)
        server.start()

        assert server.query("SELECT number FROM kept", url) == "7\n"


def test_redis_keeps_what_was_written_when_it_is_killed() -> None:
    with Redis() as server:
        server.run("redis-cli", "-u", server.url, "set", "kept", "7")

        server.kill9()
        server.start()

        assert server.run("redis-cli", "-u", server.url, "get", "kept") == "7\n"


def test_rabbitmq_starts_again_as_the_same_node_when_it_is_killed() -> None:
    with Rabbitmq() as server:
        server.control("add_vhost", "kept")

        server.kill9()
        server.start()

        assert "kept" in server.control("list_vhosts", "--quiet").split()


@pytest.mark.parametrize("kind", [Postgresql, Redis, Rabbitmq])
def test_a_server_leaves_nothing_behind(kind: type[Server]) -> None:
    with kind() as server:
        pid, folder = server.pid, server.folder
        server.restart()
        again = server.pid

    assert not any(Path(f"/proc/{number}").exists() for number in (pid, again))
    assert not folder.exists()
    makers = {line.split()[4] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}
    assert not makers & {str(pid), str(again)}


HOLD = """
import sys
from tests.servers.{module} import {kind}

with {kind}() as server:
    print(server.pid, server.folder, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("kind", [Postgresql, Redis, Rabbitmq])
def test_a_server_dies_with_the_tests_that_are_killed(kind: type[Server]) -> None:
    program = HOLD.format(module=kind.__name__.lower(), kind=kind.__name__)
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        pid, folder = tests.stdout.readline().split()
        ends = os.pidfd_open(int(pid))
        tests.kill()

    ended, _, _ = select.select([ends], [], [], 30)
    os.close(ends)
    shutil.rmtree(folder)

    assert ended == [ends]
