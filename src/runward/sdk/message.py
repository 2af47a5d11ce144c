"""What is sent to a running program over a live connection."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Literal

SignalName = Literal["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "KILL"]
# The server takes 64 KiB a message: as base64 these are 43 KiB, and as JSON text 48 KiB at most.
_TEXT_CHARACTERS, _BYTES = 8 * 1024, 32 * 1024


def stdin_messages(data: str | bytes) -> Iterator[str]:
    """Yield the messages that give the program input, each of a size that the server takes."""
    if isinstance(data, str):
        for start in range(0, len(data), _TEXT_CHARACTERS):
            yield json.dumps({"type": "stdin", "text": data[start : start + _TEXT_CHARACTERS]}, ensure_ascii=False)
    else:
        for start in range(0, len(data), _BYTES):
            encoded = base64.b64encode(data[start : start + _BYTES]).decode("ascii")
            yield json.dumps({"type": "stdin", "base64": encoded})


def eof_message() -> str:
    """Return the message that ends the program's input."""
    return json.dumps({"type": "eof"})


def signal_message(name: SignalName) -> str:
    """Return the message that sends the program a signal."""
    return json.dumps({"type": "signal", "signal": name})


def resize_message(rows: int, columns: int) -> str:
    """Return the message that tells the program its terminal's new size."""
    return json.dumps({"type": "resize", "rows": rows, "columns": columns})


def cancel_message() -> str:
    """Return the message that ends the execution."""
    return json.dumps({"type": "cancel"})
