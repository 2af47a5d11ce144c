"""Logging in, staying so and out again; whatever ends a login ends its tokens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from runward.accounts import Accounts, Identity
from runward.accounts.errors import CredentialsRefused, LoginNeeded, LoginRefused, TooManyCalls
from runward.accounts.keys import NewKey
from runward.accounts.logins import PasswordWrong, TokenPair
from runward.accounts.passwords import PasswordWeak
from runward.accounts.users import UserChange
from runward.domain.access import USER_SCOPES
from runward.store import Database
from runward.store.audit import AuditAction
from runward.store.users import get_user, replace_password_hash
from tests.accounts.conftest import PASSWORD, TESTER, MakeUser, OpenAccounts, ReadAudit

HOME = "192.0.2.7"
NEW_PASSWORD = "a new one, longer than the old"


async def log_in(accounts: Accounts, password: str = PASSWORD) -> TokenPair:
    return await accounts.logins.log_in("ada", password, address=HOME)


async def who(accounts: Accounts, pair: TokenPair) -> Identity:
    return await accounts.authenticate(pair.access_token, address=HOME)


async def assert_ended(accounts: Accounts, pair: TokenPair) -> None:
    with pytest.raises(CredentialsRefused):
        await accounts.authenticate(pair.access_token, address=HOME)
    with pytest.raises(CredentialsRefused):
        await accounts.logins.refresh(pair.refresh_token, address=HOME)


async def test_who_logs_in_is_known_by_the_access_token(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()

    identity = await who(accounts, await log_in(accounts))

    assert (identity.account_id, identity.name, identity.scopes) == (user.id, "ada", USER_SCOPES)
    assert identity.fairness_key == f"user:{user.id}"


async def test_a_name_is_the_same_in_any_case(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user("Ada")

    assert (await who(accounts, await accounts.logins.log_in("aDA", PASSWORD, address=HOME))).account_id == user.id


async def test_wrong_password_unknown_name_and_inactive_account_look_the_same(
    accounts: Accounts, make_user: MakeUser
) -> None:
    inactive = await make_user("inactive")
    await make_user("ada")
    await accounts.users.change(inactive.id, UserChange(active=False), actor=TESTER)

    refusals = []
    for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("inactive", PASSWORD)):
        with pytest.raises(LoginRefused) as caught:
            await accounts.logins.log_in(name, password, address=HOME)
        refusals.append(str(caught.value))

    assert len(set(refusals)) == 1


async def test_logins_are_on_record_and_a_password_in_the_wrong_field_is_not(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    await make_user()
    await log_in(accounts)
    for name, password in (("ada", "wrong"), (PASSWORD, "")):
        with pytest.raises(LoginRefused):
            await accounts.logins.log_in(name, password, address=HOME)

    unknown, failed, login, *_ = await read_audit()

    assert (unknown.action, unknown.subject) == (AuditAction.LOGIN_FAILED, None)
    assert (failed.action, failed.subject) == (AuditAction.LOGIN_FAILED, "user:ada")
    assert (login.action, login.actor, login.address) == (AuditAction.LOGIN, "user:ada", HOME)
    assert PASSWORD not in repr(await read_audit())


async def test_a_refresh_token_brings_new_ones_of_the_same_login(accounts: Accounts, make_user: MakeUser) -> None:
    await make_user()
    first = await log_in(accounts)

    second = await accounts.logins.refresh(first.refresh_token, address=HOME)
    third = await accounts.logins.refresh(second.refresh_token, address=HOME)

    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert (await who(accounts, third)).login_id == (await who(accounts, first)).login_id


async def test_a_refresh_token_that_comes_again_ends_the_login_of_thief_and_owner(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    await make_user()
    stolen, other = await log_in(accounts), await log_in(accounts)
    owners = await accounts.logins.refresh(stolen.refresh_token, address=HOME)
    await who(accounts, owners)

    with pytest.raises(CredentialsRefused):
        await accounts.logins.refresh(stolen.refresh_token, address="198.51.100.9")

    await assert_ended(accounts, owners)
    await who(accounts, other)
    reused = [entry for entry in await read_audit() if entry.action is AuditAction.REFRESH_REUSED]
    assert [(entry.address, entry.detail) for entry in reused] == [("198.51.100.9", {"user": "ada"})]


async def test_of_two_who_refresh_at_once_one_wins_and_the_login_ends(accounts: Accounts, make_user: MakeUser) -> None:
    await make_user()
    pair = await log_in(accounts)

    ended = await asyncio.gather(
        *(accounts.logins.refresh(pair.refresh_token, address=HOME) for _ in range(2)), return_exceptions=True
    )

    won = [each for each in ended if isinstance(each, TokenPair)]
    assert len(won) == 1
    await assert_ended(accounts, won[0])


async def test_log_out_ends_this_login_alone(accounts: Accounts, make_user: MakeUser) -> None:
    await make_user()
    here, elsewhere = await log_in(accounts), await log_in(accounts)

    await accounts.logins.log_out(await who(accounts, here), everywhere=False)

    await assert_ended(accounts, here)
    await who(accounts, elsewhere)


async def test_log_out_everywhere_ends_them_all(accounts: Accounts, make_user: MakeUser) -> None:
    await make_user()
    pairs = [await log_in(accounts) for _ in range(3)]

    await accounts.logins.log_out(await who(accounts, pairs[0]), everywhere=True)

    for pair in pairs:
        await assert_ended(accounts, pair)


async def test_a_new_password_ends_all_other_logins(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    await make_user()
    here, elsewhere = await log_in(accounts), await log_in(accounts)

    await accounts.logins.change_password(await who(accounts, here), current=PASSWORD, new=NEW_PASSWORD)

    await who(accounts, here)
    await assert_ended(accounts, elsewhere)
    with pytest.raises(LoginRefused):
        await log_in(accounts)
    await log_in(accounts, NEW_PASSWORD)
    assert NEW_PASSWORD not in repr(await read_audit())


async def test_who_does_not_know_the_password_cannot_change_it(accounts: Accounts, make_user: MakeUser) -> None:
    await make_user()
    identity = await who(accounts, await log_in(accounts))

    with pytest.raises(PasswordWrong):
        await accounts.logins.change_password(identity, current="wrong", new=NEW_PASSWORD)
    with pytest.raises(PasswordWeak):
        await accounts.logins.change_password(identity, current=PASSWORD, new="short")

    await log_in(accounts)


async def test_deactivation_and_an_admins_new_password_end_all_logins(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    before = await log_in(accounts)
    await accounts.users.change(user.id, UserChange(password=NEW_PASSWORD), actor=TESTER)
    await assert_ended(accounts, before)

    after = await log_in(accounts, NEW_PASSWORD)
    await accounts.users.change(user.id, UserChange(active=False), actor=TESTER)
    await assert_ended(accounts, after)

    # Not even once the account is active again.
    await accounts.users.change(user.id, UserChange(active=True), actor=TESTER)
    await assert_ended(accounts, after)


async def test_a_key_can_neither_log_out_nor_change_the_password(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    made = await accounts.keys.create(user.id, NewKey(name="ci", scopes=USER_SCOPES), actor=TESTER)
    identity = await accounts.authenticate(made.secret, address=HOME)

    with pytest.raises(LoginNeeded):
        await accounts.logins.log_out(identity, everywhere=True)
    with pytest.raises(LoginNeeded):
        await accounts.logins.change_password(identity, current=PASSWORD, new=NEW_PASSWORD)


@pytest.mark.usefixtures("within_a_minute")
async def test_guesses_of_one_name_are_slowed_down_wherever_they_come_from(
    accounts: Accounts, make_user: MakeUser
) -> None:
    await make_user()
    for number in range(10):
        with pytest.raises(LoginRefused):
            await accounts.logins.log_in("ada", "wrong", address=f"192.0.2.{number}")

    with pytest.raises(TooManyCalls):
        await accounts.logins.log_in("ADA", PASSWORD, address="192.0.2.99")


@pytest.mark.usefixtures("within_a_minute")
async def test_attempts_from_one_address_are_slowed_down_whatever_the_names(open_accounts: OpenAccounts) -> None:
    accounts = open_accounts(calls_per_minute=2)
    for number in range(2):
        with pytest.raises(LoginRefused):
            await accounts.logins.log_in(f"user{number}", "wrong", address="2001:db8::1")

    with pytest.raises(TooManyCalls):
        await accounts.logins.log_in("user3", "wrong", address="2001:db8::ffff")
    with pytest.raises(LoginRefused):
        await accounts.logins.log_in("user3", "wrong", address="2001:db8:0:1::1")


async def test_a_hash_of_old_parameters_is_made_anew_at_the_next_login(
    accounts: Accounts, make_user: MakeUser, database: Database
) -> None:
    user = await make_user()
    old = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await database.transact(lambda c: replace_password_hash(c, user.id, expected=user.password_hash, new=old))

    await log_in(accounts)

    renewed = await database.read(lambda c: get_user(c, user.id))
    assert renewed.password_hash not in {old, user.password_hash}
    await log_in(accounts)


async def test_an_expired_login_cannot_be_renewed(open_accounts: OpenAccounts, make_user: MakeUser) -> None:
    await make_user()
    brief = open_accounts(refresh_lifetime=timedelta(seconds=-60))
    pair = await log_in(brief)

    with pytest.raises(CredentialsRefused):
        await brief.logins.refresh(pair.refresh_token, address=HOME)
