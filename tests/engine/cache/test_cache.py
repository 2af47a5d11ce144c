"""What is kept comes back whole or not at all, whoever is killed, and never takes more room than it may."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from runward.domain.limits import MIB
from runward.engine.cache import CompileCache
from tests.engine.cache.keeping import content_of, files_for, key, made
from tests.engine.test_running import descriptors

WRITER = Path(__file__).parent / "writer.py"
ROOT = Path(__file__).parents[3]
KEY = key(1)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file somebody else's")


@pytest.fixture
def cache(tmp_path: Path) -> CompileCache:
    return CompileCache(tmp_path, size_bytes=64 * MIB)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "compiled" / str(os.geteuid())


def keep(cache: CompileCache, number: int, files: dict[str, bytes] | None = None) -> None:
    with made(files or files_for(key(number))) as compiled:
        cache.keep(key(number), compiled)


async def find(cache: CompileCache, number: int) -> dict[str, bytes] | None:
    found = await cache.find(key(number))
    if found is None:
        return None
    with found:
        return content_of(found)


def entries_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if not path.name.startswith(".")]


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.fixture
def restarted(tmp_path: Path, cache: CompileCache) -> CompileCache:
    """Return the cache of the next process, after one entry was kept by this one."""
    keep(cache, 1)
    return CompileCache(tmp_path, size_bytes=64 * MIB)


async def test_what_is_kept_comes_back_after_a_restart(restarted: CompileCache) -> None:
    found = await restarted.find(KEY)

    assert found is not None
    with found:
        assert content_of(found) == files_for(KEY)
        assert all(file.executable for file in found.files)
        assert found.size_bytes == sum(map(len, files_for(KEY).values()))
        assert found.result is not None
        assert found.result.cached


async def test_what_was_not_kept_is_not_found(restarted: CompileCache) -> None:
    assert await find(restarted, 2) is None


async def test_a_large_file_is_handed_on_as_a_descriptor_that_cannot_be_written(restarted: CompileCache) -> None:
    found = await restarted.find(KEY)

    assert found is not None
    with found:
        (large,) = [file.content for file in found.files if isinstance(file.content, int)]
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(large, b"x")


async def test_finding_keeps_no_descriptor(cache: CompileCache) -> None:
    before = descriptors()

    for number in range(20):
        keep(cache, number)
        assert await find(cache, number) == files_for(key(number))
        assert await find(cache, -1 - number) is None

    assert descriptors() == before


def damage(path: Path, way: str) -> None:
    match way:
        case "changed":
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
        case "truncated":
            os.truncate(path, path.stat().st_size // 2)
        case "emptied":
            os.truncate(path, 0)
        case "longer":
            path.write_bytes(path.read_bytes() + b"x")
        case _:
            path.unlink()


@pytest.mark.parametrize("way", ["changed", "truncated", "emptied", "longer", "missing"])
@pytest.mark.parametrize("name", [KEY, f"{KEY}.0"], ids=["entry", "large file"])
@pytest.mark.parametrize("known", [False, True], ids=["after a restart", "after it was used"])
async def test_a_damaged_entry_is_none_and_is_written_anew(
    restarted: CompileCache, folder: Path, name: str, way: str, *, known: bool
) -> None:
    if known:
        assert await find(restarted, 1) is not None

    damage(folder / name, way)

    assert await find(restarted, 1) is None
    keep(restarted, 1)
    assert await find(restarted, 1) == files_for(KEY)


async def test_a_link_in_the_place_of_an_entry_is_not_followed(
    restarted: CompileCache, folder: Path, tmp_path: Path
) -> None:
    (folder / KEY).rename(tmp_path / "elsewhere")
    (folder / KEY).symlink_to(tmp_path / "elsewhere")

    assert await find(restarted, 1) is None


def test_the_folder_and_its_files_are_closed_to_others(cache: CompileCache, folder: Path) -> None:
    keep(cache, 1)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077] == []


def in_the_way(folder: Path, what: str) -> None:
    folder.parent.mkdir()
    match what:
        case "open folder":
            folder.mkdir()
            folder.chmod(0o755)
        case "link":
            (folder.parent / "elsewhere").mkdir(mode=0o700)
            folder.symlink_to("elsewhere")
        case "file":
            folder.touch()
        case _:
            folder.mkdir(mode=0o700)
            os.chown(folder, 12345, 12345)


@pytest.mark.parametrize(
    "what", ["open folder", "link", "file", pytest.param("somebody else's folder", marks=needs_root)]
)
async def test_a_folder_that_is_not_ours_alone_is_not_used_and_told_of_once(
    cache: CompileCache, folder: Path, what: str
) -> None:
    in_the_way(folder, what)

    with capture_logs() as logs:
        for number in range(3):
            keep(cache, number)
            assert await find(cache, number) is None

    assert [line["event"] for line in logs] == ["compile_cache_unusable"]
    assert str(folder) in logs[0]["folder"]
    assert entries_in(folder) == []


async def test_a_folder_that_is_removed_is_made_anew(cache: CompileCache, folder: Path) -> None:
    keep(cache, 1)
    shutil.rmtree(folder.parent)

    assert await find(cache, 1) is None
    keep(cache, 1)
    assert await find(cache, 1) == files_for(KEY)


async def test_the_room_is_bounded_and_what_was_used_last_stays(tmp_path: Path, folder: Path) -> None:
    cache = CompileCache(tmp_path, size_bytes=4 * MIB)
    keep(cache, 0)

    for number in range(1, 60):
        keep(cache, number)
        assert await find(cache, 0) == files_for(key(0)), "it is used all the time"
        assert size_of(folder) <= 4 * MIB

    assert await find(cache, 59) is not None
    assert await find(cache, 1) is None
    assert size_of(folder) > 2 * MIB, "it is used, not only bounded"


async def test_a_smaller_bound_is_kept_from_the_next_entry_on(
    tmp_path: Path, cache: CompileCache, folder: Path
) -> None:
    for number in range(30):
        keep(cache, number)

    keep(CompileCache(tmp_path, size_bytes=2 * MIB), 30)

    assert size_of(folder) <= 2 * MIB


async def test_one_program_cannot_push_out_all_others(tmp_path: Path) -> None:
    cache = CompileCache(tmp_path, size_bytes=4 * MIB)
    keep(cache, 1)

    keep(cache, 2, {"main": b"x" * 3 * MIB})

    assert await find(cache, 1) is not None
    assert await find(cache, 2) is None


@pytest.mark.parametrize("total", [b"", b"nonsense", None])
async def test_a_total_that_is_lost_is_counted_anew(tmp_path: Path, folder: Path, total: bytes | None) -> None:
    cache = CompileCache(tmp_path, size_bytes=2 * MIB)
    for number in range(20):
        keep(cache, number)
    if total is None:
        (folder / ".total").unlink()
    else:
        (folder / ".total").write_bytes(total)

    for number in range(20, 40):
        keep(cache, number)
        assert size_of(folder) <= 2 * MIB


async def test_a_process_that_holds_the_lock_for_ever_holds_up_nobody(cache: CompileCache, folder: Path) -> None:
    keep(cache, 1)
    with (folder / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with capture_logs() as logs:
            keep(cache, 2)
            assert await find(cache, 1) == files_for(KEY)
            assert await find(cache, 2) is None

    keep(cache, 2)
    assert await find(cache, 2) == files_for(key(2))
    assert ["locked" in line["detail"] for line in logs] == [True]


def start_writer(folder: Path, *numbers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(WRITER), str(folder), *map(str, numbers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline() == b"up\n"
    return process


def kill_when_it_has_made(count: int, writer: subprocess.Popen[bytes], folder: Path) -> None:
    while len(entries_in(folder)) < count:
        assert writer.poll() is None
    writer.kill()
    writer.wait()


async def test_a_writer_killed_at_any_moment_leaves_nothing_wrong(tmp_path: Path, folder: Path) -> None:
    bound = 4 * MIB
    keep(CompileCache(tmp_path, size_bytes=bound), -1)
    for _ in range(12):
        # Which step of its work the kill meets is left to chance.
        kill_when_it_has_made(random.randrange(2, 28), start_writer(tmp_path, bound, 0, 1, 10_000), folder)

        cache = CompileCache(tmp_path, size_bytes=bound)
        for number in range(100):
            assert await find(cache, number) in (None, files_for(key(number)))
        assert size_of(folder) <= bound
        keep(cache, -2)
        assert await find(cache, -2) == files_for(key(-2))
        for path in entries_in(folder):
            path.unlink()  # so that the next writer has all its work before it


async def test_several_processes_keep_their_entries_side_by_side(tmp_path: Path, folder: Path) -> None:
    # Two write the same entries, two others every second one each; there is room for half of them.
    bound = 4 * MIB
    writers = [start_writer(tmp_path, bound, *numbers) for numbers in [(0, 1, 40), (0, 1, 40), (0, 2, 20), (1, 2, 20)]]
    cache = CompileCache(tmp_path, size_bytes=bound)

    while any(writer.poll() is None for writer in writers):
        for number in range(40):
            assert await find(cache, number) in (None, files_for(key(number)))

    assert [writer.returncode for writer in writers] == [0] * 4
    assert size_of(folder) <= bound
    assert len([number for number in range(40) if await find(cache, number)]) > 5
