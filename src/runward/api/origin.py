"""Which web pages may open a WebSocket: browsers ask no preflight for one, so the server must look itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.requests import HTTPConnection


def origin_check(allowed: Sequence[str]) -> Callable[[HTTPConnection], bool]:
    """Return what tells whether a connection comes from a page of this server, of an allowed origin, or from no page."""

    def check(connection: HTTPConnection) -> bool:
        origin = connection.headers.get("origin")
        if origin is None or "*" in allowed or origin in allowed:
            return True
        return origin.partition("://")[2] == connection.headers.get("host")

    return check
