"""The program's pipes: output is capped where it is read, input is fed as fast as it is taken."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Callable

_CHUNK = 65536
# At the beginning of a line it is the end of the input, elsewhere the end of what was typed so far.
_END_KEY = b"\x04"
_LINE_ENDS = (b"\n", b"\r", b"\x03", _END_KEY)


class OutputReader:
    """Reads a pipe to its end; keeps up to ``limit`` bytes, and says once when there was more."""

    def __init__(
        self, fd: int, *, limit: int, on_data: Callable[[bytes], None], on_overflow: Callable[[], None]
    ) -> None:
        self.truncated = False
        self.error: Exception | None = None
        self._fd, self._limit = fd, limit
        self._on_data, self._on_overflow = on_data, on_overflow
        self._parts: list[bytes] = []
        self._size = 0
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._loop.add_reader(fd, self._read)

    @property
    def data(self) -> bytes:
        """Return what was kept."""
        return b"".join(self._parts)

    async def wait_end(self) -> None:
        """Wait until every writer is gone and all is read; raise what ``on_data`` raised."""
        await self._ended.wait()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Stop reading."""
        self._loop.remove_reader(self._fd)
        self._ended.set()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""  # how a terminal tells that nobody is left who could write to it
        if not data:
            self.close()
            return
        room = self._limit - self._size
        kept = data[:room]
        if kept and self.error is None:
            self._parts.append(kept)
            self._size += len(kept)
            try:
                self._on_data(kept)
            except Exception as error:  # noqa: BLE001  (the listener's fault; kept for whoever waits, and the run ends)
                self.error = error
                self._on_overflow()
        if len(data) > room and not self.truncated:
            self.truncated = True
            self._on_overflow()


async def feed(fd: int, source: bytes | AsyncIterator[bytes], close: Callable[[], None]) -> None:
    """Write the input and close the pipe; a program that does not read it, or ends, is no error."""
    try:
        if isinstance(source, bytes):
            await _write(fd, source)
        else:
            async for chunk in source:
                await _write(fd, chunk)
    except BrokenPipeError:
        pass
    except OSError as error:
        if error.errno != errno.EIO:  # of a terminal that nobody is left at
            raise
    finally:
        close()


async def typed(source: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the input as it is typed at a terminal, where a key ends it."""
    last = b"\n"
    if isinstance(source, bytes):
        yield source
        last = source[-1:] or last
    else:
        async for chunk in source:
            yield chunk
            last = chunk[-1:] or last
    yield _END_KEY if last in _LINE_ENDS else 2 * _END_KEY


async def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view[:_CHUNK]) :]
        except BlockingIOError:
            await _writable(fd)


async def _writable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        with contextlib.suppress(asyncio.InvalidStateError):
            ready.set_result(None)

    loop.add_writer(fd, wake)
    try:
        await ready
    finally:
        loop.remove_writer(fd)
