"""The state of one layer of the sandbox, or of what it needs from the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "degraded", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStatus:
    """One layer: whether it holds, what was found, and the exact command that mends it (empty where none is needed)."""

    name: str
    status: Status
    detail: str
    fix: str = ""
