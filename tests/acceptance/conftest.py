"""The deployment under test: one that is there already, or an all-in-one server on SQLite, started here.

``RUNWARD_ACCEPTANCE_URL`` names one that is there, with high limits of executions (``RUNWARD_SESSION_RATE=1000000``), and
``RUNWARD_ACCEPTANCE_DEFAULTS_URL`` one with every default.  They may be the all-in-one server or any number of processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.acceptance.client import Api
from tests.acceptance.process import serving
from tests.folders import shared_folder

HIGH = {"RUNWARD_SESSION_RATE": "1000000"}


@contextmanager
def _deployment(variable: str, **settings: str) -> Iterator[str]:
    if url := os.environ.get(variable):
        yield url.rstrip("/")
        return
    # The server becomes another user, who has to get there.
    with shared_folder() as folder, serving(folder, **settings) as server:
        yield server.url


@pytest.fixture(scope="session")
def deployment() -> Iterator[str]:
    """Return the URL of a deployment that lets a session run as often as it likes."""
    with _deployment("RUNWARD_ACCEPTANCE_URL", **HIGH) as url:
        yield url


@pytest.fixture(scope="session")
def default_deployment() -> Iterator[str]:
    """Return the URL of a deployment with every default."""
    with _deployment("RUNWARD_ACCEPTANCE_DEFAULTS_URL") as url:
        yield url


@pytest.fixture(scope="session")
def connected() -> Iterator[dict[str, Api]]:
    """Return the clients that are open, by their URLs."""
    clients: dict[str, Api] = {}
    yield clients
    for api in clients.values():
        api.http.close()


def _connect(connected: dict[str, Api], url: str) -> Api:
    if url not in connected:
        limits = httpx.Limits(max_connections=200)
        connected[url] = Api(httpx.Client(base_url=url, timeout=120, trust_env=False, limits=limits))
    return connected[url]


@pytest.fixture(params=["", "/api/v1"], ids=["root", "v1"])
def api(request: pytest.FixtureRequest, deployment: str, connected: dict[str, Api]) -> Api:
    """Return a client of the deployment, at each of the two places where the contract is served."""
    return _connect(connected, f"{deployment}{request.param}")


@pytest.fixture
def root(deployment: str, connected: dict[str, Api]) -> Api:
    """Return a client of the deployment, at the root."""
    return _connect(connected, deployment)


@pytest.fixture
def default_api(default_deployment: str, connected: dict[str, Api]) -> Api:
    """Return a client of the deployment with every default."""
    return _connect(connected, default_deployment)
