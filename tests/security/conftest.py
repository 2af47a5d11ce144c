"""One stack for the whole suite: what an earlier case did to it is part of the test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.security.stack import Stack, open_stack

# Only root can hand a control group to another user.
collect_ignore = [] if os.geteuid() == 0 else ["test_as_user.py"]


@pytest_asyncio.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    # Not pytest's own folder, which only its user may enter: the public canary must be public.
    async with open_stack(Path(tempfile.mkdtemp(prefix="runward-canary-"))) as opened:
        yield opened
