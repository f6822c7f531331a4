"""The tables of the record: entries, which are only ever added, and one head a tenant, which is locked to add one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, String, Table, Text, text

from quoting.adapters.sql.tables import metadata

_A_CHECK = text("kind = 'checked' AND facts <> ''")

record = Table(
    "record",
    metadata,
    Column("tenant", String(200), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("retain_until", String(10), nullable=False),
    Column("facts", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("tenant", "seq"),
    Index("record_of_checks", "recorded_at", sqlite_where=_A_CHECK, postgresql_where=_A_CHECK),
    Index("record_of_subject", "subject", "tenant", "seq"),
)

record_heads = Table(
    "record_heads",
    metadata,
    Column("tenant", String(200), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
