"""API keys: a user's own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query

from runward.accounts import Accounts, Identity
from runward.accounts.audit import actor_of
from runward.accounts.logins import login_of
from runward.api.authentication import Gate
from runward.api.problem import responses
from runward.api.schemas.api_key import (
    KeyCreate,
    KeyResponse,
    KeyRotate,
    MadeKeyResponse,
    key_response,
    made_key_response,
)

_BODY = (400, 408, 413, 415, 422)


def key_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """Return the routes; all of them want a login: who found a key must not get at others with it."""
    router = APIRouter(prefix="/api-keys", tags=["api keys"])
    caller = Depends(gate.allow())

    @router.get("", summary="List your keys", responses=responses(401, 403, 422, 429, 503))
    async def list_(
        identity: Identity = caller,
        limit: Annotated[int, Query(ge=1, le=200, description="The most of them.")] = 50,
        before: Annotated[UUID | None, Query(description="Those before this key.")] = None,
    ) -> list[KeyResponse]:
        """List them, the newest first, those that have ended too; the next page begins before the last one's id."""
        _, user_id = login_of(identity)
        return [key_response(key) for key in await accounts.keys.list_(user_id, limit=limit, before=before)]

    @router.post("", status_code=201, summary="Make a key", responses=responses(*_BODY, 401, 403, 409, 429, 503))
    async def create(body: KeyCreate, identity: Identity = caller) -> MadeKeyResponse:
        """Make a key that may do some or all of what its user may.  It is shown this once."""
        _, user_id = login_of(identity)
        made = await accounts.keys.create(user_id, body.new_key(), actor=actor_of(identity))
        return made_key_response(made)

    @router.post(
        "/{key_id}/rotate",
        status_code=201,
        summary="Replace a key",
        responses=responses(*_BODY, 401, 403, 404, 409, 429, 503),
    )
    async def rotate(
        key_id: UUID, body: Annotated[KeyRotate | None, Body()] = None, identity: Identity = caller
    ) -> MadeKeyResponse:
        """Make a key like this one, which stays good for a while, so that there is time to change it everywhere."""
        _, user_id = login_of(identity)
        overlap = (body or KeyRotate()).overlap
        made = await accounts.keys.rotate(key_id, user_id=user_id, overlap=overlap, actor=actor_of(identity))
        return made_key_response(made)

    @router.delete(
        "/{key_id}", status_code=204, summary="Revoke a key", responses=responses(401, 403, 404, 422, 429, 503)
    )
    async def revoke(key_id: UUID, identity: Identity = caller) -> None:
        """End it: at once on this server, after two seconds on others."""
        _, user_id = login_of(identity)
        await accounts.keys.revoke(key_id, user_id=user_id, actor=actor_of(identity))

    return router
