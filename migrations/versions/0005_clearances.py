"""What tenants have cleared, and what of it a quote is pinned to. Older code accepts quotes that are pinned to none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE TRIGGER quotes_clearances_stay BEFORE UPDATE OF clearances_json ON quotes
       BEGIN SELECT RAISE(ABORT, 'what a quote is pinned to never changes'); END""",
    """CREATE TRIGGER clearances_stay BEFORE UPDATE ON clearances
       WHEN OLD.revoked_at IS NOT NULL OR NEW.judgement <> OLD.judgement OR NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id
       BEGIN SELECT RAISE(ABORT, 'a clearance is taken back once and never changes'); END""",
    """CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances
       BEGIN SELECT RAISE(ABORT, 'a clearance is kept'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER quotes_clearances_stay BEFORE UPDATE OF clearances_json ON quotes FOR EACH ROW
       EXECUTE FUNCTION never_changes()""",
    """CREATE TRIGGER clearances_stay BEFORE UPDATE ON clearances FOR EACH ROW
       WHEN (OLD.revoked_at IS NOT NULL OR NEW.judgement <> OLD.judgement OR NEW.tenant <> OLD.tenant
             OR NEW.id <> OLD.id)
       EXECUTE FUNCTION never_changes()""",
    """CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances FOR EACH ROW EXECUTE FUNCTION never_changes()""",
)


def upgrade() -> None:
    op.create_table(
        "clearances",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("judgement", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("revoked_by", sa.Text),
        sa.Column("revoked_why", sa.Text),
    )
    op.create_index("clearances_of_tenant", "clearances", ["tenant", "revoked_at", "id"])
    op.add_column("quotes", sa.Column("clearances_json", sa.Text))
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER quotes_clearances_stay" + ("" if op.get_bind().dialect.name == "sqlite" else " ON quotes"))
    op.drop_column("quotes", "clearances_json")
    op.drop_table("clearances")
