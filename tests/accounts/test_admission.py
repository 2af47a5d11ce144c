"""Quotas hold at their edges, for the key and for all keys of an account together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from runward.accounts import Accounts, AuthMode, Identity, Quotas
from runward.accounts.errors import QuotaUsedUp, TooManyCalls
from runward.accounts.keys import NewKey
from runward.domain.access import USER_SCOPES
from runward.store import Database
from runward.store.usage import Charge, charge_usage
from tests.accounts.conftest import TESTER, MakeUser, OpenAccounts

HOME = "192.0.2.7"


async def key_of(accounts: Accounts, user_id: object, quotas: Quotas) -> Identity:
    new = NewKey(name="x", scopes=USER_SCOPES, quotas=quotas)
    made = await accounts.keys.create(user_id, new, actor=TESTER)  # type: ignore[arg-type]  # a user's id
    return await accounts.authenticate(made.secret, address=HOME)


async def charge(database: Database, identity: Identity, cpu_seconds: float, *, days_ago: int = 0) -> None:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    charged = Charge(
        owner_id=identity.account_id,
        key=identity.fairness_key,
        cpu_seconds=cpu_seconds,
        wall_seconds=2 * cpu_seconds,
        memory_peak_bytes=int(cpu_seconds * 1000),
    )
    await database.transact(lambda c: charge_usage(c, charged, now=at))


async def test_without_quotas_runs_are_not_counted(accounts: Accounts, make_user: MakeUser) -> None:
    identity = await key_of(accounts, (await make_user()).id, Quotas())

    assert await accounts.admit(identity) is None


async def test_a_key_may_run_as_often_as_it_may_and_no_more(accounts: Accounts, make_user: MakeUser) -> None:
    identity = await key_of(accounts, (await make_user()).id, Quotas(runs_per_minute=3, runs_per_hour=100))
    left = [allowance.remaining for _ in range(3) if (allowance := await accounts.admit(identity))]

    assert left == [2, 1, 0]
    with pytest.raises(TooManyCalls, match="runs a minute: at most 3 are allowed"):
        await accounts.admit(identity)


async def test_what_the_hour_refuses_does_not_use_up_the_minute(accounts: Accounts, make_user: MakeUser) -> None:
    user_id = (await make_user()).id
    identity = await key_of(accounts, user_id, Quotas(runs_per_minute=5, runs_per_hour=2))
    for _ in range(2):
        await accounts.admit(identity)
    for _ in range(5):
        with pytest.raises(TooManyCalls, match="runs an hour"):
            await accounts.admit(identity)


async def test_all_keys_of_an_account_share_its_quota(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user(quotas=Quotas(runs_per_hour=3))
    first, second = [await key_of(accounts, user.id, Quotas()) for _ in range(2)]
    await accounts.admit(first)
    await accounts.admit(second)
    await accounts.admit(first)

    with pytest.raises(TooManyCalls):
        await accounts.admit(second)


async def test_the_days_cpu_time_is_refused_when_it_is_used_up_and_not_before(
    accounts: Accounts, make_user: MakeUser, database: Database
) -> None:
    identity = await key_of(accounts, (await make_user()).id, Quotas(cpu_seconds_per_day=10))
    await charge(database, identity, 100, days_ago=1)
    await charge(database, identity, 9.5)
    await accounts.admit(identity)

    await charge(database, identity, 0.5)

    with pytest.raises(QuotaUsedUp, match="seconds of CPU time a day: at most 10") as caught:
        await accounts.admit(identity)
    assert 1 <= caught.value.retry_after <= 86_401


async def test_cpu_time_of_another_key_counts_for_the_account_and_not_for_this_key(
    accounts: Accounts, make_user: MakeUser, database: Database
) -> None:
    user = await make_user(quotas=Quotas(cpu_seconds_per_day=20))
    first, second = [await key_of(accounts, user.id, Quotas(cpu_seconds_per_day=10)) for _ in range(2)]

    await charge(database, first, 10)
    with pytest.raises(QuotaUsedUp, match="at most 10"):
        await accounts.admit(first)
    await accounts.admit(second)

    await charge(database, first, 10)
    with pytest.raises(QuotaUsedUp, match="at most 20"):
        await accounts.admit(second)


@pytest.mark.usefixtures("within_a_minute")
async def test_in_the_open_mode_runs_are_counted_by_address_where_that_is_wanted(open_accounts: OpenAccounts) -> None:
    free, counted = open_accounts(AuthMode.OPEN), open_accounts(AuthMode.OPEN, calls_per_minute=1)
    here, there = [await counted.authenticate(None, address=address) for address in (HOME, "198.51.100.9")]

    assert await free.admit(here) is None
    await counted.admit(here)
    with pytest.raises(TooManyCalls):
        await counted.admit(here)
    await counted.admit(there)


async def test_usage_adds_up_by_owner_key_and_day(accounts: Accounts, make_user: MakeUser, database: Database) -> None:
    user = await make_user()
    identity = await key_of(accounts, user.id, Quotas())
    nobody = Identity(account_id=None, name="anonymous", role=user.role, scopes=USER_SCOPES, address=HOME)
    for cpu_seconds in (1.5, 0.5):
        await charge(database, identity, cpu_seconds)
    await charge(database, identity, 4, days_ago=1)
    await charge(database, nobody, 8)

    def told(rows: list[object]) -> set[tuple[object, ...]]:
        names = ("owner_id", "key_id", "executions", "cpu_seconds", "wall_seconds", "memory_peak_bytes")
        return {tuple(getattr(row, name) for name in names) for row in rows}

    page = {"first": date(2000, 1, 1), "last": date(3000, 1, 1), "limit": 10, "offset": 0}
    everything = await accounts.list_usage(owner_id=None, **page)  # type: ignore[arg-type]  # as they are declared
    users = await accounts.list_usage(owner_id=user.id, **page)  # type: ignore[arg-type]  # as they are declared

    of_user = {(user.id, identity.key_id, 2, 2.0, 4.0, 1500), (user.id, identity.key_id, 1, 4.0, 8.0, 4000)}
    assert told([*users]) == of_user
    assert told([*everything]) == of_user | {(None, None, 1, 8.0, 16.0, 8000)}
    assert users[0].day > users[1].day
