"""The expected size of a quote: it decides which of two queues it waits in. What older code accepts counts as small."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotes", sa.Column("expected_size", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("quotes", "expected_size")
