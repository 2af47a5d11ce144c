"""The suite's workers, one session long: what an earlier case did to a platform is part of the test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from runward.hostile import Suite, Trial

# Only root can hand a control group to another user.
collect_ignore = [] if os.geteuid() == 0 else ["test_as_user.py"]


@pytest_asyncio.fixture(scope="session")
async def suite(request: pytest.FixtureRequest) -> AsyncIterator[Suite]:
    chosen = [item.callspec.params.get("trial") for item in request.session.items if hasattr(item, "callspec")]
    async with Suite([trial for trial in chosen if isinstance(trial, Trial)]) as opened:
        yield opened
