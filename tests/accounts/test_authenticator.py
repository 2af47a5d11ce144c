"""Who calls is known by key or token alone, and what ends either ends it for every server."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from runward.accounts import Accounts, AuthMode, Role, Scope
from runward.accounts.errors import (
    AddressRefused,
    AuthenticationRequired,
    CredentialsRefused,
    ScopeMissing,
    TooManyCalls,
)
from runward.accounts.keys import NewKey
from runward.accounts.users import UserChange
from runward.domain.access import USER_SCOPES, Quotas
from runward.store.audit import AuditAction
from tests.accounts.conftest import PASSWORD, TESTER, MakeUser, OpenAccounts, ReadAudit

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
RUNNER = frozenset({Scope.EXECUTORS_RUN})


async def test_without_credentials_nobody_is_let_in(accounts: Accounts) -> None:
    with pytest.raises(AuthenticationRequired):
        await accounts.authenticate(None, address=HOME)


async def test_in_the_open_mode_anybody_may_do_all_but_administer(open_accounts: OpenAccounts) -> None:
    identity = await open_accounts(AuthMode.OPEN).authenticate(None, address=HOME)

    assert (identity.account_id, identity.scopes) == (None, USER_SCOPES)
    assert identity.fairness_key == f"address:{HOME}"
    assert identity.owns(None)


async def test_in_the_open_mode_too_wrong_credentials_are_refused(open_accounts: OpenAccounts) -> None:
    with pytest.raises(CredentialsRefused):
        await open_accounts(AuthMode.OPEN).authenticate("rw_wrong", address=HOME)


async def test_a_key_is_its_user_with_what_it_may(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user(quotas=Quotas(concurrent_runs=4, runs_per_hour=100))
    new = NewKey(name="ci", scopes=RUNNER, quotas=Quotas(concurrent_runs=9, runs_per_minute=5))
    made = await accounts.keys.create(user.id, new, actor=TESTER)

    identity = await accounts.authenticate(made.secret, address=HOME)

    assert (identity.account_id, identity.name, identity.scopes) == (user.id, "ada", RUNNER)
    assert identity.quotas == Quotas(concurrent_runs=4, runs_per_hour=100, runs_per_minute=5)
    assert identity.fairness_key == f"key:{made.key.id}"


async def test_an_admins_key_may_not_administer_once_they_are_none(
    accounts: Accounts, open_accounts: OpenAccounts, make_user: MakeUser
) -> None:
    await make_user("root1", role=Role.ADMIN)
    user = await make_user("ada", role=Role.ADMIN)
    made = await accounts.keys.create(user.id, NewKey(name="all", scopes=frozenset(Scope)), actor=TESTER)
    assert (await accounts.authenticate(made.secret, address=HOME)).is_admin

    await accounts.users.change(user.id, UserChange(role=Role.USER), actor=TESTER)

    for each in (accounts, open_accounts()):
        assert not (await each.authenticate(made.secret, address=HOME)).is_admin


async def test_a_key_that_was_revoked_has_expired_or_whose_user_is_not_active_is_refused(
    accounts: Accounts, open_accounts: OpenAccounts, make_user: MakeUser
) -> None:
    user = await make_user()
    revoked, expired, users = [
        await accounts.keys.create(user.id, NewKey(name=name, scopes=RUNNER, lifetime=lifetime), actor=TESTER)
        for name, lifetime in (("revoked", None), ("expired", timedelta(seconds=-1)), ("users", None))
    ]
    await accounts.authenticate(revoked.secret, address=HOME)
    await accounts.authenticate(users.secret, address=HOME)

    await accounts.keys.revoke(revoked.key.id, user_id=user.id, actor=TESTER)
    await accounts.users.change(user.id, UserChange(active=False), actor=TESTER)

    for each in (accounts, open_accounts()):
        for made in (revoked, expired, users):
            with pytest.raises(CredentialsRefused):
                await each.authenticate(made.secret, address=HOME)


async def test_a_revocation_on_another_server_holds_here_within_seconds(
    accounts: Accounts, open_accounts: OpenAccounts, make_user: MakeUser
) -> None:
    user, other = await make_user(), open_accounts()
    made = await accounts.keys.create(user.id, NewKey(name="ci", scopes=RUNNER), actor=TESTER)
    await other.authenticate(made.secret, address=HOME)

    await accounts.keys.revoke(made.key.id, user_id=user.id, actor=TESTER)

    async def asked_until_refused() -> None:
        while True:
            await other.authenticate(made.secret, address=HOME)
            await asyncio.sleep(0.05)

    with pytest.raises(CredentialsRefused):
        await asyncio.wait_for(asked_until_refused(), 30)


async def test_a_key_is_refused_from_an_address_that_is_not_its_own_and_that_is_on_record(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    user = await make_user()
    new = NewKey(name="ci", scopes=RUNNER, allowed_networks=("192.0.2.0/24",))
    made = await accounts.keys.create(user.id, new, actor=TESTER)
    assert (await accounts.authenticate(made.secret, address=HOME)).key_id == made.key.id

    for address in (ELSEWHERE, None):
        with pytest.raises(AddressRefused):
            await accounts.authenticate(made.secret, address=address)

    entry = (await read_audit())[1]
    assert (entry.action, entry.address) == (AuditAction.KEY_ADDRESS_REFUSED, ELSEWHERE)
    assert entry.subject == f"key:{made.key.id}"


@pytest.mark.usefixtures("within_a_minute")
async def test_who_guesses_is_slowed_down_and_who_knows_is_not(
    open_accounts: OpenAccounts, make_user: MakeUser
) -> None:
    user, accounts = await make_user(), open_accounts(calls_per_minute=3)
    made = await accounts.keys.create(user.id, NewKey(name="ci", scopes=RUNNER), actor=TESTER)
    for number in range(3):
        with pytest.raises(CredentialsRefused):
            await accounts.authenticate(f"rw_{number}", address=HOME)

    with pytest.raises(TooManyCalls):
        await accounts.authenticate("rw_3", address=HOME)

    assert (await accounts.authenticate(made.secret, address=HOME)).account_id == user.id


async def test_a_key_of_another_pepper_is_unknown(open_accounts: OpenAccounts, make_user: MakeUser) -> None:
    user, peppered = await make_user(), open_accounts(pepper=b"pepper of these tests")
    made = await peppered.keys.create(user.id, NewKey(name="ci", scopes=RUNNER), actor=TESTER)
    assert (await peppered.authenticate(made.secret, address=HOME)).account_id == user.id

    with pytest.raises(CredentialsRefused):
        await open_accounts().authenticate(made.secret, address=HOME)


async def test_when_a_key_was_used_is_kept(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    made = await accounts.keys.create(user.id, NewKey(name="ci", scopes=RUNNER), actor=TESTER)

    await accounts.authenticate(made.secret, address=HOME)
    (first,) = await accounts.keys.list_(user.id, limit=10)
    accounts.authenticator.forget()
    await accounts.authenticate(made.secret, address=HOME)
    (second,) = await accounts.keys.list_(user.id, limit=10)

    assert first.last_used_at is not None
    assert second.last_used_at == first.last_used_at


@pytest.mark.usefixtures("within_a_minute")
async def test_what_a_caller_may_not_do_is_on_record_but_not_without_end(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    await make_user()
    pair = await accounts.logins.log_in("ada", PASSWORD, address=HOME)
    identity = await accounts.authenticate(pair.access_token, address=HOME)

    for _ in range(50):
        with pytest.raises(ScopeMissing, match="needs the scope admin"):
            await accounts.require(identity, Scope.ADMIN, subject="GET /admin/users")

    refused = [entry for entry in await read_audit() if entry.action is AuditAction.SCOPE_REFUSED]
    assert len(refused) == 20
    assert (refused[0].actor, refused[0].subject, refused[0].address) == ("user:ada", "GET /admin/users", HOME)


async def test_what_is_somebody_elses_an_admin_alone_may_see_and_that_is_on_record(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    ada, bob = await make_user("ada", role=Role.ADMIN), await make_user("bob")
    admin, user = [
        await accounts.authenticate(
            (await accounts.logins.log_in(name, PASSWORD, address=HOME)).access_token, address=HOME
        )
        for name in ("ada", "bob")
    ]

    assert await accounts.may_see(user, bob.id, subject="session:1")
    assert not await accounts.may_see(user, ada.id, subject="session:2")
    assert not await accounts.may_see(user, None, subject="session:3")
    assert await accounts.may_see(admin, ada.id, subject="session:2")
    assert await accounts.may_see(admin, bob.id, subject="session:1")

    reads = [entry for entry in await read_audit() if entry.action is AuditAction.FOREIGN_READ]
    assert [(entry.actor, entry.subject, entry.detail) for entry in reads] == [
        ("user:ada", "session:1", {"owner": str(bob.id)})
    ]
