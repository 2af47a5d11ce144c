"""The supervisor's log: lines of the same form as the service's, on standard error.

Without the library that writes those: what has privilege loads little, and nothing of a program ever comes this way.
"""

from __future__ import annotations

import json
import logging
import select
import sys
from datetime import UTC, datetime

LOGGER = "runward.sandbox"
# Less than a pipe takes at once when it says that it can be written to.
_LONGEST = 4000

_least, _as_json, _environment = logging.WARNING, True, ""


def configure_journal(*, level: str, as_json: bool | None, environment: str) -> None:
    """Write lines of this level and above; ``as_json`` None means JSON unless standard error is a terminal."""
    global _least, _as_json, _environment  # noqa: PLW0603  (one for the process, as its standard error is)
    _least, _environment = logging.getLevelNamesMapping()[level.upper()], environment
    _as_json = not sys.stderr.isatty() if as_json is None else as_json


def note(level: int, event: str, *, correlation_id: str | None = None, **fields: object) -> None:
    """Write a line, unless nobody wants it; ``correlation_id`` is that of the request whose run it is about."""
    if level < _least:
        return
    line: dict[str, object] = {
        **fields,
        "event": event,
        "level": logging.getLevelName(level).lower(),
        "logger": LOGGER,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    if correlation_id is not None:
        line["correlation_id"] = correlation_id
    if _environment:
        line["environment"] = _environment
    _write(json.dumps(line) if _as_json else _plain(line, fields))


def _plain(line: dict[str, object], fields: dict[str, object]) -> str:
    told = " ".join(f"{name}={value!r}" for name, value in fields.items())
    return f"{line['timestamp']} [{line['level']}] {line['event']} {told}"


def _write(text: str) -> None:
    data = text.encode("ascii", "backslashreplace")[:_LONGEST] + b"\n"
    ready = select.poll()
    ready.register(2, select.POLLOUT)
    # A reader that has stopped must not stop us: it is we who end programs at their limits.
    if ready.poll(0):
        try:
            sys.stderr.buffer.write(data)
            sys.stderr.buffer.flush()
        except OSError:
            pass  # nobody reads any more
