"""What stands around a container, built with the sanitizers, at its real work: a fault of theirs ends it, and so the run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import runward.sandbox.oci
from hatch_build import OCI_SHARED
from runward.domain.limits import Limits
from runward.domain.tier import Tier
from runward.sandbox import BoxFile, Sandbox
from tests.sandbox.conftest import assert_works, run, shell, supervisor_settings
from tests.sandbox.test_core import OPTIONS, compile_c
from tests.sandbox.test_core import SOURCES as CORE_SOURCES

SOURCES = Path(runward.sandbox.oci.__file__).parent / "core"


@pytest.fixture(scope="module")
async def sanitized(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sanitized")
    (folder / "options.c").write_text(OPTIONS)
    shared = [CORE_SOURCES / name for name in OCI_SHARED]
    compile_c(folder / "runward-oci", [*sorted(SOURCES.glob("*.c")), *shared, folder / "options.c"])
    sandbox = Sandbox(supervisor_settings(core=str(folder / "runward-oci"), tier=Tier.CRUN))
    await sandbox.open()
    yield sandbox
    await sandbox.close()


async def test_ordinary_runs(sanitized: Sandbox) -> None:
    await assert_works(sanitized)
    await assert_works(sanitized)


async def test_files_of_any_depth_come_out(sanitized: Sandbox) -> None:
    script = "mkdir -p a/b; cp in.txt a/b/c.txt; ln -s c.txt a/b/d.txt; mkfifo e.txt; head -c 200000 /dev/zero > f.txt"
    ran = await shell(sanitized, script, files=[BoxFile(path="in.txt", content=b"in")], collect=["**/*.txt"])

    assert {path: len(content) for path, content in ran.files.items()} == {
        b"in.txt": 2, b"a/b/c.txt": 2, b"f.txt": 200_000,
    }  # fmt: skip


async def test_what_cannot_be_started_and_what_is_killed(sanitized: Sandbox) -> None:
    absent = await run(sanitized, "/absent")
    killed = await shell(sanitized, "sleep 60 & exec sleep 60", limits=Limits(wall_time=timedelta(seconds=0.3)))

    assert (absent.facts.stage, absent.facts.error) == (3, 2)
    assert (killed.facts.exceeded, killed.facts.status) == ("wall_time", 9)
