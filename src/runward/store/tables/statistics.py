"""Statistics of executions whose rows are gone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Double, Table, Text, Uuid

from runward.store.tables.base import metadata

execution_statistics = Table(
    "execution_statistics",
    metadata,
    # The day (UTC) on which they were submitted.
    Column("day", Date, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    # Empty where they have none; a column of the key cannot be null.
    Column("outcome", Text, primary_key=True),
    # All zeros where nobody owned them.
    Column("owner_id", Uuid, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("execution_time_ms_total", Double, nullable=False),
    Column("execution_time_ms_max", Double, nullable=False),
    Column("cpu_time_ms_total", Double, nullable=False),
    Column("cpu_time_ms_max", Double, nullable=False),
    Column("memory_peak_bytes_max", BigInteger, nullable=False),
    # How many of them took so long.
    Column("up_to_10_ms", BigInteger, nullable=False),
    Column("up_to_100_ms", BigInteger, nullable=False),
    Column("up_to_1_s", BigInteger, nullable=False),
    Column("up_to_10_s", BigInteger, nullable=False),
    Column("over_10_s", BigInteger, nullable=False),
)
