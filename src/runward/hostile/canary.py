"""Things of the host that no case may read, change or reach, and that tell when one did."""

from __future__ import annotations

import os
import secrets
import select
import shutil
import socket
from pathlib import Path
from typing import Self

_EVERY_ADDRESS = ""  # whichever a case tries; whatever comes is not read
_ANYWHERE = "192.0.2.1"  # of the range for documentation: only asked which of our addresses leads there


class Canaries:
    """Files, a folder, a token in our environment, a TCP server and unix sockets; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.mark = f"case-{secrets.token_hex(8)}"
        self.token = f"token-{secrets.token_hex(12)}"
        self._contents = {name: f"{name}-{secrets.token_hex(12)}\n" for name in ("secret", "public")}
        self._folder = folder
        self._open = folder / "open"
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._folder.chmod(0o755)
        for name, content in self._contents.items():
            (self._folder / name).write_text(content)
        (self._folder / "secret").chmod(0o600)
        (self._folder / "public").chmod(0o666)
        self._open.mkdir()
        self._open.chmod(0o1777)
        (self._open / "own").write_text("own")
        (self._open / "own").chmod(0o666)
        os.environ["RUNWARD_CANARY"] = self.token
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._sockets:
            listener.close()
        del os.environ["RUNWARD_CANARY"]
        shutil.rmtree(self._folder)

    def values(self) -> dict[str, str]:
        """Return what ``@NAME@`` stands for in the programs and headers of cases."""
        return {
            "SECRET": str(self._folder / "secret"),
            "PUBLIC": str(self._folder / "public"),
            "OPEN_DIR": str(self._open),
            "SOCKET": str(self._folder / "socket"),
            "ABSTRACT": self.mark,
            "TCP_PORT": str(self._sockets[0].getsockname()[1]),
            "HOST_IP": _own_address(),
            "HOST_PID": str(os.getpid()),
            "TOKEN_REVERSED": self.token[::-1],
            "LONG": "x" * 300_000,
        }

    def secrets(self) -> list[bytes]:
        """Return the bytes that must never come out of a run."""
        return [self.token.encode(), *(content.strip().encode() for content in self._contents.values())]

    def complaints(self) -> list[str]:
        """Say what was changed or reached since the start."""
        found = []
        for name, content in self._contents.items():
            if (self._folder / name).read_text() != content:
                found.append(f"the {name} file of the host was changed")
        held = {path.name: path.read_text() for path in self._open.iterdir()}
        if held != {"own": "own"}:
            found.append(f"the open folder of the host was changed, and holds {held}")
        readable, _, _ = select.select(self._sockets, [], [], 0)
        if readable:
            found.append(f"someone reached servers of the host: {[one.getsockname() for one in readable]}")
        return found

    def _listen(self) -> None:
        for family, kind, address in (
            (socket.AF_INET, socket.SOCK_STREAM, (_EVERY_ADDRESS, 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.mark}"),
            (socket.AF_UNIX, socket.SOCK_STREAM, str(self._folder / "socket")),
        ):
            listener = socket.socket(family, kind)
            self._sockets.append(listener)
            listener.bind(address)
            listener.listen()
        (self._folder / "socket").chmod(0o666)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind((_EVERY_ADDRESS, self._sockets[0].getsockname()[1]))
        self._sockets.append(datagrams)


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ANYWHERE, 9))
        except OSError:
            return _ANYWHERE  # a host without a network has no address but those of loopback
        return str(probe.getsockname()[0])
