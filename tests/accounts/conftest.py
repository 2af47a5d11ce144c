"""Accounts over a database of the test's own, of either kind."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from runward.accounts import Accounts, AccountsPolicy, AuthMode, Role
from runward.accounts.audit import Actor
from runward.store import Database
from runward.store.audit import AuditEntry
from runward.store.users import User

SECRET = b"a secret of the tests, and of them alone"
PASSWORD = "correct horse battery staple"
TESTER = Actor(id=None, name="tester", address="192.0.2.1", correlation_id="test")

OpenAccounts = Callable[..., Accounts]
MakeUser = Callable[..., Awaitable[User]]
ReadAudit = Callable[[], Awaitable[list[AuditEntry]]]


@pytest.fixture
async def open_accounts(database: Database) -> AsyncIterator[OpenAccounts]:
    """Return a function that opens accounts: another server of the same database at each call."""
    async with AsyncExitStack() as stack:

        def opened(mode: AuthMode = AuthMode.REQUIRED, **policy: object) -> Accounts:
            accounts = Accounts(database, AccountsPolicy(mode=mode, secret=SECRET, **policy))  # type: ignore[arg-type]  # any of its fields
            stack.push_async_callback(accounts.close)
            return accounts

        yield opened


@pytest.fixture
def accounts(open_accounts: OpenAccounts) -> Accounts:
    """Return accounts that let nobody in unknown."""
    return open_accounts()


@pytest.fixture
def make_user(accounts: Accounts) -> MakeUser:
    """Return a function that makes a user."""

    async def make(username: str = "ada", *, role: Role = Role.USER, **more: object) -> User:
        return await accounts.users.create(username, PASSWORD, role=role, actor=TESTER, **more)  # type: ignore[arg-type]  # any of its arguments

    return make


@pytest.fixture
def read_audit(accounts: Accounts) -> ReadAudit:
    """Return a function that reads the record, the latest first."""

    async def read() -> list[AuditEntry]:
        return await accounts.list_audit(limit=500, before=None, action=None, actor_id=None)

    return read


@pytest.fixture
def within_a_minute() -> None:
    """Wait for the next minute where this one ends soon: limits that keep two counts let one more by at its turn."""
    left = 60 - time.time() % 60
    if left < 20:
        time.sleep(left)
