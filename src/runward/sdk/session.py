"""Sessions and their versions as a client sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from runward.sdk.reading import IDS, TIMES, read


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """What came of a change."""

    id: UUID
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A program under edit."""

    id: UUID
    language: str
    source_code: str
    status: str
    created_at: datetime
    updated_at: datetime
    files: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEntry:
    """A version, without its code."""

    version: int
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(VersionEntry):
    """A version with its code."""

    source_code: str
    files: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = None


def state_of(told: Any) -> SessionState:
    """Return the state that is told of."""
    return read(SessionState, {**told, "id": told.get("session_id")}, IDS)


def session_of(told: Any) -> Session:
    """Return the session that is told of."""
    return read(Session, told, {**IDS, **TIMES})


def version_entry_of(told: Any) -> VersionEntry:
    """Return the version that is told of."""
    return read(VersionEntry, told, TIMES)


def version_of(told: Any) -> Version:
    """Return the version that is told of, with its code."""
    return read(Version, told, TIMES)
