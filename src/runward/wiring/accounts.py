"""From settings to accounts: who may call, and with what secret their tokens are signed."""

from __future__ import annotations

import secrets
import socket
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import structlog

from runward.accounts import Accounts, AccountsPolicy, AuthMode
from runward.accounts.secret import keep_secret
from runward.settings import Auth, Environment, Settings, SettingsError
from runward.store import Database

_log = structlog.get_logger()


def open_accounts(settings: Settings, database: Database, *, data_dir: Path) -> Accounts:
    """Return the accounts, to be closed; a secret that nobody chose is made and kept in the data folder."""
    mode = auth_mode(settings)
    redis_url = settings.redis_url
    return Accounts(
        database,
        AccountsPolicy(
            mode=mode,
            secret=_secret(settings, mode, data_dir),
            pepper=_pepper(settings),
            access_lifetime=timedelta(minutes=settings.access_token_minutes),
            refresh_lifetime=timedelta(days=settings.refresh_token_days),
            calls_per_minute=settings.rate_limit_per_minute,
            redis_url=None if redis_url is None else redis_url.get_secret_value(),
        ),
    )


def open_administration(settings: Settings, database: Database) -> Accounts:
    """Return the accounts for a command that changes them: it lets nobody in, so it needs no secret that lasts."""
    secret, pepper = secrets.token_bytes(32), _pepper(settings)
    return Accounts(database, AccountsPolicy(mode=AuthMode.REQUIRED, secret=secret, pepper=pepper))


def auth_mode(settings: Settings) -> AuthMode:
    """Return whether callers must say who they are; SettingsError where they need not, and could come from anywhere."""
    local = _is_loopback(settings.host)
    if settings.auth is None:
        return AuthMode.OPEN if local else AuthMode.REQUIRED
    if settings.auth is Auth.OPEN and not local:
        raise SettingsError(
            f"RUNWARD_AUTH: open lets anybody run programs, so it is for addresses of this machine alone, and {settings.host} "
            "is not one; listen on 127.0.0.1 (HOST, --host), or set RUNWARD_AUTH=required"
        )
    return AuthMode(settings.auth.value)


def _pepper(settings: Settings) -> bytes | None:
    return None if settings.api_key_secret is None else settings.api_key_secret.get_secret_value().encode()


def _is_loopback(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)


def _secret(settings: Settings, mode: AuthMode, data_dir: Path) -> bytes:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    if mode is AuthMode.REQUIRED and settings.environment is Environment.PRODUCTION:
        raise SettingsError(
            "SECRET_KEY: in production it must be set where accounts are required, the same for all servers; "
            'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if mode is AuthMode.REQUIRED:
        _log.info("secret_key_kept", folder=str(data_dir), detail="SECRET_KEY is not set; one server alone can do so")
    return keep_secret(data_dir)
