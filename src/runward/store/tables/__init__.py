"""The tables, one noun per module, on the one MetaData of ``base``."""

from runward.store.tables.accounts import api_keys, audit_log, logins, usage, users
from runward.store.tables.base import metadata
from runward.store.tables.blobs import blob_references, uploads
from runward.store.tables.executions import executions, idempotency_keys
from runward.store.tables.sessions import session_versions, sessions
from runward.store.tables.statistics import execution_statistics
from runward.store.tables.workers import workers

__all__ = [
    "api_keys",
    "audit_log",
    "blob_references",
    "execution_statistics",
    "executions",
    "idempotency_keys",
    "logins",
    "metadata",
    "session_versions",
    "sessions",
    "uploads",
    "usage",
    "users",
    "workers",
]
