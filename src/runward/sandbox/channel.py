"""Datagrams with descriptors over a SOCK_SEQPACKET socket, awaited."""

from __future__ import annotations

import asyncio
import os
import socket
from array import array
from collections.abc import Callable, Sequence

MAX_DATAGRAM = 128 * 1024
MAX_FDS = 250
_FDS_SPACE = socket.CMSG_LEN(MAX_FDS * array("i").itemsize)


class ChannelClosed(Exception):
    """The other end is gone."""


class Channel:
    """One end of a SOCK_SEQPACKET connection; owned by one reader and one writer at a time."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._loop = asyncio.get_running_loop()
        self._watched = False
        self._on_readable: Callable[[], None] | None = None

    @classmethod
    def pair(cls) -> tuple[Channel, socket.socket]:
        """Return our end, and the socket to pass to the other side."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours), theirs

    async def receive(self, max_bytes: int = MAX_DATAGRAM) -> tuple[bytes, list[int]]:
        """Return the next datagram and its descriptors (the caller's now); raise ChannelClosed at the end."""
        while True:
            try:
                # Not socket.recv_fds: it ignores its flags, and what it receives would be inherited across exec.
                data, ancillary, flags, _ = self.sock.recvmsg(max_bytes, _FDS_SPACE, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                await self._readable()
                continue
            except ConnectionResetError:
                # The other end closed with a word of ours unread.  The kernel tells that once, before what it had sent.
                continue
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            fds = _descriptors(ancillary)
            if not data or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
                close_fds(fds)
                raise ChannelClosed("end of stream" if not data else "oversized datagram")
            return data, fds

    async def send(self, data: bytes, fds: Sequence[int] = ()) -> None:
        """Send one datagram; the descriptors stay the caller's."""
        while True:
            try:
                if fds:
                    socket.send_fds(self.sock, [data], list(fds))
                else:
                    self.sock.send(data)
                return
            except BlockingIOError:
                await self._writable()
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    def try_send(self, data: bytes) -> None:
        """Send if it can be done at once; a reader that is gone or stuck gets nothing."""
        try:
            self.sock.send(data)
        except OSError:
            pass

    def try_receive(self) -> bytes | None:
        """Return a datagram that has come, None if there is none; nothing in it is the end.  Descriptors with it are dropped."""
        try:
            return self.sock.recv(MAX_DATAGRAM)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def finish_sending(self) -> None:
        """Let the other end read its end, behind all that was sent; what it sends still comes."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is gone

    def call_when_readable(self, callback: Callable[[], None] | None) -> None:
        """Call this once, from the loop, when a datagram or the end has come; None takes it back."""
        self._on_readable = callback
        if callback is not None and not self._watched:
            self._loop.add_reader(self.sock.fileno(), self._tell_readable)
            self._watched = True

    def _tell_readable(self) -> None:
        callback, self._on_readable = self._on_readable, None
        if callback is not None:
            callback()
        else:  # nobody waits: the loop must not be told of it again and again
            self._unwatch()

    def _unwatch(self) -> None:
        if self._watched:
            self._loop.remove_reader(self.sock.fileno())
            self._watched = False

    async def _readable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        self.call_when_readable(lambda: _wake(ready))
        try:
            await ready
        finally:
            self._on_readable = None

    async def _writable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        fd = self.sock.fileno()
        self._loop.add_writer(fd, _wake, ready)
        try:
            await ready
        finally:
            self._loop.remove_writer(fd)

    def close(self) -> None:
        """Close our end."""
        self._unwatch()
        self.sock.close()


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    fds = array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)


def close_fds(fds: Sequence[int]) -> None:
    """Close descriptors that arrived and are not wanted."""
    for fd in fds:
        os.close(fd)
