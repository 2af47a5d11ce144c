"""Identifiers of what is kept: UUIDs of version 7, which sort by the time at which they were made."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """Return an id greater than every one this process made before (RFC 9562, 5.7, with a counter in rand_a)."""
    global _last_ms, _counter  # noqa: PLW0603  (the order holds for the whole process)
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, int.from_bytes(os.urandom(2)) & 0x3FF
        else:  # the same millisecond, or a clock that was set back
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        return _compose(_last_ms, _counter, int.from_bytes(os.urandom(8)) >> 2)


def first_id_at(moment: datetime) -> UUID:
    """Return the least id of that moment: what was made before has a lesser one."""
    return _compose(int(moment.timestamp() * 1000), 0, 0)


def time_of(id_: UUID) -> datetime:
    """Return the moment at which the id was made, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)


def _compose(milliseconds: int, counter: int, rest: int) -> UUID:
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | rest)
