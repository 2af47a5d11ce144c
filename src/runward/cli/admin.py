"""`runward admin`: the database's schema, users, their keys and the record, for whoever may read the database."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from runward.accounts import Accounts, Role, Scope
from runward.accounts.audit import Actor
from runward.accounts.keys import NewKey
from runward.accounts.users import UserChange
from runward.cli.quantity import parse_time
from runward.domain.access import USER_SCOPES
from runward.domain.errors import RequestError
from runward.domain.networks import parse_network
from runward.settings import Settings, load_settings
from runward.store import Database, open_database
from runward.store.migrations import SchemaOutdated, current_revision, latest_revision, upgrade
from runward.telemetry import configure_logs
from runward.wiring.accounts import open_administration
from runward.wiring.services import data_dir, database_url

T = TypeVar("T")

_PAGE = 500

admin = typer.Typer(
    name="admin",
    help="Administer a server: its database, users, API keys and the record.",
    no_args_is_help=True,
)

Username = Annotated[str, typer.Argument(help="The user's name.", metavar="USER")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password up, and print it.")]


@admin.command("migrate")
def migrate() -> None:
    """Bring the database's schema up to date; while this runs, other servers of it should not."""
    found, wanted = _run_on_database(_migrate)
    print(f"the schema was at {found or 'nothing'}, and is at {wanted}")


@admin.command("create-user")
def create_user(
    username: Username,
    *,
    role: Annotated[Role, typer.Option(help="What the user is.")] = Role.USER,
    email: Annotated[str | None, typer.Option(help="Where to write to.")] = None,
    generate: Generate = False,
) -> None:
    """Make a user.  The password is asked for, or read from standard input, or made up with --generate."""
    password = _password(generate=generate)
    user = _run(lambda accounts, actor: accounts.users.create(username, password, role=role, email=email, actor=actor))
    print(f"{user.username} is a new {user.role} ({user.id})")
    if generate:
        print(f"password: {password}")


@admin.command("set-password")
def set_password(username: Username, *, generate: Generate = False) -> None:
    """Give a user a new password, and log them out everywhere."""
    password = _password(generate=generate)
    _change(username, UserChange(password=password))
    print(f"{username} has a new password")
    if generate:
        print(f"password: {password}")


@admin.command("list-users")
def list_users(*, as_json: Json = False) -> None:
    """List the users."""
    users = _run(lambda accounts, _actor: _all(accounts.users.list_))
    if as_json:
        told = [
            {
                "id": str(user.id),
                "username": user.username,
                "email": user.email,
                "role": user.role,
                "active": user.active,
                "quotas": user.quotas.as_dict(),
                "created_at": user.created_at.isoformat(),
            }
            for user in users
        ]
        print(json.dumps(told, indent=2))
        return
    table = Table("name", "role", "state", "made", "id", box=None, pad_edge=False)
    for user in users:
        state = "active" if user.active else "not active"
        table.add_row(user.username, user.role, state, f"{user.created_at:%Y-%m-%d %H:%M}", str(user.id))
    Console().print(table)


@admin.command("set-role")
def set_role(username: Username, role: Annotated[Role, typer.Argument(help="What the user is to be.")]) -> None:
    """Make a user an admin, or an admin a user."""
    _change(username, UserChange(role=role))
    print(f"{username} is {role} now")


@admin.command("deactivate")
def deactivate(username: Username) -> None:
    """Let a user, and their keys, in no more; what they own stays."""
    _change(username, UserChange(active=False))
    print(f"{username} is not active any more")


@admin.command("activate")
def activate(username: Username) -> None:
    """Let a user in again, and their keys too."""
    _change(username, UserChange(active=True))
    print(f"{username} is active")


