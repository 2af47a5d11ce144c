"""A token says what was signed, for one purpose and for its time; nothing else passes for one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runward.accounts.errors import CredentialsRefused, TokenExpired
from runward.accounts.tokens import AccessClaims, RefreshClaims, Tokens

SECRET = b"0123456789abcdef0123456789abcdef"
TOKENS = Tokens(SECRET, access_lifetime=timedelta(minutes=15), refresh_lifetime=timedelta(days=30))
OTHERS = Tokens(SECRET[::-1], access_lifetime=timedelta(minutes=15), refresh_lifetime=timedelta(days=30))
CLAIMS = AccessClaims(user_id=UUID(int=1), login_id=UUID(int=2))
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


@given(user_id=st.uuids(), login_id=st.uuids(), number=st.integers(1, 2**31 - 1))
def test_what_is_issued_is_read_back(user_id: UUID, login_id: UUID, number: int) -> None:
    access, refresh = AccessClaims(user_id=user_id, login_id=login_id), RefreshClaims(login_id=login_id, number=number)

    assert TOKENS.read_access(TOKENS.issue_access(access, now=now())) == access
    assert TOKENS.read_refresh(TOKENS.issue_refresh(refresh, now=now())) == refresh


@given(position=st.integers(0, 10_000), replacement=st.characters(codec="ascii"))
def test_a_token_in_which_a_character_was_changed_is_refused_or_says_the_same(position: int, replacement: str) -> None:
    token = TOKENS.issue_access(CLAIMS, now=now())
    position %= len(token)
    changed = token[:position] + replacement + token[position + 1 :]

    try:
        says = TOKENS.read_access(changed)
    except CredentialsRefused:
        return
    # The last character of base64 has bits that mean nothing.
    assert says == CLAIMS


@given(st.text())
def test_any_text_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(text)
    with pytest.raises(CredentialsRefused):
        TOKENS.read_refresh(text)


def test_a_token_of_another_secret_is_refused() -> None:
    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(OTHERS.issue_access(CLAIMS, now=now()))


def test_neither_kind_passes_for_the_other() -> None:
    refresh = TOKENS.issue_refresh(RefreshClaims(login_id=UUID(int=2), number=1), now=now())

    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(refresh)
    with pytest.raises(CredentialsRefused):
        TOKENS.read_refresh(TOKENS.issue_access(CLAIMS, now=now()))


def test_one_whose_time_is_over_is_told_so() -> None:
    with pytest.raises(TokenExpired):
        TOKENS.read_access(TOKENS.issue_access(CLAIMS, now=now() - DAY))


def test_an_expired_token_of_another_secret_is_not_told_apart() -> None:
    with pytest.raises(CredentialsRefused) as caught:
        TOKENS.read_access(OTHERS.issue_access(CLAIMS, now=now() - DAY))

    assert not isinstance(caught.value, TokenExpired)


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_token_cannot_choose_how_it_is_checked(algorithm: str) -> None:
    says = jwt.decode(TOKENS.issue_access(CLAIMS, now=now()), options={"verify_signature": False})
    # The type that PyJWT tells leaves out None, which it wants for this algorithm.
    key: Any = None if algorithm == "none" else b"0" * 64
    token = jwt.encode(says, key, algorithm=algorithm)

    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(token)


@pytest.mark.parametrize("missing", ["exp", "iat", "aud", "sub", "sid"])
def test_a_token_that_lacks_something_is_refused(missing: str) -> None:
    says = jwt.decode(TOKENS.issue_access(CLAIMS, now=now()), options={"verify_signature": False})
    del says[missing]

    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(jwt.encode(says, SECRET, algorithm="HS256"))


@pytest.mark.parametrize("wrong", [None, 7, "", "not-an-id", ["x"]])
def test_a_signed_token_whose_ids_are_none_is_refused(wrong: object) -> None:
    says = jwt.decode(TOKENS.issue_access(CLAIMS, now=now()), options={"verify_signature": False})
    says["sid"] = wrong

    with pytest.raises(CredentialsRefused):
        TOKENS.read_access(jwt.encode(says, SECRET, algorithm="HS256"))


@pytest.mark.parametrize("wrong", [None, "x", 1.5, [], "1"])
def test_a_signed_refresh_token_without_a_number_is_refused(wrong: object) -> None:
    claims = RefreshClaims(login_id=UUID(int=2), number=1)
    says = jwt.decode(TOKENS.issue_refresh(claims, now=now()), options={"verify_signature": False})
    says["num"] = wrong

    with pytest.raises(CredentialsRefused):
        TOKENS.read_refresh(jwt.encode(says, SECRET, algorithm="HS256"))


def test_a_token_says_nothing_of_the_user_but_ids() -> None:
    payload = TOKENS.issue_access(CLAIMS, now=now()).split(".")[1]
    says = json.loads(base64.urlsafe_b64decode(payload + "=="))

    assert set(says) == {"sub", "sid", "iat", "exp", "aud"}
