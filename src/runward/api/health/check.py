"""One check: what was found, how long it took to find, and never an exception."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from runward.domain.errors import RunwardError

# Whoever asks for health has little patience: what answers later than this is as good as gone.
PATIENCE_SECONDS = 5.0
_log = structlog.get_logger()


class State(StrEnum):
    """How what was checked is; ``unused``: the deployment has none, and needs none."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found; ``facts`` are numbers for people and monitors."""

    state: State = State.OK
    detail: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    latency_ms: float = 0.0


Check = Callable[[], Awaitable[Found]]


async def carry_out(check: Check) -> Found:
    """Return what the check finds; where it fails or takes too long, that is what it has found."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await check()
    except TimeoutError:
        found = Found(state=State.FAILED, detail=f"it did not answer within {PATIENCE_SECONDS:g} s")
    except RunwardError as error:
        found = Found(state=State.FAILED, detail=str(error))
    except Exception as error:  # noqa: BLE001  (a check of what fails must itself not fail)
        # Not its words: a driver's may hold an address with a password in it.
        _log.warning("check_failed", exc_info=True)
        found = Found(state=State.FAILED, detail=f"it failed ({type(error).__name__}); the log tells more")
    latency = round((time.perf_counter() - begun) * 1000, 3)
    return Found(state=found.state, detail=found.detail, facts=found.facts, latency_ms=latency)
