"""A server of the tests' own that speaks S3: moto's, which keeps the objects in memory."""

from __future__ import annotations

import socket
import sys

from tests.servers.server import Server


class S3(Server):
    """S3 by HTTP; ``environment_for_clients`` says where.  It forgets all when it is stopped."""

    user = "nobody"

    @property
    def url(self) -> str:
        """Return the endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Return the server in the foreground."""
        return [sys.executable, "-P", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def is_ready(self) -> bool:
        """Connect."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    @property
    def environment_for_clients(self) -> dict[str, str]:
        """Return the variables that a client reads."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "not a secret",
            "AWS_REGION": "us-east-1",
        }
