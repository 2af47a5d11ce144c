"""Sessions, their versions, and requests to run them, on the wire."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from runward.api.schemas.executor import Text
from runward.domain.limits import LimitRequest
from runward.domain.tier import Tier


def _check_no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL is no character of a program; send it as an input file, in base64")
    return text


# PostgreSQL keeps no NUL in a text, and hardly a compiler reads on after one.
_NO_NUL = {"pattern": "^[^\\u0000]*$"}
StoredText = Annotated[Text, AfterValidator(_check_no_nul), Field(json_schema_extra=_NO_NUL)]
# A name below the work folder; what is wrong with one, the engine tells.
FilePath = Annotated[StoredText, Field(min_length=1, max_length=1024)]
Files = Annotated[
    dict[FilePath, StoredText],
    Field(max_length=1000, json_schema_extra={"propertyNames": {"minLength": 1, "maxLength": 1024, **_NO_NUL}}),
]
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Base64 = Annotated[str, Field(json_schema_extra={"pattern": _BASE64})]


class SessionCreate(BaseModel):
    """A program to edit and run."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"language": "python", "source_code": "print('hello')"}]}
    )

    language: str = Field(description="An identifier or alias of GET /languages, such as python or c++.")
    source_code: StoredText = Field(description="The program, at most 50 KiB of UTF-8 by default (413 beyond).")
    files: Files = Field(default_factory=dict, description="More source files, as text by their paths.")
    entry: FilePath | None = Field(default=None, description="The name of the file that holds source_code.")


class SessionSave(BaseModel):
    """What was changed; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"minProperties": 1, "examples": [{"source_code": "print('hello again')"}]}
    )

    source_code: StoredText | None = None
    files: Files | None = None
    entry: FilePath | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send source_code, files or entry")
        return self


class SessionState(BaseModel):
    """What came of a change."""

    session_id: UUID
    status: str = Field(examples=["ACTIVE"])


class SessionResponse(BaseModel):
    """A session; ``files`` and ``entry`` are left out where there are none."""

    id: UUID
    language: str = Field(examples=["python"])
    source_code: str = Field(examples=["print('hello')"])
    status: str = Field(examples=["ACTIVE"])
    created_at: datetime
    updated_at: datetime
    files: dict[str, str] = Field(default_factory=dict)
    entry: str | None = None


class VersionCreate(BaseModel):
    """Why the code is kept."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"message": "before the rewrite"}]})

    message: Annotated[StoredText, Field(max_length=500)] = ""


class VersionEntry(BaseModel):
    """A version, without its code."""

    version: int = Field(examples=[3])
    message: str = Field(examples=["run"])
    created_at: datetime


class VersionResponse(VersionEntry):
    """A version with its code."""

    source_code: str
    files: dict[str, str]
    entry: str | None


class DiffResponse(BaseModel):
    """What changed between two versions, in the unified format."""

    from_version: int = Field(examples=[1])
    to_version: int = Field(examples=[2])
    diff: str = Field(examples=["--- main.py@1\n+++ main.py@2\n@@ -1 +1 @@\n-print(1)\n+print(2)\n"])


class FileContent(BaseModel):
    """A file's content, as text or as base64, or the upload that holds it."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None
    base64: Base64 | None = Field(default=None, description="RFC 4648, with padding.")
    upload_id: UUID | None = Field(default=None, description="One of your own, of `POST /uploads`.")
    executable: bool = Field(default=False, description="Whether the program may execute it.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if [self.text, self.base64, self.upload_id].count(None) != 2:
            raise ValueError("send one of text, base64 and upload_id")
        if self.base64 is not None:
            try:
                base64.b64decode(self.base64, validate=True)
            except (binascii.Error, ValueError):
                raise ValueError("base64 is not valid base64 (RFC 4648, with padding)") from None
        return self

    def content(self) -> bytes:
        """Return the bytes that were sent with it."""
        return self.text.encode() if self.text is not None else base64.b64decode(self.base64 or "")


class RunLimits(BaseModel):
    """Limits of the run; each at most the server's maximum."""

    model_config = ConfigDict(extra="forbid")

    wall_time_seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False, examples=[5])
    cpu_time_seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False, examples=[2])
    memory_bytes: int | None = Field(default=None, gt=0, le=2**53, examples=[134217728])
    output_bytes: int | None = Field(default=None, gt=0, le=2**53, description="For each of both streams.")
    processes: int | None = Field(default=None, gt=0, le=2**31)
    file_bytes: int | None = Field(default=None, gt=0, le=2**53)
    disk_bytes: int | None = Field(default=None, gt=0, le=2**53)
    open_files: int | None = Field(default=None, gt=2, le=2**20)

    def request(self) -> LimitRequest:
        """Return the wishes."""
        values: dict[str, Any] = self.model_dump(exclude={"wall_time_seconds", "cpu_time_seconds"})
        return LimitRequest(wall_time=_time(self.wall_time_seconds), cpu_time=_time(self.cpu_time_seconds), **values)


class TerminalSize(BaseModel):
    """A terminal's size, in characters."""

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(default=24, ge=1, le=1000)
    columns: int = Field(default=80, ge=1, le=1000)


class RunCreate(BaseModel):
    """How to run the session's code; everything may be left out, the body too."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"stdin": "Ada\n", "arguments": ["--verbose"], "artifacts": ["*.png"]}]},
    )

    stdin: Text | None = Field(default=None, description="What the program reads on its standard input.")
    stdin_base64: Base64 | None = Field(default=None, description="The same, of bytes that are no text.")
    arguments: list[Text] = Field(default_factory=list, max_length=1000)
    environment: dict[Text, Text] = Field(default_factory=dict, max_length=1000)
    compiler_flags: list[Text] = Field(default_factory=list, max_length=100, examples=[["-O2"]])
    input_files: dict[FilePath, FileContent] = Field(
        default_factory=dict, max_length=1000, description="Data that the program finds beside it, by path."
    )
    artifacts: list[Text] = Field(
        default_factory=list, max_length=100, description="Patterns of the files to bring out.", examples=[["*.png"]]
    )
    limits: RunLimits = RunLimits()
    tier: Tier | None = Field(default=None, description="How strong a sandbox, of those that the server offers.")
    interactive: bool = Field(
        default=False, description="The program's input comes over the WebSocket while it runs, until `eof`."
    )
    terminal: TerminalSize | None = Field(
        default=None, description="Run it in a terminal of this size; its input comes over the WebSocket."
    )
    priority: int = Field(default=0, ge=-10, le=10, description="A higher one is run before all lower ones.")
    version: int | None = Field(default=None, ge=1, description="The version to run, instead of the code as it is now.")
    cache: bool = Field(
        default=False,
        description="The program does the same each time: an equal run of yours may be answered with an earlier one's result.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.stdin is not None and self.stdin_base64 is not None:
            raise ValueError("send either stdin or stdin_base64")
        if self.cache and (self.interactive or self.terminal is not None):
            raise ValueError("what is told to a program while it runs is part of no cached answer; leave out cache")
        if self.stdin_base64 is not None:
            FileContent(base64=self.stdin_base64)
        return self

    def stdin_bytes(self) -> bytes:
        """Return the input."""
        return base64.b64decode(self.stdin_base64) if self.stdin_base64 is not None else (self.stdin or "").encode()


def _time(seconds: float | None) -> timedelta | None:
    # Not less than a timedelta can tell from nothing.
    return None if seconds is None else timedelta(seconds=min(max(seconds, 1e-6), 10**9))
