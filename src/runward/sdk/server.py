"""The server as a client sees it: how it is, what it runs, and who one is to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runward.sdk.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the server is."""

    status: str
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language, and whether the server can run it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    version: str | None = None
    available: bool = False
    reason: str = ""
    install: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a login brings."""

    access_token: str
    refresh_token: str
    expires_in: float


def health_of(told: Any) -> Health:
    """Return the health that is told of."""
    return read(Health, told, {"timestamp": datetime.fromisoformat})


def language_of(told: Any) -> Language:
    """Return the language that is told of."""
    return read(Language, told, {"aliases": tuple, "extensions": tuple})


def tokens_of(told: Any) -> Tokens:
    """Return the tokens that are told of."""
    return read(Tokens, told, {})
