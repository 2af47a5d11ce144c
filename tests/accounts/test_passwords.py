"""Passwords are kept as Argon2 hashes, told apart from others, and never wait in an endless queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from runward.accounts.errors import TooManyCalls
from runward.accounts.passwords import Passwords, PasswordWeak, check_password

PASSWORD = "correct horse battery staple"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    opened = Passwords()
    yield opened
    opened.close()


async def test_the_right_one_is_known_and_another_is_not(passwords: Passwords) -> None:
    hashed = await passwords.hash(PASSWORD)

    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(PASSWORD, hashed)
    assert not await passwords.verify(PASSWORD + " ", hashed)
    assert not passwords.is_outdated(hashed)


async def test_equal_passwords_have_different_hashes(passwords: Passwords) -> None:
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_of_nobody_no_password_is_right(passwords: Passwords) -> None:
    assert not await passwords.verify(PASSWORD, None)


async def test_a_damaged_hash_is_nobodys(passwords: Passwords) -> None:
    assert not await passwords.verify(PASSWORD, "$argon2id$what")


async def test_it_does_not_matter_how_a_keyboard_sends_an_accent(passwords: Passwords) -> None:
    hashed = await passwords.hash("caf\u00e9 au lait, s'il")

    assert await passwords.verify("cafe\u0301 au lait, s'il", hashed)


async def test_half_a_character_is_a_password_like_any(passwords: Passwords) -> None:
    assert await passwords.verify("\ud800 and more of it", await passwords.hash("\ud800 and more of it"))


async def test_a_hash_of_weaker_parameters_is_outdated(passwords: Passwords) -> None:
    weaker = "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0dWRWJTmaaJObG"

    assert passwords.is_outdated(weaker)


async def test_more_than_can_wait_are_refused_at_once(passwords: Passwords) -> None:
    tries = [asyncio.create_task(passwords.verify(PASSWORD, None)) for _ in range(40)]

    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(each, TooManyCalls) for each in ended) == 8
    assert ended.count(False) == 32


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaaaaaa", "my name is Ada!", "x" * 257, "abababababab"])
def test_what_is_guessed_is_refused(weak: str) -> None:
    with pytest.raises(PasswordWeak):
        check_password(weak, username="ada")


def test_a_long_one_of_words_is_taken() -> None:
    check_password(PASSWORD, username="ada")
