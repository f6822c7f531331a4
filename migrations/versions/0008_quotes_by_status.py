"""A tenant's quotes by status: for the limit of waiting quotes, and for a list of one status."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "quotes_of_tenant_by_status"


def upgrade() -> None:
    op.create_index(NAME, "quotes", ["tenant", "status", "created_at", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "quotes")
