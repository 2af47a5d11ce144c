"""A PostgreSQL server of the tests' own, with as many databases as they want."""

from __future__ import annotations

import itertools
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers.server import Server, find_program


class Postgresql(Server):
    """PostgreSQL; what it has committed stays over ``kill9``.

    ``settings`` go to the server's command line.  By default it does not wait for the disk: the kernel keeps what a
    killed process wrote.  For a measurement with durability, give ``fsync="on"``.
    """

    user = "postgres"
    # "Fast": ends the connections of those who are still there.
    stop_signal = signal.SIGINT

    def __init__(self, **settings: str) -> None:
        super().__init__()
        self._settings: Mapping[str, str] = {
            "fsync": "off",
            "max_connections": "200",
            # In the folder, so that nothing is left in /dev/shm when it is killed.
            "dynamic_shared_memory_type": "mmap",
            **settings,
        }
        self._numbers = itertools.count(1)
        self._data = self.folder / "data"

    @property
    def url(self) -> str:
        """Return the URL of the database that is always there."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Return the URL of one database."""
        return f"postgresql://runward@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        """Return the server in the foreground."""
        values = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        return [self.program("postgres"), "-D", str(self._data), *(f"--{key}={value}" for key, value in values.items())]

    def start(self) -> None:
        """Make the cluster where there is none, and start."""
        if not self._data.exists():
            self.run(
                *(self.program("initdb"), "-D", str(self._data), "-U", "runward"),
                *("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"),
            )
        super().start()

    def is_ready(self) -> bool:
        """Ask the server."""
        asked = subprocess.run(
            [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres"], check=False
        )
        return asked.returncode == 0

    def create_database(self, template: str = "template1") -> str:
        """Make a new database, a copy of the template, and return its URL; nobody may be connected to the template."""
        name = f"test_{next(self._numbers)}"
        self.query(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY file_copy')
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, and the connections to it."""
        self.query(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def query(self, statement: str, url: str | None = None) -> str:
        """Let psql carry out a statement, and return the rows that it prints."""
        return self.run(
            self.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url or self.url
        )

    @staticmethod
    def program(name: str) -> str:
        """Return the path of one of PostgreSQL's programs, of the newest version."""
        versions = sorted(
            (path for path in Path("/usr/lib/postgresql").glob("*/bin")), key=lambda path: -float(path.parent.name)
        )
        return find_program(name, *map(str, versions), package="postgresql")
