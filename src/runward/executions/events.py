"""What listeners are told while an execution goes on, and how that passes through a stream."""

from __future__ import annotations

import base64
import codecs
import json
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from runward.queue.streams import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEvent:
    """``status``, ``step``, ``output``, or the last one, ``result``; ``position`` is where to go on after it, if anywhere.

    ``content`` is a JSON object in one line, made once for however many listen.  A ``status`` RUNNING with an attempt above
    the first voids the output before it.  ``result`` tells to read the row.
    """

    kind: str
    content: bytes
    position: str = ""

    @classmethod
    def of(cls, kind: str, data: dict[str, Any]) -> Self:
        """Return a new event, which has no position yet."""
        return cls(kind=kind, content=to_line(data))

    @property
    def data(self) -> dict[str, Any]:
        """Return what the content says."""
        data: dict[str, Any] = json.loads(self.content)
        return data

    @property
    def is_last(self) -> bool:
        """Tell whether nothing follows."""
        return self.kind == RESULT


STATUS, STEP, OUTPUT, RESULT = "status", "step", "output", "result"


def output_stream(execution_id: UUID) -> str:
    """Return the name of the stream that tells of an execution."""
    return f"out/{execution_id}"


def input_stream(execution_id: UUID) -> str:
    """Return the name of the stream that carries what a running program is sent."""
    return f"in/{execution_id}"


def to_line(data: dict[str, Any]) -> bytes:
    """Return the JSON of it in one line."""
    return json.dumps(data, separators=(",", ":")).encode()


def pack(event: ExecutionEvent) -> bytes:
    """Return the event as it passes through a stream."""
    return b"%s %s" % (event.kind.encode(), event.content)


def unpack(entry: Entry) -> ExecutionEvent:
    """Return the event that was packed."""
    kind, _, content = entry.data.partition(b" ")
    return ExecutionEvent(kind=kind.decode(), content=content, position=entry.position)


class TextDecoder:
    """Turns bytes that were cut anywhere into text: what is no UTF-8 is replaced, what is half a character waits."""

    def __init__(self) -> None:
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}

    def decode(self, stream: str, data: bytes, *, final: bool = False) -> dict[str, str]:
        """Return the ``text`` that is complete by now, and in ``base64`` its bytes where they are not UTF-8."""
        decoder = self._decoders.setdefault(stream, codecs.getincrementaldecoder("utf-8")("replace"))
        data = decoder.getstate()[0] + data
        decoder.reset()
        text = decoder.decode(data, final)
        exact = data[: len(data) - len(decoder.getstate()[0])]
        return {"text": text, **({} if text.encode() == exact else {"base64": base64.b64encode(exact).decode("ascii")})}
