"""What every blob store promises; and what only files, or only S3, can."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from runward.store import StoreUnavailable
from runward.store.blobs import BlobId, BlobLocationInvalid, BlobMissing, BlobStore, FileBlobs, blob_id, open_blobs
from runward.store.blobs.s3 import S3Blobs
from tests.servers.s3 import S3

NOW = datetime.now(UTC)
A_DAY = timedelta(days=1)
LARGE = os.urandom(700_000)


class Place(Protocol):
    """A store whose blobs a test can let grow old."""

    store: BlobStore

    async def put_days_ago(self, content: bytes, days: int) -> BlobId:
        """Put it as if it were that day."""


class FilePlace:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: BlobStore = FileBlobs(folder)

    async def put_days_ago(self, content: bytes, days: int) -> BlobId:
        blob = await self.store.put(content)
        moment = (NOW - days * A_DAY).timestamp()
        os.utime(self.folder / blob[:2] / blob, (moment, moment))
        return blob


class S3Place:
    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self.store: BlobStore = S3Blobs(bucket, prefix="some/where")

    async def put_days_ago(self, content: bytes, days: int) -> BlobId:
        return await S3Blobs(self.bucket, prefix="some/where", clock=lambda: NOW - days * A_DAY).put(content)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with S3() as server:
        yield server


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in s3.environment_for_clients.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid4()}"
    with urllib.request.urlopen(urllib.request.Request(f"{s3.url}/{name}", method="PUT")) as answer:
        assert answer.status == 200
    return name


@pytest.fixture(params=["files", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "files":
        return FilePlace(tmp_path / "blobs")
    return S3Place(request.getfixturevalue("bucket"))


async def nothing(_blobs: Sequence[BlobId]) -> set[BlobId]:
    return set()


async def everything(blobs: Sequence[BlobId]) -> set[BlobId]:
    return set(blobs)


@pytest.mark.parametrize("content", [b"", b"\x00\xffbytes", LARGE], ids=["empty", "few", "many"])
async def test_what_was_put_comes_back_byte_for_byte(place: Place, content: bytes) -> None:
    blob = await place.store.put(content)

    assert blob == blob_id(content)
    assert await place.store.get(blob) == content
    assert b"".join([chunk async for chunk in place.store.iterate(blob)]) == content


@pytest.mark.parametrize("pieces", [[], [b"", b"\x00\xff", b"bytes"], [LARGE] * 20], ids=["empty", "few", "many"])
async def test_what_was_put_in_pieces_is_one_blob(place: Place, pieces: list[bytes]) -> None:
    blob = await place.store.put_chunks(_each(pieces))

    content = b"".join(pieces)
    assert (blob.id, blob.size_bytes) == (blob_id(content), len(content))
    assert await place.store.get(blob.id) == content
    assert (await place.store.put_chunks(_each([content]))).id == blob.id


async def test_of_what_breaks_off_nothing_is_kept(place: Place, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield LARGE
        raise EOFError

    with pytest.raises(EOFError):
        await place.store.put_chunks(broken())

    with pytest.raises(BlobMissing):
        await place.store.get(blob_id(LARGE))
    assert files_below(tmp_path) == []


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def _each(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_large_blob_comes_in_pieces(place: Place) -> None:
    blob = await place.store.put(LARGE)

    assert len([chunk async for chunk in place.store.iterate(blob)]) > 1


async def test_a_blob_that_is_not_there_is_missing(place: Place) -> None:
    with pytest.raises(BlobMissing):
        await place.store.get(blob_id(b"never put"))
    with pytest.raises(BlobMissing):
        _ = [chunk async for chunk in place.store.iterate(blob_id(b"never put"))]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab", "A" * 64, "a" * 64 + "/x"])
async def test_what_is_no_digest_is_never_a_path(place: Place, name: str) -> None:
    with pytest.raises(BlobMissing):
        await place.store.get(BlobId(name))


async def test_the_same_content_put_at_once_is_one_blob(place: Place) -> None:
    blobs = await asyncio.gather(*(place.store.put(LARGE) for _ in range(8)))

    assert set(blobs) == {blob_id(LARGE)}
    assert await place.store.get(blobs[0]) == LARGE


async def test_what_is_old_and_referenced_by_nothing_goes(place: Place) -> None:
    old = await place.put_days_ago(b"old", 3)
    fresh = await place.store.put(b"fresh")

    assert await place.store.prune(before=NOW - A_DAY, referenced=nothing) == 1

    with pytest.raises(BlobMissing):
        await place.store.get(old)
    assert await place.store.get(fresh) == b"fresh"


async def test_what_is_referenced_stays_however_old(place: Place) -> None:
    old = await place.put_days_ago(b"old", 300)

    assert await place.store.prune(before=NOW - A_DAY, referenced=everything) == 0

    assert await place.store.get(old) == b"old"


async def test_what_was_put_anew_is_not_old(place: Place) -> None:
    blob = await place.put_days_ago(b"again", 300)
    await place.store.put(b"again")

    assert await place.store.prune(before=NOW - A_DAY, referenced=nothing) == 0

    assert await place.store.get(blob) == b"again"


async def test_what_is_put_anew_after_it_was_condemned_stays(place: Place) -> None:
    blob = await place.put_days_ago(b"again", 300)
    asked: list[BlobId] = []

    async def put_meanwhile(blobs: Sequence[BlobId]) -> set[BlobId]:
        asked.extend(blobs)
        await place.store.put(b"again")
        return set()

    await place.store.prune(before=NOW - A_DAY, referenced=put_meanwhile)

    assert asked == [blob]
    assert await place.store.get(blob) == b"again"


async def test_an_object_that_was_put_on_many_days_is_kept_once(bucket: str) -> None:
    place = S3Place(bucket)
    blob = blob_id(b"again")
    for days in (300, 200, 100):
        await place.put_days_ago(b"again", days)

    await place.store.prune(before=NOW - A_DAY, referenced=everything)

    assert await place.store.get(blob) == b"again"
    assert list_bucket(bucket).count(b"<Key>") == 1


def list_bucket(bucket: str) -> bytes:
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}?list-type=2") as answer:
        listed: bytes = answer.read()
        return listed


async def test_a_bucket_that_is_not_there_is_told_as_unavailable(bucket: str) -> None:
    with pytest.raises(StoreUnavailable):
        await S3Blobs(f"{bucket}-not").put(b"content")


async def test_an_endpoint_that_does_not_answer_is_told_as_unavailable(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable):
        await S3Blobs(bucket).put(b"content")


def is_waited_for(descriptor: int) -> bool:
    inode = os.fstat(descriptor).st_ino
    return any("-> FLOCK" in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


async def test_who_removes_waits_for_who_puts_the_same(tmp_path: Path) -> None:
    place = FilePlace(tmp_path)
    blob = await place.put_days_ago(b"again", 300)
    # As one who puts it: the lock, then the new time.
    with (tmp_path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        pruning = asyncio.create_task(place.store.prune(before=NOW - A_DAY, referenced=nothing))
        while not is_waited_for(lock.fileno()) and not pruning.done():  # noqa: ASYNC110  (the kernel tells nobody)
            await asyncio.sleep(0)
        os.utime(tmp_path / blob[:2] / blob)

    assert await pruning == 0
    assert await place.store.get(blob) == b"again"


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    blob = await FileBlobs(tmp_path / "blobs").put(b"secret")

    path = tmp_path / "blobs" / blob[:2] / blob
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_what_a_killed_writer_left_goes_after_a_day(tmp_path: Path) -> None:
    store = FileBlobs(tmp_path)
    await store.put(b"content")
    left, writing = tmp_path / "unfinished" / "left", tmp_path / "unfinished" / "writing"
    for path in (left, writing):
        path.write_bytes(b"half")
    os.utime(left, (0, 0))

    await store.prune(before=NOW - A_DAY, referenced=everything)

    assert not left.exists()
    assert writing.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", folder], capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_full_disk_is_told_and_leaves_nothing_half_written(small_disk: Path) -> None:
    store = FileBlobs(small_disk / "blobs")
    kept = await store.put(b"small")

    with pytest.raises(StoreUnavailable, match="No space left"):
        await store.put(LARGE)

    assert await store.get(kept) == b"small"
    with pytest.raises(BlobMissing):
        await store.get(blob_id(LARGE))
    assert list((small_disk / "blobs/unfinished").iterdir()) == []
    assert await store.get(await store.put(b"as before")) == b"as before"


PUT_UNDER_A_LIMIT = """
import asyncio, resource, signal, sys
from pathlib import Path
from runward.store import StoreUnavailable
from runward.store.blobs import FileBlobs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    asyncio.run(FileBlobs(Path(sys.argv[1])).put(bytes(200_000)))
except StoreUnavailable as error:
    print("unavailable:", error)
"""


def test_a_write_that_fails_halfway_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PUT_UNDER_A_LIMIT, tmp_path], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("unavailable: ")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"] == []


async def test_the_setting_says_where_blobs_are(tmp_path: Path, bucket: str) -> None:
    await open_blobs(None, data_dir=tmp_path / "data").put(b"content")
    await open_blobs(str(tmp_path / "elsewhere"), data_dir=tmp_path / "data").put(b"content")
    blob = await open_blobs(f"s3://{bucket}/a/b", data_dir=tmp_path).put(b"content")

    assert (tmp_path / "data/blobs" / blob[:2] / blob).read_bytes() == b"content"
    assert (tmp_path / "elsewhere" / blob[:2] / blob).read_bytes() == b"content"
    assert await S3Blobs(bucket, prefix="a/b").get(blob) == b"content"


@pytest.mark.parametrize("location", ["blobs", "s3:/bucket", "http://bucket", "s3://"])
def test_a_setting_that_names_no_place_is_refused(location: str, tmp_path: Path) -> None:
    with pytest.raises(BlobLocationInvalid, match="RUNWARD_BLOBS"):
        open_blobs(location, data_dir=tmp_path)
