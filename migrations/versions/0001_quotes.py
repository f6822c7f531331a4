"""Quotes (the queue as well), results, idempotency keys, reference files, API keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ENDED = "('succeeded', 'infeasible', 'failed', 'cancelled', 'expired')"

SQLITE_GUARDS = (
    f"""CREATE TRIGGER quotes_ended_stay BEFORE UPDATE ON quotes WHEN OLD.status IN {ENDED}
        BEGIN SELECT RAISE(ABORT, 'a quote that has ended never changes'); END""",
    """CREATE TRIGGER results_insert_only_update BEFORE UPDATE ON results
        BEGIN SELECT RAISE(ABORT, 'a result never changes'); END""",
    """CREATE TRIGGER results_insert_only_delete BEFORE DELETE ON results
        BEGIN SELECT RAISE(ABORT, 'a result never changes'); END""",
)
POSTGRESQL_GUARDS = (
    """CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE TRIGGER quotes_ended_stay BEFORE UPDATE ON quotes FOR EACH ROW WHEN (OLD.status IN {ENDED})
        EXECUTE FUNCTION never_changes()""",
    """CREATE TRIGGER results_insert_only BEFORE UPDATE OR DELETE ON results FOR EACH ROW
        EXECUTE FUNCTION never_changes()""",
)


def upgrade() -> None:
    op.create_table(
        "reference_files",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("gz", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "quotes",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("client_ref", sa.Text),
        sa.Column("request_json", sa.Text, nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("reference_digest", sa.String(64), sa.ForeignKey("reference_files.digest"), nullable=False),
        sa.Column("rates_json", sa.Text, nullable=False),
        sa.Column("snapshot_digest", sa.String(64), nullable=False),
        sa.Column("limit_ms", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("max_attempts", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String(200)),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("next_dispatch_at", sa.BigInteger),
        sa.Column("dispatch_count", sa.Integer, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("progress_json", sa.Text),
        sa.Column("error_json", sa.Text),
        sa.Column("cache", sa.String(16)),
        sa.Column("valid_until", sa.String(10)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("row_version", sa.Integer, nullable=False),
    )
    op.create_index("quotes_of_tenant", "quotes", ["tenant", "created_at", "id"])
    op.create_index("quotes_due", "quotes", ["status", "next_dispatch_at"])
    op.create_index("quotes_equal", "quotes", ["tenant", "request_digest", "snapshot_digest", "status"])
    op.create_table(
        "results",
        sa.Column("quote_id", sa.String(36), sa.ForeignKey("quotes.id"), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("quote_id", sa.String(36), sa.ForeignKey("quotes.id"), nullable=False),
        sa.UniqueConstraint("tenant", "key", name="idempotency_once"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    for statement in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("api_keys", "idempotency", "results", "quotes", "reference_files"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION never_changes()")
