"""What a step used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """CPU time of every process of the step, wall time from its start to its end, and its peak memory."""

    cpu_time: timedelta
    wall_time: timedelta
    memory_peak_bytes: int
