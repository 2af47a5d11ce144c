"""Passwords: hashed by Argon2 in threads of their own, few at once, for each takes 64 MiB and a processor."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runward.accounts.errors import TooManyCalls
from runward.domain.errors import RequestError

T = TypeVar("T")

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2
_MOST_WAITING = 32


class PasswordWeak(RequestError):
    """The password is one that is guessed; the message says what is asked of it."""

    code = "password_weak"


def check_password(password: str, *, username: str) -> None:
    """Raise PasswordWeak where the password is too short, too long, or made of nearly nothing."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordWeak(f"a password has {SHORTEST} to {LONGEST} characters; choose one of that length")
    if len(set(password)) < SHORTEST // 3 or username.casefold() in password.casefold():
        raise PasswordWeak("a password has several different characters, and not the user's name in it; choose another")


class Passwords:
    """Makes and checks password hashes; as many as wait already are refused rather than queued without end."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="runward-password")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await self._run(lambda: self._hasher.hash(_normal(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Tell whether the password is that of the hash; where there is no hash it is not, and that takes as long."""
        return await self._run(lambda: self._verify(password, password_hash))

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """End the threads, once what they do is done."""
        self._threads.shutdown()

    def _verify(self, password: str, password_hash: str | None) -> bool:
        # Made in either case, so that not even the first time tells anything.
        nobodys = _nobodys_hash()
        try:
            self._hasher.verify(password_hash or nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= _MOST_WAITING:
            raise TooManyCalls(what="passwords are being checked as fast as can be", limit=_MOST_WAITING, retry_after=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


@cache
def _nobodys_hash() -> str:
    """Return what the password of a user who is not there is compared with, so that the time tells nothing."""
    return PasswordHasher().hash(secrets.token_urlsafe())


def _normal(password: str) -> bytes:
    # One keyboard sends é as one character, another as two.  surrogatepass: a lone surrogate, which JSON can bear, must
    # not be an error of ours.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
