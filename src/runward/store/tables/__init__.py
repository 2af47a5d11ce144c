"""The tables, one noun per module, on the one MetaData of ``base``."""

from runward.store.tables.accounts import api_keys, audit_log, logins, usage, users
from runward.store.tables.base import metadata
from runward.store.tables.executions import executions, idempotency_keys
from runward.store.tables.sessions import session_versions, sessions

__all__ = [
    "api_keys",
    "audit_log",
    "executions",
    "idempotency_keys",
    "logins",
    "metadata",
    "session_versions",
    "sessions",
    "usage",
    "users",
]
