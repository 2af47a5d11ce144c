"""Our standard input, passed on as it comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

_CHUNK = 65536


def is_readable(fd: int) -> bool:
    """Tell whether reading makes sense: not where it is closed, nor from a terminal that another job has."""
    try:
        os.fstat(fd)
        return not os.isatty(fd) or os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False


async def read_chunks(fd: int) -> AsyncIterator[bytes]:
    """Yield what arrives, as it arrives, up to the end of the input."""
    while await _ready(fd):
        try:
            chunk = os.read(fd, _CHUNK)
        except BlockingIOError:
            continue
        if not chunk:
            return
        yield chunk


async def _ready(fd: int) -> bool:
    """Wait until a read would not block.  The descriptor stays blocking: a shell may share it with our output."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(fd, ready.set)
    except PermissionError:
        return True  # a regular file or /dev/null: always ready, and epoll does not take it
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
    return True