@admin.command("create-key")
def create_key(
    username: Username,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do, several times; without it all that a user may.")
    ] = None,
    expires: Annotated[
        timedelta | None, typer.Option(help="After how long it ends, such as `90d`.", parser=parse_time, metavar="TIME")
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Where it may be used from, several times, such as `10.0.0.0/8`.")
    ] = None,
) -> None:
    """Make an API key of a user, and print it: it cannot be seen again."""
    new = NewKey(
        name=name,
        scopes=frozenset(scope or USER_SCOPES),
        lifetime=expires,
        allowed_networks=tuple(_network(each) for each in network or ()),
    )

    async def create(accounts: Accounts, actor: Actor) -> str:
        user = await accounts.users.get_by_name(username)
        made = await accounts.keys.create(user.id, new, actor=actor)
        print(f"id: {made.key.id}")
        return made.secret

    print(f"key: {_run(create)}")


@admin.command("revoke-key")
def revoke_key(key_id: Annotated[UUID, typer.Argument(help="The key's id, as `create-key` told it.")]) -> None:
    """End an API key."""
    _run(lambda accounts, actor: accounts.keys.revoke(key_id, user_id=None, actor=actor))
    print(f"{key_id} is revoked")


@admin.command("audit")
def audit(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The latest so many entries.")] = 50,
    as_json: Json = False,
) -> None:
    """Read the record of what was done for safety's sake, the latest first."""
    entries = _run(lambda accounts, _actor: accounts.list_audit(limit=limit, before=None, action=None, actor_id=None))
    for entry in entries:
        detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
        if as_json:
            told = {
                "id": str(entry.id),
                "at": entry.at.isoformat(),
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "address": entry.address,
                "correlation_id": entry.correlation_id,
                "detail": dict(entry.detail),
            }
            print(json.dumps(told))
        else:
            where = f" from {entry.address}" if entry.address else ""
            print(
                f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.action} {entry.subject or '-'} by {entry.actor}{where} {detail}".rstrip()
            )


def _change(username: str, change: UserChange) -> None:
    async def work(accounts: Accounts, actor: Actor) -> None:
        user = await accounts.users.get_by_name(username)
        await accounts.users.change(user.id, change, actor=actor)

    _run(work)


async def _all(list_page: Callable[..., Awaitable[list[T]]]) -> list[T]:
    found: list[T] = []
    while page := await list_page(limit=_PAGE, after=getattr(found[-1], "id", None) if found else None):
        found += page
    return found


def _network(text: str) -> str:
    try:
        return str(parse_network(text))
    except ValueError as error:
        raise RequestError(str(error)) from None


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(18)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise RequestError("the two passwords differ")
    return password


def _run(work: Callable[[Accounts, Actor], Awaitable[T]]) -> T:
    """Run the work on the accounts of a database whose schema is up to date."""

    async def within(settings: Settings, database: Database) -> T:
        if database.name == "sqlite":
            await upgrade(database)  # as the server does
        found, wanted = await current_revision(database), latest_revision()
        if found != wanted:
            raise SchemaOutdated(found=found, wanted=wanted)
        accounts = open_administration(settings, database)
        try:
            return await work(accounts, Actor(id=None, name=f"command:uid {os.getuid()}"))
        finally:
            await accounts.close()

    return _run_on_database(within)


async def _migrate(_settings: Settings, database: Database) -> tuple[str | None, str | None]:
    found = await current_revision(database)
    await upgrade(database)
    return found, await current_revision(database)


def _run_on_database(work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    configure_logs(level="warning")
    # What is made here holds hashes of passwords.
    os.umask(0o077)
    settings = load_settings()

    async def within() -> T:
        async with _opened(settings) as database:
            return await work(settings, database)

    return asyncio.run(within())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(database_url(settings), pool_size=1)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
        _give_to_owner(settings)


def _give_to_owner(settings: Settings) -> None:
    # The server's folder belongs to the user that it becomes; what root has made in it, that user must be able to write.
    folder = data_dir(settings)
    if os.geteuid() != 0 or not folder.is_dir():
        return
    owner = folder.stat()
    for path in folder.iterdir():
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
