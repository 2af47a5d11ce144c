"""Who calls: the dependencies by which routes let callers in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response, Security, WebSocket
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.requests import HTTPConnection

from runward.accounts import Accounts, AuthMode, Identity, Scope
from runward.accounts.errors import PermissionRefused
from runward.api.middleware.address import address_of
from runward.api.origin import origin_check
from runward.domain.networks import parse_address

KEY_HEADER = "X-API-Key"
# A browser cannot set the headers of a WebSocket, but may name protocols: this one, and a token after it.
_SOCKET_PROTOCOL, _TOKEN_PROTOCOL = "runward", "runward.bearer."

_IDENTITY = "identity"

Check = Callable[..., Awaitable[Identity]]


class _DocumentedBearer(HTTPBearer):
    """Stands in the OpenAPI document; reads nothing, so that WebSockets can have it too."""

    async def __call__(self, connection: HTTPConnection) -> None:
        """Do nothing."""


class _DocumentedKey(APIKeyHeader):
    """The like, for the other header."""

    async def __call__(self, connection: HTTPConnection) -> None:
        """Do nothing."""


BEARER = _DocumentedBearer(scheme_name="Bearer", description="An access token of `POST /auth/login`, or an API key.")
API_KEY = _DocumentedKey(name=KEY_HEADER, scheme_name="ApiKey", description="An API key.")


class OriginRefused(PermissionRefused):
    """A web page of somebody else's calls a server that asks nobody who they are."""

    code = "origin_refused"

    def __init__(self) -> None:
        super().__init__(
            "this server is open to programs on this machine, not to web pages of other origins, nor under other names than "
            "localhost; name the page's origin in CORS_ORIGINS, or set RUNWARD_AUTH=required"
        )


class Gate:
    """Lets callers in.  ``origins`` are those whose pages may call a server that is open."""

    def __init__(self, accounts: Accounts, *, origins: Sequence[str] = ()) -> None:
        self._accounts, self._is_own_page = accounts, origin_check(origins)

    @property
    def is_open(self) -> bool:
        """Tell whether anybody is let in, who may then do all but administer."""
        return self._accounts.authenticator.mode is AuthMode.OPEN

    def allow(self, scope: Scope | None = None) -> Check:
        """Return the dependency that lets in who has the scope, and yields who that is; None: whoever it is.

        It serves WebSockets as well: their browsers' clients name the protocols `runward` and `runward.bearer.TOKEN`.
        """

        async def check(
            connection: HTTPConnection, _bearer: Any = Security(BEARER), _key: Any = Security(API_KEY)
        ) -> Identity:
            return await self.let_in(connection, scope)

        return check

    def admit(self, scope: Scope) -> Check:
        """Return the like that counts a run, too, and tells in the answer's headers how many are left."""
        allowed = self.allow(scope)

        async def check(response: Response, identity: Identity = Security(allowed)) -> Identity:
            await self.count(identity, response)
            return identity

        return check

    async def let_in(self, connection: HTTPConnection, scope: Scope | None) -> Identity:
        """Return who calls; raise where they are not known, or may not do this."""
        identity = await self._accounts.authenticate(_credential(connection), address=address_of(connection))
        if identity.account_id is None:
            self._check_origin(connection)
        setattr(connection.state, _IDENTITY, identity)
        if scope is not None:
            await self._accounts.require(identity, scope, subject=f"{_method(connection)} {connection.url.path}")
        return identity

    async def count(self, identity: Identity, response: Response) -> None:
        """Count a run, and tell in the answer's headers how many are left; raise TooManyCalls where none is."""
        allowance = await self._accounts.admit(identity)
        if allowance is not None:
            response.headers.update(allowance.headers)

    async def may_see(self, identity: Identity, owner_id: UUID | None, *, subject: str) -> bool:
        """Tell whether a resource of this owner may be seen; that an admin sees somebody else's is put on record."""
        return await self._accounts.may_see(identity, owner_id, subject=subject)

    async def charge(self, request: Request, wall_seconds: float) -> None:
        """Charge a program that was run at once to whoever called, where they have an account."""
        identity: Identity | None = getattr(request.state, _IDENTITY, None)
        if identity is not None and identity.account_id is not None:
            await self._accounts.charge(identity, wall_seconds=wall_seconds)

    def _check_origin(self, connection: HTTPConnection) -> None:
        # A page that rebinds its own name to 127.0.0.1 is of the same origin as this server, for its browser.
        if not _is_local(connection.url.hostname):
            raise OriginRefused
        if _method(connection) not in {"GET", "HEAD"} and not self._is_own_page(connection):
            raise OriginRefused


def socket_protocol(socket: WebSocket) -> str | None:
    """Return the protocol to accept a WebSocket with: a browser that named some fails without one of them."""
    return _SOCKET_PROTOCOL if _SOCKET_PROTOCOL in socket.scope.get("subprotocols", ()) else None


def _credential(connection: HTTPConnection) -> str | None:
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    if key := connection.headers.get(KEY_HEADER):
        return key.strip()
    if connection.scope["type"] == "websocket":
        for protocol in connection.scope.get("subprotocols", ()):
            if protocol.startswith(_TOKEN_PROTOCOL):
                return str(protocol.removeprefix(_TOKEN_PROTOCOL))
    return None


def _method(connection: HTTPConnection) -> str:
    return str(connection.scope.get("method", "WEBSOCKET"))


def _is_local(hostname: str | None) -> bool:
    if hostname is None or hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    address = parse_address(hostname)
    return address is not None and address.is_loopback
