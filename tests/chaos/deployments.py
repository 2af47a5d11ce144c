"""Deployments without workers of their own: each node is all of Runward in one process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.servers.cluster import Cluster
from tests.servers.server import Server


class Embedded(Cluster):
    """Several ``runward serve`` on one PostgreSQL, which is all that they share: no Redis, no broker."""

    node = "serve"

    def __init__(self, *, nodes: int, settings: Mapping[str, str]) -> None:
        super().__init__(broker="none", nodes=nodes, workers=0, settings=settings)
        self.servers: list[Server] = [self.postgresql]

    def environment(self) -> dict[str, str]:
        """Return the settings that all processes share."""
        return super().environment() | {"REDIS_URL": ""}


class OnSqlite(Cluster):
    """One ``runward serve`` and its file."""

    node = "serve"

    def __init__(self, *, settings: Mapping[str, str]) -> None:
        super().__init__(broker="none", nodes=1, workers=0, settings=settings)
        self.servers: list[Server] = []

    @property
    def path(self) -> Path:
        """Return the database."""
        return self.folder / "data" / "runward.db"

    def environment(self) -> dict[str, str]:
        """Return the settings of the process."""
        return super().environment() | {"REDIS_URL": "", "DATABASE_URL": ""}
