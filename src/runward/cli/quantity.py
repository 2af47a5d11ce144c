"""Sizes and times as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_size(text: str) -> int:
    """Return the bytes of ``256M``, ``1.5G``, ``64k`` or ``4096``."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is no size; write it like 256M, 1.5G, 64K or 4096")
    return int(float(match[1]) * _FACTORS[match[2].lower()])


def parse_time(text: str) -> timedelta:
    """Return the time of ``2``, ``2s``, ``500ms``, ``1m``, ``3h`` or ``90d``."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is no time; write it like 2, 2s, 500ms, 1m, 3h or 90d")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2].lower()])
