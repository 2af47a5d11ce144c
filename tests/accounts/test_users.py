"""Users have names of their own, and there is always an admin."""

from __future__ import annotations

import asyncio

import pytest

from runward.accounts import Accounts, Role
from runward.accounts.passwords import PasswordWeak
from runward.accounts.users import UserChange, UsernameUnusable
from runward.domain.access import Quotas
from runward.domain.ids import new_id
from runward.store.audit import AuditAction
from runward.store.users import LastAdmin, UsernameTaken, UserNotFound
from tests.accounts.conftest import PASSWORD, TESTER, MakeUser, ReadAudit


async def test_what_is_told_of_a_user_is_kept(accounts: Accounts, make_user: MakeUser) -> None:
    made = await make_user("Ada", email="ada@example.org", quotas=Quotas(runs_per_hour=7))

    assert await accounts.users.get(made.id) == made == await accounts.users.get_by_name("aDa")
    assert (made.username, made.email, made.role, made.active) == ("Ada", "ada@example.org", Role.USER, True)
    assert made.password_hash not in repr(made)


@pytest.mark.parametrize(("first", "second"), [("ada", "ADA"), ("stra\u00dfe", "STRASSE"), ("\ufb01n", "fin")])
async def test_names_that_look_the_same_are_taken(make_user: MakeUser, first: str, second: str) -> None:
    await make_user(first)

    with pytest.raises(UsernameTaken):
        await make_user(second)


async def test_of_two_who_take_a_name_at_once_one_gets_it(make_user: MakeUser) -> None:
    ended = await asyncio.gather(*(make_user(name) for name in ("ada", "Ada", "ADA")), return_exceptions=True)

    assert sum(isinstance(each, UsernameTaken) for each in ended) == 2


@pytest.mark.parametrize("name", ["", "a b", "-a", "a\n", "x" * 65, "a/b", "\u202eada"])
async def test_a_name_that_misleads_is_refused(make_user: MakeUser, name: str) -> None:
    with pytest.raises(UsernameUnusable):
        await make_user(name)


async def test_a_weak_password_makes_no_user(accounts: Accounts) -> None:
    with pytest.raises(PasswordWeak):
        await accounts.users.create("ada", "short", role=Role.USER, actor=TESTER)

    assert await accounts.users.list_(limit=10) == []


async def test_only_what_is_named_is_changed_and_that_is_on_record(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    user = await make_user(email="ada@example.org")

    changed = await accounts.users.change(
        user.id, UserChange(role=Role.ADMIN, quotas=Quotas(concurrent_runs=2), password="a" + PASSWORD), actor=TESTER
    )

    assert (changed.role, changed.quotas, changed.email) == (Role.ADMIN, Quotas(concurrent_runs=2), "ada@example.org")
    entry = (await read_audit())[0]
    assert (entry.action, entry.subject) == (AuditAction.USER_CHANGED, "user:ada")
    assert entry.detail == {"role": "admin", "quotas": {"concurrent_runs": 2}, "password_hash": "changed"}


async def test_the_last_active_admin_stays_one(accounts: Accounts, make_user: MakeUser) -> None:
    last = await make_user("last", role=Role.ADMIN)
    other = await make_user("other", role=Role.ADMIN)
    await accounts.users.change(other.id, UserChange(active=False), actor=TESTER)

    for change in (UserChange(role=Role.USER), UserChange(active=False)):
        with pytest.raises(LastAdmin):
            await accounts.users.change(last.id, change, actor=TESTER)

    assert (await accounts.users.get(last.id)).role is Role.ADMIN


async def test_of_two_admins_who_are_demoted_at_once_one_stays(accounts: Accounts, make_user: MakeUser) -> None:
    admins = [await make_user(name, role=Role.ADMIN) for name in ("ada", "bob")]

    ended = await asyncio.gather(
        *(accounts.users.change(each.id, UserChange(role=Role.USER), actor=TESTER) for each in admins),
        return_exceptions=True,
    )

    assert sum(isinstance(each, LastAdmin) for each in ended) == 1


async def test_who_is_not_there_cannot_be_changed(accounts: Accounts) -> None:
    for change in (UserChange(active=False), UserChange(), UserChange(password=PASSWORD)):
        with pytest.raises(UserNotFound):
            await accounts.users.change(new_id(), change, actor=TESTER)


async def test_users_are_paged_the_oldest_first(accounts: Accounts, make_user: MakeUser) -> None:
    made = [(await make_user(f"user{number}")).id for number in range(3)]

    first = await accounts.users.list_(limit=2)
    rest = await accounts.users.list_(limit=2, after=first[-1].id)

    assert [user.id for user in (*first, *rest)] == made
