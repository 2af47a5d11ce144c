"""Identifiers of what is kept: UUIDs of version 7, which sort by the time at which they were made."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

# The kernel is asked for many ids' worth at once: each call costs a quarter of a millisecond on some machines.
_POOL_BYTES = 4096
_lock = threading.Lock()
_last_ms = 0
_counter = 0
_pool = b""


def new_id() -> UUID:
    """Return an id greater than every one this process made before (RFC 9562, 5.7, with a counter in rand_a)."""
    global _last_ms, _counter  # noqa: PLW0603  (the order holds for the whole process)
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, _random(2) & 0x3FF
        else:  # the same millisecond, or a clock that was set back
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        return _compose(_last_ms, _counter, _random(8) >> 2)


def first_id_at(moment: datetime) -> UUID:
    """Return the least id of that moment: what was made before has a lesser one."""
    return _compose(int(moment.timestamp() * 1000), 0, 0)


def time_of(id_: UUID) -> datetime:
    """Return the moment at which the id was made, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)


def _compose(milliseconds: int, counter: int, rest: int) -> UUID:
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | rest)


def _random(size: int) -> int:
    global _pool  # noqa: PLW0603  (whoever calls holds the lock)
    if len(_pool) < size:
        _pool = os.urandom(_POOL_BYTES)
    taken, _pool = _pool[:size], _pool[size:]
    return int.from_bytes(taken)


def _forget_pool() -> None:
    global _pool  # noqa: PLW0603  (a child must not make the ids of its parent)
    _pool = b""


os.register_at_fork(after_in_child=_forget_pool)
