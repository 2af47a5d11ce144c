"""From a URL to a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from runward.domain.errors import RunwardError
from runward.store.database import Database
from runward.store.postgresql import PostgresqlDatabase
from runward.store.sqlite import SqliteDatabase


class DatabaseUrlInvalid(RunwardError):
    """DATABASE_URL names no database that can be used."""

    code = "invalid_setting"


def open_database(url: str, *, pool_size: int = 10, clock: Callable[[], datetime] | None = None) -> Database:
    """Return the database of this URL, to be opened: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUrlInvalid("DATABASE_URL: it is no URL; write it like postgresql://user@host/name") from None
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in {None, "", ":memory:"}:
                raise DatabaseUrlInvalid("DATABASE_URL: name a file, like sqlite:////var/lib/runward/runward.db")
            return SqliteDatabase(Path(str(parsed.database)), clock=clock)
        case "postgresql" | "postgres":
            parsed = parsed.set(drivername="postgresql+asyncpg")
            return PostgresqlDatabase(parsed.render_as_string(hide_password=False), pool_size=pool_size, clock=clock)
        case other:
            raise DatabaseUrlInvalid(f"DATABASE_URL: {other} is not known; use sqlite or postgresql")
