"""Large outputs, artifacts and uploads lie outside the rows, for as long as a row refers to them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert

from runward.domain.ids import new_id
from runward.domain.status import ExecutionStatus
from runward.store import Database
from runward.store.blobs import BlobId, FileBlobs, blob_id
from runward.store.claims import finish
from runward.store.executions import Claim, get_execution
from runward.store.outputs import INLINE_BYTES, get_outputs, put_outputs
from runward.store.references import list_referenced
from runward.store.tables import executions
from runward.store.uploads import Upload, UploadNotFound, delete_upload, get_upload, insert_upload, list_uploads
from tests.store.rows import execution_values

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SMALL, LARGE = os.urandom(INLINE_BYTES), os.urandom(INLINE_BYTES + 1)


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


async def running(database: Database) -> UUID:
    """Keep an execution that the worker "w" runs."""
    row = execution_values(NOW, status=ExecutionStatus.RUNNING, worker="w", lease_until=NOW + timedelta(seconds=10))
    await database.transact(lambda connection: connection.execute(insert(executions).values(**row)))
    id_: UUID = row["id"]
    return id_


async def kept(database: Database, some: Sequence[BlobId]) -> set[BlobId]:
    return await database.transact(lambda connection: list_referenced(connection, some))


@pytest.mark.parametrize(("stdout", "stderr"), [(SMALL, b""), (LARGE, SMALL), (b"", LARGE), (LARGE, LARGE)])
async def test_outputs_come_back_as_they_were_however_large(
    database: Database, blobs: FileBlobs, stdout: bytes, stderr: bytes
) -> None:
    id_ = await running(database)
    result = {"status": ExecutionStatus.COMPLETED, "stdout": stdout, "stderr": stderr}

    values = await put_outputs(blobs, result)
    claim = Claim(execution_id=id_, worker="w", epoch=0)
    assert await database.transact(lambda connection: finish(connection, claim, values, charged=None, now=NOW))

    row = await database.read(lambda connection: get_execution(connection, id_))
    assert [len(output or b"") for output in (row.stdout, row.stderr)] == [
        len(output) if len(output) <= INLINE_BYTES else 0 for output in (stdout, stderr)
    ]
    found = await get_outputs(blobs, row)
    assert (found.stdout, found.stderr) == (stdout, stderr)
    large = {blob_id(output) for output in (stdout, stderr) if len(output) > INLINE_BYTES}
    assert await kept(database, [blob_id(stdout), blob_id(stderr)]) == large


async def test_the_artifacts_of_what_ended_are_kept(database: Database) -> None:
    id_ = await running(database)
    claim = Claim(execution_id=id_, worker="w", epoch=0)
    chart, too_large = BlobId("a" * 64), None
    artifacts = [{"path": "chart.png", "sha256": chart}, {"path": "core", "sha256": too_large}]

    await database.transact(
        lambda c: finish(c, claim, {"status": ExecutionStatus.COMPLETED, "artifacts": artifacts}, charged=None, now=NOW)
    )

    assert await kept(database, [chart, BlobId("b" * 64)]) == {chart}


async def test_who_is_refused_to_finish_refers_to_nothing(database: Database) -> None:
    id_ = await running(database)
    late = Claim(execution_id=id_, worker="another", epoch=0)
    values = {"status": ExecutionStatus.COMPLETED, "stdout_blob": blob_id(LARGE)}

    assert not await database.transact(lambda connection: finish(connection, late, values, charged=None, now=NOW))

    assert await kept(database, [blob_id(LARGE)]) == set()


async def test_uploads_are_listed_by_owner_and_hold_their_blob_until_they_are_deleted(database: Database) -> None:
    alice, bob = new_id(), new_id()
    uploads = [an_upload(owner) for owner in (alice, alice, bob, None)]

    def keep(connection: Connection) -> None:
        for upload in uploads:
            insert_upload(connection, upload)

    await database.transact(keep)
    blob = uploads[0].sha256

    first, second = uploads[:2]
    assert await database.read(lambda c: list_uploads(c, owner_id=alice, limit=10)) == [second, first]
    assert await database.read(lambda c: list_uploads(c, owner_id=alice, limit=10, before=second.id)) == [first]
    assert await database.read(lambda c: list_uploads(c, owner_id=None, limit=10)) == uploads[3:]
    assert await database.transact(lambda c: get_upload(c, first.id, lock=True)) == first

    for upload in uploads:
        assert await kept(database, [blob]) == {blob}
        assert await database.transact(lambda c, upload=upload: delete_upload(c, upload.id))  # type: ignore[misc]
    assert await kept(database, [blob]) == set()
    assert not await database.transact(lambda c: delete_upload(c, first.id))
    with pytest.raises(UploadNotFound):
        await database.read(lambda c: get_upload(c, first.id))


def an_upload(owner_id: UUID | None) -> Upload:
    content = b"the same for all"
    return Upload(
        id=new_id(),
        owner_id=owner_id,
        name="data.csv",
        size_bytes=len(content),
        sha256=blob_id(content),
        created_at=NOW,
    )
