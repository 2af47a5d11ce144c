"""Keys are shown once, replaced with an overlap, and nobody's but their user's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runward.accounts import Accounts, Scope
from runward.accounts.errors import CredentialsRefused
from runward.accounts.keys import MOST_KEYS, NewKey, ScopeNotYours, TooManyKeys
from runward.domain.access import USER_SCOPES, Quotas
from runward.store.api_keys import KeyEnded, KeyNotFound
from runward.store.audit import AuditAction
from tests.accounts.conftest import TESTER, MakeUser, ReadAudit

HOME = "192.0.2.7"
NEW = NewKey(
    name="ci",
    scopes=frozenset({Scope.EXECUTORS_RUN}),
    lifetime=timedelta(days=90),
    allowed_networks=("192.0.2.0/24",),
    quotas=Quotas(runs_per_minute=5),
)
DAY = timedelta(days=1)


async def test_of_a_key_only_its_beginning_and_its_hash_are_kept(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    user = await make_user()
    made = await accounts.keys.create(user.id, NEW, actor=TESTER)

    (listed,) = await accounts.keys.list_(user.id, limit=10)

    assert listed == made.key
    assert (listed.name, listed.scopes, listed.quotas) == (NEW.name, NEW.scopes, NEW.quotas)
    assert made.secret.startswith(listed.prefix)
    for told in (repr(listed), repr(made), repr(await read_audit())):
        assert made.secret not in told


async def test_a_key_cannot_do_more_than_its_user(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()

    with pytest.raises(ScopeNotYours, match="admin"):
        await accounts.keys.create(user.id, NewKey(name="x", scopes=frozenset(Scope)), actor=TESTER)


async def test_a_rotated_key_is_like_the_old_which_stays_good_for_the_overlap(
    accounts: Accounts, make_user: MakeUser
) -> None:
    user = await make_user()
    old = await accounts.keys.create(user.id, NEW, actor=TESTER)

    new = await accounts.keys.rotate(old.key.id, user_id=user.id, overlap=DAY, actor=TESTER)

    for made in (old, new):
        assert (await accounts.authenticate(made.secret, address=HOME)).key_id == made.key.id
    listed = {key.id: key for key in await accounts.keys.list_(user.id, limit=10)}
    assert listed[old.key.id].replaced_by == new.key.id
    ends = listed[old.key.id].expires_at
    assert ends is not None
    assert ends <= datetime.now(UTC) + DAY
    assert (new.key.name, new.key.scopes, new.key.allowed_networks, new.key.quotas) == (
        NEW.name,
        NEW.scopes,
        NEW.allowed_networks,
        NEW.quotas,
    )
    assert new.key.expires_at == new.key.created_at + timedelta(days=90)


async def test_without_an_overlap_the_old_key_ends_at_once(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    old = await accounts.keys.create(user.id, NEW, actor=TESTER)
    await accounts.authenticate(old.secret, address=HOME)

    await accounts.keys.rotate(old.key.id, user_id=user.id, overlap=timedelta(0), actor=TESTER)

    with pytest.raises(CredentialsRefused):
        await accounts.authenticate(old.secret, address=HOME)


async def test_an_overlap_does_not_make_a_key_last_longer(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    brief = NewKey(name="brief", scopes=USER_SCOPES, lifetime=timedelta(hours=1))
    old = await accounts.keys.create(user.id, brief, actor=TESTER)

    await accounts.keys.rotate(old.key.id, user_id=user.id, overlap=DAY, actor=TESTER)

    listed = {key.id: key for key in await accounts.keys.list_(user.id, limit=10)}
    assert listed[old.key.id].expires_at == old.key.expires_at


async def test_a_key_that_has_ended_or_has_a_successor_cannot_be_rotated(
    accounts: Accounts, make_user: MakeUser
) -> None:
    user = await make_user()
    revoked, replaced, expired = [
        await accounts.keys.create(user.id, NewKey(name="x", scopes=USER_SCOPES, lifetime=lifetime), actor=TESTER)
        for lifetime in (None, None, -DAY)
    ]
    await accounts.keys.revoke(revoked.key.id, user_id=user.id, actor=TESTER)
    await accounts.keys.rotate(replaced.key.id, user_id=user.id, overlap=DAY, actor=TESTER)

    for made in (revoked, replaced, expired):
        with pytest.raises(KeyEnded):
            await accounts.keys.rotate(made.key.id, user_id=user.id, overlap=DAY, actor=TESTER)


async def test_somebody_elses_key_is_not_there(accounts: Accounts, make_user: MakeUser) -> None:
    ada, bob = await make_user("ada"), await make_user("bob")
    made = await accounts.keys.create(ada.id, NEW, actor=TESTER)

    with pytest.raises(KeyNotFound):
        await accounts.keys.revoke(made.key.id, user_id=bob.id, actor=TESTER)
    with pytest.raises(KeyNotFound):
        await accounts.keys.rotate(made.key.id, user_id=bob.id, overlap=DAY, actor=TESTER)

    assert await accounts.keys.list_(bob.id, limit=10) == []
    await accounts.authenticate(made.secret, address=HOME)


async def test_what_is_done_with_keys_is_on_record(
    accounts: Accounts, make_user: MakeUser, read_audit: ReadAudit
) -> None:
    user = await make_user()
    made = await accounts.keys.create(user.id, NEW, actor=TESTER)
    rotated = await accounts.keys.rotate(made.key.id, user_id=user.id, overlap=DAY, actor=TESTER)
    for _ in range(2):
        await accounts.keys.revoke(rotated.key.id, user_id=user.id, actor=TESTER)

    entries = [(entry.action, entry.subject, entry.actor, entry.correlation_id) for entry in await read_audit()]

    assert entries[:3] == [
        (AuditAction.KEY_REVOKED, f"key:{rotated.key.id}", "tester", "test"),
        (AuditAction.KEY_ROTATED, f"key:{made.key.id}", "tester", "test"),
        (AuditAction.KEY_CREATED, f"key:{made.key.id}", "tester", "test"),
    ]
    assert entries[3][0] is AuditAction.USER_CREATED


async def test_keys_are_paged_the_newest_first(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    made = [(await accounts.keys.create(user.id, NEW, actor=TESTER)).key.id for _ in range(3)]

    first = await accounts.keys.list_(user.id, limit=2)
    rest = await accounts.keys.list_(user.id, limit=2, before=first[-1].id)

    assert [key.id for key in (*first, *rest)] == made[::-1]


async def test_a_user_has_so_many_good_keys_and_no_more(accounts: Accounts, make_user: MakeUser) -> None:
    user = await make_user()
    made = [await accounts.keys.create(user.id, NEW, actor=TESTER) for _ in range(MOST_KEYS)]

    with pytest.raises(TooManyKeys):
        await accounts.keys.create(user.id, NEW, actor=TESTER)

    await accounts.keys.revoke(made[0].key.id, user_id=user.id, actor=TESTER)
    await accounts.keys.create(user.id, NEW, actor=TESTER)
