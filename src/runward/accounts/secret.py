"""Secrets: the server's own, and those of API keys."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from runward.domain.errors import RunwardError

KEY_PREFIX = "rw_"
_SHOWN = len(KEY_PREFIX) + 8
_SECRET_BYTES = 32


class SecretUnusable(RunwardError):
    """The server's secret cannot be read or kept; the message says where."""

    code = "secret_unusable"


def new_key() -> str:
    """Return a new API key: 32 random bytes, so that no slow hash is needed to keep it from being guessed."""
    return KEY_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def shown_part(key: str) -> str:
    """Return the part of a key by which a person knows it again: 48 of its 256 bits."""
    return key[:_SHOWN]


class KeyHasher:
    """Turns a key into what is kept of it; with a pepper, a stolen database alone cannot tell a guess from a hit."""

    def __init__(self, pepper: bytes | None) -> None:
        self._pepper = pepper

    def hash(self, key: str) -> str:
        """Return the hash of a key."""
        data = key.encode("utf-8", "surrogatepass")
        if self._pepper is None:
            return hashlib.sha256(data).hexdigest()
        return hmac.new(self._pepper, data, hashlib.sha256).hexdigest()


def keep_secret(folder: Path) -> bytes:
    """Return the secret that is kept in the folder, making it the first time; only its owner may read it."""
    path = folder / "secret-key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        raise SecretUnusable(f"{path}: {error.strerror}; let it be readable, or set SECRET_KEY") from error
    if len(secret) < _SECRET_BYTES:
        raise SecretUnusable(f"{path}: it is too short; remove it, and a new one is made")
    return secret


def _make(path: Path) -> None:
    # Linked into place when it is whole: of two servers that start at once, both read the one that came first.
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(_SECRET_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(own)
        except FileExistsError:
            return
    finally:
        own.unlink()
