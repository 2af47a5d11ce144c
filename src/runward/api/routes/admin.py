"""What only admins may do: users, the record, and who used how much."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from runward.accounts import Accounts, Identity, Scope
from runward.accounts.audit import actor_of
from runward.accounts.users import UserChange
from runward.api.authentication import Gate
from runward.api.problem import responses
from runward.api.schemas.account import QuotasBody, UserCreate, UserPatch, UserResponse
from runward.api.schemas.admin import AuditEntryResponse, UsageResponse
from runward.store.audit import AuditAction
from runward.store.users import User

_BODY = (400, 408, 413, 415, 422)
_READ = (401, 403, 422, 429, 503)
_USUAL_DAYS = timedelta(days=30)

PageLimit = Annotated[int, Query(ge=1, le=500, description="The most of them.")]


def user_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """Return the routes of users."""
    router = APIRouter(prefix="/admin/users", tags=["admin"])
    admin = Depends(gate.allow(Scope.ADMIN))

    @router.get("", summary="List the users", responses=responses(*_READ), dependencies=[admin])
    async def list_users(
        limit: PageLimit = 100, after: Annotated[UUID | None, Query(description="Those after this user.")] = None
    ) -> list[UserResponse]:
        """List them, the oldest first; the next page begins after the last one's id."""
        return [_user(user) for user in await accounts.users.list_(limit=limit, after=after)]

    @router.post("", status_code=201, summary="Make a user", responses=responses(*_BODY, 401, 403, 409, 429, 503))
    async def create_user(body: UserCreate, identity: Identity = admin) -> UserResponse:
        """Make a user.  Names that differ in case alone are the same."""
        user = await accounts.users.create(
            body.username,
            body.password.get_secret_value(),
            role=body.role,
            email=body.email,
            quotas=body.quotas.quotas(),
            actor=actor_of(identity),
        )
        return _user(user)

    @router.patch("/{user_id}", summary="Change a user", responses=responses(*_BODY, 401, 403, 404, 409, 429, 503))
    async def change_user(user_id: UUID, body: UserPatch, identity: Identity = admin) -> UserResponse:
        """Change a user.  Who is deactivated, or has a new password, is logged out everywhere within two seconds."""
        change = UserChange(
            email=body.email,
            password=None if body.password is None else body.password.get_secret_value(),
            role=body.role,
            active=body.active,
            quotas=None if body.quotas is None else body.quotas.quotas(),
        )
        return _user(await accounts.users.change(user_id, change, actor=actor_of(identity)))

    return router


def record_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """Return the routes of the record and of usage."""
    router = APIRouter(prefix="/admin", tags=["admin"])
    admin = Depends(gate.allow(Scope.ADMIN))

    @router.get("/audit", summary="Read the record", responses=responses(*_READ), dependencies=[admin])
    async def audit(
        limit: PageLimit = 100,
        before: Annotated[UUID | None, Query(description="What came before this entry.")] = None,
        action: Annotated[AuditAction | None, Query(description="Of this kind alone.")] = None,
        actor_id: Annotated[UUID | None, Query(description="By this user alone.")] = None,
    ) -> list[AuditEntryResponse]:
        """List what was done for safety's sake, the latest first; the next page begins before the last one's id."""
        entries = await accounts.list_audit(limit=limit, before=before, action=action, actor_id=actor_id)
        return [AuditEntryResponse.model_validate(entry, from_attributes=True) for entry in entries]

    @router.get("/usage", summary="See who used how much", responses=responses(*_READ), dependencies=[admin])
    async def usage(
        first: Annotated[date | None, Query(description="The first day; by default 30 days before the last.")] = None,
        last: Annotated[date | None, Query(description="The last day; by default today (UTC).")] = None,
        owner_id: Annotated[UUID | None, Query(description="Of this user alone.")] = None,
        limit: PageLimit = 100,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1, description="Leave out so many.")] = 0,
    ) -> list[UsageResponse]:
        """List usage, the latest day first."""
        until = last or datetime.now(UTC).date()
        since = first or (until - _USUAL_DAYS if until - date.min > _USUAL_DAYS else date.min)
        found = await accounts.list_usage(first=since, last=until, owner_id=owner_id, limit=limit, offset=offset)
        return [UsageResponse.model_validate(each, from_attributes=True) for each in found]

    return router


def _user(user: User) -> UserResponse:
    return UserResponse(
        id=user.id,
        username=user.username,
        email=user.email,
        role=user.role,
        active=user.active,
        quotas=QuotasBody(**user.quotas.as_dict()),
        created_at=user.created_at,
    )
