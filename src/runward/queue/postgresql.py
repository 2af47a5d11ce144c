"""The bus through PostgreSQL: LISTEN and NOTIFY, on one connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg
from sqlalchemy import make_url

from runward.queue.shared import SharedBus, WireDown

CHANNEL = "runward"
_ANSWERS_WITHIN_SECONDS = 5.0
# How often a quiet connection is tried: a host that vanished sends no end.
_PING_SECONDS = 10.0
_SETTINGS = {
    "application_name": "runward-bus",
    # A notification is a transaction; a hint is not worth waiting for the disk.
    "synchronous_commit": "off",
}
_FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class PostgresqlBus(SharedBus):
    """The bus of processes that share a database."""

    def __init__(self, url: str) -> None:
        super().__init__(_Wire(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)))


class _Wire:
    """A connection that listens; it cannot go through a pooler that lends connections by the transaction."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._gone = asyncio.Event()
        # A connection carries out one statement at a time.
        self._in_use = asyncio.Lock()

    async def connect(self, heard: Callable[[str], None]) -> None:
        """Connect and listen."""
        self._gone = asyncio.Event()
        try:
            self._connection = await asyncpg.connect(
                self._url,
                timeout=_ANSWERS_WITHIN_SECONDS,
                command_timeout=_ANSWERS_WITHIN_SECONDS,
                server_settings=_SETTINGS,
            )
            gone = self._gone
            self._connection.add_termination_listener(lambda _connection: gone.set())
            await self._connection.add_listener(CHANNEL, lambda _c, _pid, _channel, payload: heard(str(payload)))
        except _FAULTS as error:
            raise WireDown(_words(error)) from error

    async def send(self, message: str) -> None:
        """Notify."""
        await self._execute("SELECT pg_notify($1, $2)", CHANNEL, message)

    async def lost(self) -> str:
        """Return once the connection has ended, or does not answer."""
        gone = self._gone
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PING_SECONDS):
                    await gone.wait()
                    return "the connection was closed"
            try:
                await self._execute("SELECT 1")
            except WireDown as error:
                return str(error)

    async def disconnect(self) -> None:
        """End the connection at once."""
        connection, self._connection = self._connection, None
        self._gone.set()
        if connection is not None:
            connection.terminate()

    async def _execute(self, statement: str, *values: str) -> None:
        if self._connection is None:
            raise WireDown("it is not connected")
        try:
            async with self._in_use:
                await self._connection.fetchval(statement, *values)
        except _FAULTS as error:
            raise WireDown(_words(error)) from error


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
