"""The largest body that is read, and how long it may take to arrive."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runward.api.errors import BodyTooLarge, BodyTooSlow
from runward.api.problem import problem_of

_SECONDS = 30.0
_METHODS_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}


class BodyLimitMiddleware:
    """Read the body whole before anything else happens; refuse one that is too large (413) or too slow (408).

    All our bodies are JSON, needed whole anyway; counting as it arrives also holds for chunked ones.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body at hand."""
        if scope["type"] != "http" or scope["method"] in _METHODS_WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(_SECONDS):
                body = await self._read(Headers(scope=scope), receive)
        except TimeoutError:
            await problem_of(BodyTooSlow(seconds=_SECONDS))(scope, receive, send)
            return
        except BodyTooLarge as error:
            await problem_of(error)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit_bytes:
            raise BodyTooLarge(maximum=self._limit_bytes)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > self._limit_bytes:
                raise BodyTooLarge(maximum=self._limit_bytes)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    delivered = False

    async def replay() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
