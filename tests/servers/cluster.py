"""All of Runward on one host as separate processes: what ``script/cluster`` starts, and acceptance tests too."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.servers.postgresql import Postgresql
from tests.servers.rabbitmq import Rabbitmq
from tests.servers.redis import Redis
from tests.servers.server import Server, ServerFailed, free_port

STARTS_WITHIN_SECONDS = 300
STOPS_WITHIN_SECONDS = 60
BROKERS = ("redis", "rabbitmq", "none")


class Cluster:
    """API nodes and workers on PostgreSQL, Redis and a broker; ``none`` lets workers learn of work from Redis alone.

    With ``fsync`` off, PostgreSQL leaves it to the kernel when to write: enough where no machine dies.
    """

    # The command of a node.
    node = "api"

    def __init__(
        self,
        *,
        broker: str = "redis",
        nodes: int = 1,
        workers: int = 2,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        fsync: str = "off",
    ) -> None:
        self.postgresql, self.redis = Postgresql(fsync=fsync), Redis()
        self.rabbitmq = Rabbitmq() if broker == "rabbitmq" else None
        self._broker = broker
        self.servers: list[Server] = [each for each in (self.postgresql, self.redis, self.rabbitmq) if each is not None]
        self.ports = [port or free_port(), *(free_port() for _ in range(nodes - 1))]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.nodes: list[subprocess.Popen[bytes]] = []
        self._wanted = workers
        self._settings = dict(settings or {})
        self.folder = Path(tempfile.mkdtemp(prefix="runward-cluster-"))

    @property
    def urls(self) -> list[str]:
        """Return the addresses of the API nodes."""
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def start_node(self, port: int) -> None:
        """Start one more API node."""
        self.nodes.append(self._run(self.node, PORT=str(port), LOG_FILE=str(self.folder / f"api-{port}.log")))

    def start_worker(self) -> None:
        """Start one more worker."""
        number = len(self.workers) + 1
        self.workers.append(self._run("worker", LOG_FILE=str(self.folder / f"worker-{number}.log")))

    def wait_until_ready(self) -> None:
        """Return once every API node takes requests; a process that ended is a failure."""
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        for url in self.urls:
            while not is_ready(url):
                for process in (*self.nodes, *self.workers):
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise ServerFailed(f"{process.args!r} does not serve; see the logs:\n{self._ends_of_logs()}")
                time.sleep(0.1)

    def __enter__(self) -> Self:
        """Start everything."""
        try:
            for server in self.servers:
                server.start()
            # The first node brings the schema, so that the others find it.
            self.folder.chmod(0o755)
            self.start_node(self.ports[0])
            for _ in range(self._wanted):
                self.start_worker()
            for port in self.ports[1:]:
                self.start_node(port)
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    def stop(self) -> None:
        """Let workers and nodes end in order, then remove the servers."""
        processes = [*self.workers, *self.nodes]
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOPS_WITHIN_SECONDS)
            process.kill()
            process.wait()
        for server in (self.rabbitmq, self.redis, self.postgresql):
            if server is not None:
                server.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Return the settings that all processes share."""
        brokers = {"redis": self.redis.url.removesuffix("/0") + "/1", "none": ""}
        return {
            "DATABASE_URL": self.postgresql.url,
            "REDIS_URL": self.redis.url,
            "RUNWARD_BROKER_URL": self.rabbitmq.url if self.rabbitmq else brokers[self._broker],
            "RUNWARD_DATA_DIR": str(self.folder / "data"),
            **self._settings,
        }

    def _run(self, command: str, **settings: str) -> subprocess.Popen[bytes]:
        # Without it, who kills us would leave them behind.
        guard = ["setpriv", "--pdeathsig", "TERM"] if os.geteuid() == 0 else []
        program = str(Path(sys.executable).with_name("runward"))
        with (self.folder / "output.log").open("ab") as output:
            return subprocess.Popen(
                [*guard, program, command],
                env={**os.environ, **self.environment(), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _ends_of_logs(self) -> str:
        return "\n".join(f"{path.name}: {path.read_text()[-2000:]}" for path in sorted(self.folder.glob("*.log")))


def is_ready(url: str) -> bool:
    """Tell whether a node takes requests."""
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/health/ready", timeout=5).is_success
    return False


def main() -> None:
    """Start it, tell where it is, and wait for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="script/cluster", description="Runward as separate processes on this host.")
    parser.add_argument("--broker", choices=BROKERS, default="redis")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Cluster(broker=chosen.broker, nodes=chosen.nodes, workers=chosen.workers, port=chosen.port) as cluster:
        for name, value in cluster.environment().items():
            print(f"{name}={value}")
        print(f"logs: {cluster.folder}\n{' '.join(cluster.urls)}/docs\nCtrl-C stops all of it.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
