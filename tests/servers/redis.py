"""A Redis server of the tests' own."""

from __future__ import annotations

import socket

from tests.servers.server import Server, find_program


class Redis(Server):
    """Redis; by default each write is in its log before it is answered, so that ``kill9`` loses nothing."""

    user = "redis"

    def __init__(self, **settings: str) -> None:
        super().__init__()
        self._settings = {"appendonly": "yes", "appendfsync": "always", "save": "", **settings}

    @property
    def url(self) -> str:
        """Return the URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Return the server in the foreground."""
        values = {"bind": "127.0.0.1", "port": str(self.port), "dir": str(self.folder), **self._settings}
        program = find_program("redis-server", package="redis-server")
        return [program, *(word for key, value in values.items() for word in (f"--{key}", value))]

    def is_ready(self) -> bool:
        """Send a PING; while it loads its data, the answer is an error."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
