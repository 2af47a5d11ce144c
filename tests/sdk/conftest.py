"""Clients of a real server: the one without asyncio, and the other driven so that the same tests can use it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any, Self, cast

import pytest

from runward.sdk import AsyncClient, Client
from tests.api.conftest import Server, StartServer, server, start_server
from tests.sdk.interloper import Interloper

__all__ = ["Server", "StartServer", "server", "start_server"]


class Driven:
    """An object of ``runward.sdk.aio`` that is used as if it were of ``blocking``."""

    def __init__(self, inner: Any, runner: asyncio.Runner) -> None:
        self._inner, self._runner = inner, runner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return self._wrapped(value) if not inspect.ismethod(value) else lambda *a, **k: self._settled(value(*a, **k))

    def __enter__(self) -> Self:
        self._runner.run(self._inner.__aenter__())
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._inner.__aexit__(*error))

    def __iter__(self) -> Iterator[Any]:
        return self._pulled(aiter(self._inner))

    def _settled(self, result: Any) -> Any:
        if inspect.iscoroutine(result):
            result = self._runner.run(result)
        return self._pulled(result) if inspect.isasyncgen(result) else self._wrapped(result)

    def _wrapped(self, value: Any) -> Any:
        return Driven(value, self._runner) if type(value).__module__.startswith("runward.sdk.aio.") else value

    def _pulled(self, source: Any) -> Iterator[Any]:
        async def pull() -> Any:
            return await anext(source, None)

        try:
            while (item := self._runner.run(pull())) is not None:
                yield item
        finally:
            self._runner.run(source.aclose())


class Open:
    """Opens clients of one of the two kinds."""

    def __init__(self, kind: str, runner: asyncio.Runner) -> None:
        self.kind, self._runner = kind, runner
        self._opened: list[Client] = []

    def __call__(self, url: str, **options: Any) -> Client:
        client = Client(url, **options) if self.kind == "blocking" else self._drive(AsyncClient(url, **options))
        self._opened.append(client)
        return client

    def close(self) -> None:
        for client in self._opened:
            client.__exit__(None, None, None)

    def _drive(self, client: AsyncClient) -> Client:
        return cast("Client", Driven(client, self._runner))


@pytest.fixture(params=["blocking", "aio"])
def open_client(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Return a function that opens a client."""
    with asyncio.Runner() as runner:
        opener = Open(request.param, runner)
        yield opener
        opener.close()


@pytest.fixture
def client(open_client: Open, server: Server) -> Client:
    """Return a client of the shared server."""
    return open_client(server.url)


@pytest.fixture
def interloper(server: Server) -> Iterator[Interloper]:
    """Return what stands between a client and the shared server."""
    with Interloper(server.url) as started:
        yield started
