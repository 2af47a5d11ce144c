"""Metrics of the process, for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from runward.api.errors import MetricsRefused
from runward.telemetry.metrics import CONTENT_TYPE, Metrics

# A proxy on this host speaks for anybody; those that say so are known by these.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def metrics_routes(metrics: Metrics, token: SecretStr | None) -> APIRouter:
    """Return the route; who has the token may read it, where there is one, else only callers on this host."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    async def read(request: Request) -> Response:
        allowed = _is_local(request) if token is None else _has_token(request, token.get_secret_value())
        if not allowed:
            raise MetricsRefused
        return Response(await metrics.render(), media_type=CONTENT_TYPE)

    return router


def _has_token(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Constant time: how much of a guess was right must not show.
    return scheme.lower() == "bearer" and hmac.compare_digest(
        given.strip().encode("latin-1", "replace"), token.encode()
    )


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return ip_address(request.client.host).is_loopback
