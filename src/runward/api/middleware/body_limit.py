"""The largest body that is read, and how long it may take to arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runward.api.errors import BodyTooLarge, BodyTooSlow
from runward.api.problem import problem_of
from runward.domain.limits import MIB

_SECONDS = 30.0
_SETTING = "RUNWARD_BODY_LIMIT"
_STREAM_SETTING = "RUNWARD_UPLOAD_LIMIT"
_METHODS_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}


class BodyLimitMiddleware:
    """Read the body whole before anything else happens; refuse one that is too large (413) or too slow (408).

    Nearly all our bodies are JSON, needed whole anyway; counting as it arrives also holds for chunked ones.  Those of the
    paths in ``streams``, each with its own limit, are passed on as they arrive instead.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int, streams: Mapping[str, int]) -> None:
        self._app, self._limit_bytes, self._streams = app, limit_bytes, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body at hand, or as it comes."""
        if scope["type"] != "http" or scope["method"] in _METHODS_WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        if scope["path"] in self._streams:
            await self._pass_on(self._streams[scope["path"]], scope, receive, send)
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

    async def _pass_on(self, limit_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        if _announced(Headers(scope=scope)) > limit_bytes:
            await problem_of(BodyTooLarge(maximum=limit_bytes, setting=_STREAM_SETTING))(scope, receive, send)
            return
        await self._app(scope, _bounded(limit_bytes, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        if _announced(headers) > self._limit_bytes:
            raise BodyTooLarge(maximum=self._limit_bytes, setting=_SETTING)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > self._limit_bytes:
                raise BodyTooLarge(maximum=self._limit_bytes, setting=_SETTING)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _announced(headers: Headers) -> int:
    told = headers.get("content-length", "")
    return int(told) if told.isdecimal() else 0


def _bounded(limit_bytes: int, receive: Receive) -> Receive:
    """Return what raises, where the body is read, once it is too large or too slow.

    Too slow is what other bodies are: a MiB that takes longer than they may.  Were it no time without a byte, a client
    could hold the connection and a growing file for as long as it sends one now and then.
    """
    loop = asyncio.get_running_loop()
    begun, size, ended = loop.time(), 0, False

    async def bounded() -> Message:
        nonlocal size, ended
        if ended:
            return await receive()
        seconds = _SECONDS * (1 + size / MIB)
        try:
            async with asyncio.timeout_at(begun + seconds):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(seconds=seconds) from None
        size += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if size > limit_bytes:
            raise BodyTooLarge(maximum=limit_bytes, setting=_STREAM_SETTING)
        return message

    return bounded


def _replay(body: bytes, receive: Receive) -> Receive:
    delivered = False

    async def replay() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
