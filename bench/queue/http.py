"""A lean HTTP client: one kept-alive connection, so that the client costs little beside the server."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self


class Connection:
    """One connection to a server on loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    async def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Return the status and the JSON of the answer."""
        await self.send(method, path, body)
        status, headers = await self.read_head()
        length = int(headers.get(b"content-length", b"0"))
        content = await self.reader.readexactly(length)
        return status, json.loads(content) if content else None

    async def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Send a request."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n"
        kind = "" if body is None else "Content-Type: application/json\r\n"
        self._writer.write(f"{head}{kind}\r\n".encode() + content)
        await self._writer.drain()

    async def read_head(self) -> tuple[int, dict[bytes, bytes]]:
        """Return the status and the headers of an answer."""
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines if line)
        return int(first.split(b" ")[1]), headers

    async def close(self) -> None:
        """Disconnect."""
        self._writer.close()
        await self._writer.wait_closed()
