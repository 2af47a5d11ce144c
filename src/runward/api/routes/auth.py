"""Logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from runward.accounts import Accounts, Identity
from runward.accounts.logins import TokenPair
from runward.api.authentication import Gate
from runward.api.middleware.address import address_of
from runward.api.problem import responses
from runward.api.schemas.account import (
    IdentityResponse,
    LoginRequest,
    LogoutRequest,
    PasswordRequest,
    QuotasBody,
    RefreshRequest,
    TokenResponse,
)

_BODY = (400, 408, 413, 415, 422)


def auth_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/auth", tags=["auth"])
    caller = Depends(gate.allow())

    @router.post("/login", summary="Log in", responses=responses(*_BODY, 401, 429, 503))
    async def log_in(body: LoginRequest, request: Request) -> TokenResponse:
        """Return tokens.  A wrong name, a wrong password and an account that is not active look the same."""
        password = body.password.get_secret_value()
        return _tokens(await accounts.logins.log_in(body.username, password, address=address_of(request)))

    @router.post("/refresh", summary="Get new tokens", responses=responses(*_BODY, 401, 429, 503))
    async def refresh(body: RefreshRequest, request: Request) -> TokenResponse:
        """Return new tokens for a refresh token.  It is good once: brought again, it ends the whole login."""
        token = body.refresh_token.get_secret_value()
        return _tokens(await accounts.logins.refresh(token, address=address_of(request)))

    @router.post("/logout", status_code=204, summary="Log out", responses=responses(*_BODY, 401, 403, 429, 503))
    async def log_out(body: Annotated[LogoutRequest | None, Body()] = None, identity: Identity = caller) -> None:
        """End this login, or all of the user's.  Its tokens open nothing any more: on other servers, after two seconds."""
        await accounts.logins.log_out(identity, everywhere=body is not None and body.everywhere)

    @router.get("/me", summary="Who am I?", responses=responses(401, 403, 429, 503))
    async def me(identity: Identity = caller) -> IdentityResponse:
        """Tell who calls, and what they may do."""
        return IdentityResponse(
            id=identity.account_id,
            username=identity.name,
            role=identity.role,
            scopes=sorted(identity.scopes),
            key_id=identity.key_id,
            quotas=QuotasBody(**identity.quotas.as_dict()),
        )

    @router.post(
        "/password", status_code=204, summary="Change your password", responses=responses(*_BODY, 401, 403, 429, 503)
    )
    async def change_password(body: PasswordRequest, identity: Identity = caller) -> None:
        """Change it, and end all other logins of the user."""
        current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
        await accounts.logins.change_password(identity, current=current, new=new)

    return router


def _tokens(pair: TokenPair) -> TokenResponse:
    return TokenResponse(
        access_token=pair.access_token,
        expires_in=pair.access_seconds,
        refresh_token=pair.refresh_token,
        refresh_expires_in=pair.refresh_seconds,
    )
