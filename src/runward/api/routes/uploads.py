"""Uploads: files sent ahead, to be the input of executions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.requests import ClientDisconnect

from runward.accounts.identity import Identity
from runward.api.authentication import Gate
from runward.api.errors import ClientGone
from runward.api.problem import responses
from runward.api.routes.sessions import PageLimit
from runward.api.schemas.session import StoredText
from runward.api.schemas.upload import UploadResponse
from runward.domain.access import Scope
from runward.sessions import Uploads
from runward.store.uploads import Upload

Name = Annotated[StoredText, Query(min_length=1, max_length=255, description="What its owner calls it.")]
_BODY: dict[str, Any] = {
    "requestBody": {
        "description": "The file's bytes, as they are.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def upload_routes(uploads: Uploads, gate: Gate) -> APIRouter:
    """Return the routes of uploads."""
    router = APIRouter(prefix="/uploads", tags=["uploads"])
    reader, writer = Depends(gate.allow(Scope.SESSIONS_READ)), Depends(gate.allow(Scope.SESSIONS_WRITE))
    refusals = responses(401, 403, 404, 422, 429, 503)
    bodily = responses(401, 403, 408, 409, 413, 422, 429, 503)

    @router.post("", status_code=201, summary="Upload a file", responses=bodily, openapi_extra=_BODY)
    async def create(request: Request, name: Name, identity: Identity = writer) -> UploadResponse:
        """Keep the body, whatever its type, for runs to name in `input_files`."""
        return _upload(await uploads.create(identity, name=name, chunks=_body_of(request)))

    @router.get("", summary="List your uploads", responses=refusals)
    async def list_(
        identity: Identity = reader,
        limit: PageLimit = 50,
        before: Annotated[UUID | None, Query(description="Those before this upload.")] = None,
    ) -> list[UploadResponse]:
        """List them, the newest first; the next page begins before the last one's id."""
        return [_upload(each) for each in await uploads.list_(identity, limit=limit, before=before)]

    @router.get("/{upload_id}", summary="Get an upload", responses=refusals)
    async def get(upload_id: UUID, identity: Identity = reader) -> UploadResponse:
        """Tell what is known of it."""
        return _upload(await uploads.get(identity, upload_id))

    @router.delete("/{upload_id}", status_code=204, summary="Delete an upload", responses=refusals)
    async def delete(upload_id: UUID, identity: Identity = writer) -> None:
        """Remove it; runs that were given it keep it."""
        await uploads.delete(identity, upload_id)

    return router


async def _body_of(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise ClientGone("the client left before all of its file had come") from None


def _upload(upload: Upload) -> UploadResponse:
    return UploadResponse(
        upload_id=upload.id,
        name=upload.name,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        created_at=upload.created_at,
    )
