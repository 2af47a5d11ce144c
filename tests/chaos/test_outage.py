"""A database that is away, and a disk that is full: clients are told, and nothing that was run is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.client import Api
from tests.acceptance.process import serving
from tests.chaos.audit import audit_of, wait_for_ends
from tests.chaos.patience import wait_until
from tests.folders import let_others_in
from tests.servers.cluster import Cluster

OUTAGE_SECONDS = 10
SLEEPS = "import time\nprint('begun', flush=True)\ntime.sleep({})\nprint('ending', flush=True)"
USUAL = {"RUNWARD_READY_SLOTS": "1", "RUNWARD_SESSION_RATE": "1000", "MAX_CONCURRENT_EXECUTIONS": "4"}


async def test_results_outlast_a_database_that_is_away_while_programs_end() -> None:
    with (
        Cluster(broker="none", workers=2, settings=USUAL) as cluster,
        httpx.Client(base_url=cluster.urls[0], timeout=60, trust_env=False) as http,
    ):
        api = Api(http)
        session_id = api.open(SLEEPS.format(3))
        execution_ids = [api.run(session_id) for _ in range(4)]
        for execution_id in execution_ids:
            api.wait_until_running(execution_id)
        with api.following(execution_ids[-1]) as events:
            cluster.postgresql.stop()
            # Live output needs no database.
            assert any(event.kind == "output" and "ending" in event.data["text"] for event in events)
        refused = api.http.post(f"/code-sessions/{session_id}/run")
        # How long it lasts is what is tried.
        await asyncio.sleep(OUTAGE_SECONDS)
        cluster.postgresql.start()
        await wait_for_ends(audit_of(cluster))

        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "store_unavailable"
        for execution_id in execution_ids:
            ended = api.get(execution_id)
            assert (ended["status"], ended["stdout"]) == ("COMPLETED", "begun\nending\n")
            assert ended["attempts"] == 1, "what ended without the database was not run again"
        assert api.execute("print('well')")["stdout"] == "well\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
async def test_full_disk_is_told_and_forgotten_once_there_is_space(tmp_path: Path) -> None:
    let_others_in(tmp_path)
    with (
        _small_disk(tmp_path / "disk") as disk,
        serving(disk, LOG_FILE=str(disk.parent / "log"), **USUAL) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        api = Api(http)
        session_id = api.open(SLEEPS.format(2))
        execution_id = api.run(session_id)
        api.wait_until_running(execution_id)
        filler = disk / "filler"
        _fill(filler)
        full = await _refuse(api)
        with api.following(execution_id) as events:
            assert any(event.kind == "output" and "ending" in event.data["text"] for event in events)
        read = api.http.get(f"/code-sessions/{session_id}")
        filler.unlink()

        assert full.headers["content-type"] == "application/problem+json"
        assert full.json()["code"] == "store_unavailable"
        assert "disk is full" in full.json()["detail"]
        assert read.status_code == 200, "what is there can be read"
        ended = api.end_of(execution_id)
        assert (ended["status"], ended["stdout"], ended["attempts"]) == ("COMPLETED", "begun\nending\n", 1)
        assert api.execute("print('well')")["stdout"] == "well\n"


async def _refuse(api: Api) -> httpx.Response:
    """Write until that is refused: the database's own files may have room for a little more."""

    async def find() -> httpx.Response | None:
        body = {"language": "python", "source_code": "#" * 40_000}
        answer = api.http.post("/code-sessions", json=body)
        assert answer.status_code in {201, 503}, answer.text
        return answer if answer.status_code == 503 else None

    return await wait_until(find, what="writing is refused")


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=777", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (65536, 512):  # the last corner too
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
