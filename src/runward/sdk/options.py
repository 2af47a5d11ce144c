"""How a program is to be run, as its caller says it and as the server takes it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any, TypedDict

from runward.domain.errors import RequestError
from runward.domain.limits import LimitRequest
from runward.sdk.upload import Upload

_WIRE_LIMITS = {
    "wall_time": "wall_time_seconds",
    "cpu_time": "cpu_time_seconds",
    **{name: name for name in ("memory_bytes", "output_bytes", "processes", "file_bytes", "disk_bytes", "open_files")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the program finds beside it, where more than its content is to be said."""

    content: str | bytes | Upload
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal's size, in characters."""

    rows: int = 24
    columns: int = 80


class RunOptions(TypedDict, total=False):
    """What a run is given; what is left out is the server's default."""

    stdin: str | bytes
    arguments: Sequence[str]
    environment: Mapping[str, str]
    compiler_flags: Sequence[str]
    files: Mapping[str, str | bytes | Upload | File]
    artifacts: Sequence[str]
    limits: LimitRequest
    tier: str
    interactive: bool
    terminal: Terminal
    priority: int
    version: int
    cache: bool


def run_body(options: RunOptions) -> dict[str, Any]:
    """Return the options as the server takes them."""
    body: dict[str, Any] = {**options}
    if "stdin" in body:
        content = _content(body.pop("stdin"))
        body |= {{"text": "stdin", "base64": "stdin_base64"}[name]: value for name, value in content.items()}
    if "files" in body:
        body["input_files"] = {path: _file(file) for path, file in body.pop("files").items()}
    if "limits" in body:
        body["limits"] = _limits(body["limits"])
    if "terminal" in body:
        body["terminal"] = asdict(body["terminal"])
    for name in ("arguments", "compiler_flags", "artifacts"):
        if name in body:
            body[name] = list(body[name])
    return body


def _content(content: str | bytes) -> dict[str, str]:
    if isinstance(content, str):
        return {"text": content}
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _file(file: str | bytes | Upload | File) -> dict[str, Any]:
    if isinstance(file, File):
        return {**_file(file.content), **({"executable": True} if file.executable else {})}
    if isinstance(file, Upload):
        return {"upload_id": str(file.id)}
    return dict(_content(file))


def _limits(limits: LimitRequest) -> dict[str, float]:
    told: dict[str, float] = {}
    for field in fields(limits):
        value = getattr(limits, field.name)
        if value is None:
            continue
        if field.name not in _WIRE_LIMITS:
            raise RequestError(f"a server takes no limit {field.name}; leave it out")
        told[_WIRE_LIMITS[field.name]] = value.total_seconds() if isinstance(value, timedelta) else value
    return told
