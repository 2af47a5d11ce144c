"""Migrations: how the tables came to be, each step forward and back, on SQLite and PostgreSQL."""

from runward.store.migrations.migrate import SchemaOutdated, current_revision, downgrade, latest_revision, upgrade

__all__ = ["SchemaOutdated", "current_revision", "downgrade", "latest_revision", "upgrade"]
