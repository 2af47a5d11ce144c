"""Where a call comes from, and whether calls from there are taken."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from runward.accounts.errors import AddressRefused
from runward.api.problem import problem_of
from runward.domain.networks import Network, is_within, parse_address

_KEY = "client_address"
# A load balancer's probe comes from wherever it comes from, and learns nothing.
_FOR_EVERYONE = {"/health", "/health/ready", "/api/v1/health", "/api/v1/health/ready"}


def address_of(connection: HTTPConnection) -> str | None:
    """Return the address that a call comes from; None where that is a unix socket."""
    address: str | None = getattr(connection.state, _KEY, None)
    return address


class AddressMiddleware:
    """Find out where each call comes from; refuse it unless that is allowed, where an operator named what is."""

    def __init__(self, app: ASGIApp, *, allowed: Sequence[Network], proxies: Sequence[Network]) -> None:
        self._app, self._allowed, self._proxies = app, allowed, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on with its address."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        address = self._address(scope)
        scope.setdefault("state", {})[_KEY] = address
        refused = self._allowed and scope["path"] not in _FOR_EVERYONE and not is_within(address, self._allowed)
        if not refused:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await problem_of(AddressRefused())(scope, receive, send)
        else:
            # Before it was accepted: the server answers 403.
            await send({"type": "websocket.close", "code": 1008})

    def _address(self, scope: Scope) -> str | None:
        client = scope.get("client")
        peer = None if client is None else parse_address(client[0])
        if peer is None:
            return None
        address = str(peer)
        # From the nearest to the farthest: what a proxy of ours added is true, what stands before it anyone may have sent.
        hops = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        while hops and is_within(address, self._proxies):
            hop = parse_address(hops.pop())
            if hop is None:
                break
            address = str(hop)
        return address
