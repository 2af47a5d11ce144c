"""A RabbitMQ server of the tests' own, with the port mapper that Erlang needs."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from tests.servers.server import Server, find_program, free_port

BIN = "/usr/lib/rabbitmq/bin"


class PortMapper(Server):
    """Erlang's epmd: by itself a node would start one that outlives it."""

    user = "rabbitmq"

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Return epmd in the foreground."""
        return [find_program("epmd", package="rabbitmq-server"), "-port", str(self.port), "-address", "127.0.0.1"]

    def is_ready(self) -> bool:
        """Connect."""
        return _accepts(self.port)


class Rabbitmq(Server):
    """RabbitMQ; durable queues and persistent messages stay over ``kill9``."""

    user = "rabbitmq"

    def __init__(self) -> None:
        super().__init__()
        self._mapper = PortMapper(self.folder / "epmd")
        self._distribution_port = free_port()

    @property
    def url(self) -> str:
        """Return the URL of its first virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> list[str]:
        """Return the node in the foreground."""
        return [find_program("rabbitmq-server", BIN, package="rabbitmq-server"), "-noinput"]

    def environment(self) -> Mapping[str, str]:
        """Return where its node is and what it keeps."""
        return {
            "ERL_EPMD_PORT": str(self._mapper.port),
            # The node takes the place of the script, which would not take it along when it is killed.
            "RABBITMQ_ALLOW_INPUT": "yes",
            "RABBITMQ_NODENAME": f"runward{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            # One scheduler is enough, and none that spins while it waits: the machine has other tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def start(self) -> None:
        """Start the port mapper where it does not run, then the node."""
        if not self._mapper.is_ready():
            self._mapper.start()
        super().start()

    def remove(self) -> None:
        """Remove both."""
        self._mapper.remove()
        super().remove()

    def is_ready(self) -> bool:
        """Open the protocol: the listener is the last that a node starts."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"AMQP\x00\x00\x09\x01")
                return client.recv(1) == b"\x01"
        except OSError:
            return False

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl, and return what it prints."""
        return self.run(find_program("rabbitmqctl", BIN, package="rabbitmq-server"), *arguments)


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
