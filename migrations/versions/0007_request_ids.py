"""A quote knows the HTTP request that asked for it; an index for retention. Older code stores none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotes", sa.Column("request_id", sa.String(128)))
    ended = sa.text("finished_at IS NOT NULL")
    op.create_index("quotes_ended", "quotes", ["finished_at"], sqlite_where=ended, postgresql_where=ended)


def downgrade() -> None:
    op.drop_index("quotes_ended", "quotes")
    op.drop_column("quotes", "request_id")
