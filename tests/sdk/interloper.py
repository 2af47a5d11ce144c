"""Stands between a client and its server: passes on, cuts connections, and answers in the server's stead."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from typing import Self
from urllib.parse import urlsplit


class Interloper:
    """A TCP proxy.  Each connection takes the next act of those that are planned; without one it is passed on."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._acts: deque[int | bytes] = deque()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.requests: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut_after(self, *sizes: int) -> None:
        """Cut the next connections, each when the server has sent so many bytes; the last of them is not passed on."""
        self._acts.extend(sizes)

    def answer(self, status: str, body: str = "", **headers: str) -> None:
        """Answer the first request of the next connection, and close it."""
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        text = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{told}\r\n{body}"
        self._acts.append(text.encode())

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_error: object) -> None:
        for each in (self._listener, *self._sockets):
            _close(each)
        for thread in self._threads:
            thread.join(30)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)  # type: ignore[arg-type]  # a callable of these
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.connections += 1
                self._sockets.append(near)
                self._start(self._serve, near, self._acts.popleft() if self._acts else None)

    def _serve(self, near: socket.socket, act: int | bytes | None) -> None:
        if isinstance(act, bytes):
            with contextlib.suppress(OSError):
                self.requests.append(_read_request(near))
                near.sendall(act)
            _close(near)
            return
        far = socket.create_connection(self._target)
        self._sockets.append(far)
        self._start(_pass_on, near, far, None)
        _pass_on(far, near, act)


def _read_request(source: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        data += source.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    sizes = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    # To close with something unread would reset the connection, and the answer with it.
    while b"transfer-encoding: chunked" in head.lower() and not body.endswith(b"0\r\n\r\n"):
        body += source.recv(65536)
    while len(body) < sum(sizes):
        body += source.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()


def _pass_on(source: socket.socket, target: socket.socket, most: int | None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if most is not None and passed + len(data) > most:
                target.sendall(data[: most - passed])
                break
            target.sendall(data)
            passed += len(data)
    _close(source)
    _close(target)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
