"""Accounts: users, their logins and keys, what they used, and the record of what was done for safety's sake."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, ForeignKey, Index, Integer, Table, Text, Uuid

from runward.store.tables.base import Json, UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False),
    # The name with its case folded: unlike lower(), the same on every database and for every alphabet.
    Column("username_key", Text, nullable=False, unique=True),
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("quotas", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# A login is a family of refresh tokens; only the latest one's number is good.
logins = Table(
    "logins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("address", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("revoked_reason", Text),
    Index("ix_logins_user_id", "user_id", "id"),
    Index("ix_logins_expires_at", "expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    # The key's first characters, to know it by.
    Column("prefix", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("allowed_networks", Json, nullable=False),
    Column("quotas", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("replaced_by", Uuid),
    Column("last_used_at", UtcDateTime),
    Index("ix_api_keys_user_id", "user_id", "id"),
)

# Nothing refers to others: the record outlives whoever it is about.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_id", Uuid),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("address", Text),
    Column("correlation_id", Text),
    Column("detail", Json, nullable=False),
    Index("ix_audit_log_action", "action", "id"),
    Index("ix_audit_log_actor_id", "actor_id", "id"),
)

# Whoever has no account or no key is nobody: NULL cannot be part of a primary key.
usage = Table(
    "usage",
    metadata,
    Column("owner_id", Uuid, primary_key=True),
    Column("key_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("executions", BigInteger, nullable=False),
    Column("cpu_seconds", Double, nullable=False),
    Column("wall_seconds", Double, nullable=False),
    Column("memory_peak_bytes", BigInteger, nullable=False),
    Index("ix_usage_day", "day", "key_id"),
)
