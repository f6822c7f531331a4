"""The table of clearances: a judgement is added and taken back, and never changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from quoting.adapters.sql.tables import metadata

clearances = Table(
    "clearances",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(200), nullable=False),
    Column("judgement", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", Text),
    Column("revoked_why", Text),
    Index("clearances_of_tenant", "tenant", "revoked_at", "id"),
)
