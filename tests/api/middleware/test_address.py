"""Where a call comes from is what the network says, and what proxies of the operator's own say; nobody else is believed."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from runward.api.middleware.address import AddressMiddleware, address_of
from runward.domain.networks import Network, parse_network

PROXY, CLIENT, OTHER = "10.0.0.1", "192.0.2.7", "198.51.100.9"


def networks(*texts: str) -> tuple[Network, ...]:
    return tuple(parse_network(text) for text in texts)


async def call(
    peer: str, *, allowed: tuple[Network, ...] = (), path: str = "/", headers: list[tuple[str, str]] | None = None
) -> httpx.Response:
    """Return the answer of an application that tells where the call comes from; proxies are in 10.0.0.0/24."""

    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(str(address_of(Request(scope))))(scope, receive, send)

    app = AddressMiddleware(tell, allowed=allowed, proxies=networks("10.0.0.0/24"))
    transport = httpx.ASGITransport(app, client=(peer, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (CLIENT, [], CLIENT),
        (CLIENT, [OTHER], CLIENT),
        (PROXY, [], PROXY),
        (PROXY, [CLIENT], CLIENT),
        (PROXY, [f"{OTHER}, {CLIENT}"], CLIENT),
        (PROXY, [OTHER, CLIENT], CLIENT),
        (PROXY, [f"{OTHER}, {CLIENT}, 10.0.0.2"], CLIENT),
        (PROXY, ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (PROXY, [f"{OTHER}, nonsense"], PROXY),
        (PROXY, [""], PROXY),
        (PROXY, ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", [CLIENT], CLIENT),
        ("::ffff:192.0.2.7", [], CLIENT),
    ],
)
async def test_the_nearest_address_that_is_no_proxy_of_ours_counts(
    peer: str, forwarded: list[str], address: str
) -> None:
    answer = await call(peer, headers=[("X-Forwarded-For", each) for each in forwarded])

    assert answer.text == address


async def test_who_is_not_allowed_is_refused_but_for_probes() -> None:
    allowed = networks("192.0.2.0/24")

    assert (await call(CLIENT, allowed=allowed)).status_code == 200
    refused = await call(OTHER, allowed=allowed)
    assert (refused.status_code, refused.json()["code"]) == (403, "address_refused")
    for path in ("/health", "/health/ready"):
        assert (await call(OTHER, allowed=allowed, path=path)).status_code == 200
    assert (await call(OTHER, allowed=allowed, path="/health/other")).status_code == 403


async def test_a_header_lets_nobody_in() -> None:
    answer = await call(OTHER, allowed=networks("192.0.2.0/24"), headers=[("X-Forwarded-For", CLIENT)])

    assert answer.status_code == 403


async def test_a_connection_from_a_place_that_is_not_allowed_is_closed_before_it_is_one() -> None:
    sent = []

    async def send(message: object) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("it was let in")

    app = AddressMiddleware(never, allowed=networks(CLIENT), proxies=())
    await app({"type": "websocket", "path": "/", "client": (OTHER, 1), "headers": []}, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]
