"""The tables. Times are milliseconds since 1970 by the clock of the database; `migrations/` makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
_ENDED = text("finished_at IS NOT NULL")

reference_files = Table(
    "reference_files",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("gz", LargeBinary, nullable=False),
)

# The job table as well: a quote that is queued here is queued, whatever Redis has forgotten.
quotes = Table(
    "quotes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("client_ref", Text),
    Column("request_id", String(128)),
    Column("request_json", Text, nullable=False),
    Column("request_digest", String(64), nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("reference_digest", String(64), ForeignKey("reference_files.digest"), nullable=False),
    Column("rates_json", Text, nullable=False),
    Column("snapshot_digest", String(64), nullable=False),
    Column("clearances_json", Text),
    Column("limit_ms", BigInteger, nullable=False),
    Column("expected_size", BigInteger, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("lease_owner", String(200)),
    Column("lease_until", BigInteger),
    Column("next_dispatch_at", BigInteger),
    Column("dispatch_count", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("progress_json", Text),
    Column("error_json", Text),
    Column("cache", String(16)),
    Column("valid_until", String(10)),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("row_version", Integer, nullable=False),
    Index("quotes_of_tenant", "tenant", "created_at", "id"),
    Index("quotes_of_tenant_by_status", "tenant", "status", "created_at", "id"),
    Index("quotes_due", "status", "next_dispatch_at"),
    Index("quotes_ended", "finished_at", sqlite_where=_ENDED, postgresql_where=_ENDED),
    Index("quotes_equal", "tenant", "request_digest", "snapshot_digest", "status"),
)

results = Table(
    "results",
    metadata,
    Column("quote_id", String(36), ForeignKey("quotes.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant", String(200), nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("quote_id", String(36), ForeignKey("quotes.id"), nullable=False),
    UniqueConstraint("tenant", "key", name="idempotency_once"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("prefix", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("tenant", String(200), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
