"""What tests of every room may ask for."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

pytest_plugins = ["tests.servers.fixtures"]

# Who runs the tests in the background of a shell has these ignored, and what is ignored all that the tests start inherits.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent
