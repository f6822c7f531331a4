"""The table of clearances: a judgement is added and taken back, never changed, and kept until its years are over."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, text

from quoting.adapters.sql.tables import metadata

_REVOKED = text("revoked_at IS NOT NULL")

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
    Index("clearances_revoked", "revoked_at", sqlite_where=_REVOKED, postgresql_where=_REVOKED),
)
