"""Runward runs code that nobody trusts: one sandbox, one way through it, several faces.

What lies where, and who may import whom, is told in ARCHITECTURE.md.  The library's doors are
``runward.wiring.open_engine`` for an engine in this process, and ``Client`` and ``AsyncClient`` for a server elsewhere;
those two are imported only when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runward.sdk import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in {"AsyncClient", "Client"}:
        return getattr(import_module("runward.sdk"), name)
    raise AttributeError(f"module 'runward' has no attribute {name!r}")
