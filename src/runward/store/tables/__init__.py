"""The tables, one noun per module, on the one MetaData of ``base``."""

from runward.store.tables.base import metadata
from runward.store.tables.executions import executions, idempotency_keys
from runward.store.tables.sessions import session_versions, sessions

__all__ = ["executions", "idempotency_keys", "metadata", "session_versions", "sessions"]
