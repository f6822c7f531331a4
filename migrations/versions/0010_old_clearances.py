"""A clearance that was taken back may be deleted where its record need not be kept any longer; until then none is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEPT = """OLD.revoked_at IS NULL
    OR EXISTS (SELECT 1 FROM record k WHERE k.subject = OLD.id AND k.tenant = OLD.tenant AND k.retain_until >= {today})
    OR (SELECT h.kind FROM record h WHERE h.subject = OLD.id AND h.tenant = OLD.tenant
        AND h.kind IN ('held', 'released') ORDER BY h.seq DESC LIMIT 1) = 'held'"""
SQLITE_TODAY = "date('now')"
POSTGRESQL_TODAY = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def upgrade() -> None:
    where = sa.text("revoked_at IS NOT NULL")
    op.create_index("clearances_revoked", "clearances", ["revoked_at"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER clearances_are_kept")
        op.execute(
            f"""CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances WHEN {KEPT.format(today=SQLITE_TODAY)}
                BEGIN SELECT RAISE(ABORT, 'a clearance is kept'); END"""
        )
        return
    op.execute("DROP TRIGGER clearances_are_kept ON clearances")
    op.execute(
        f"""CREATE FUNCTION clearances_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {KEPT.format(today=POSTGRESQL_TODAY)} THEN
                RAISE EXCEPTION 'a clearance is kept' USING ERRCODE = 'integrity_constraint_violation';
            END IF; RETURN OLD; END $$"""
    )
    op.execute(
        """CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances FOR EACH ROW
           EXECUTE FUNCTION clearances_are_kept()"""
    )


def downgrade() -> None:
    op.drop_index("clearances_revoked", "clearances")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER clearances_are_kept")
        op.execute(
            """CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances
               BEGIN SELECT RAISE(ABORT, 'a clearance is kept'); END"""
        )
        return
    op.execute("DROP TRIGGER clearances_are_kept ON clearances")
    op.execute("DROP FUNCTION clearances_are_kept()")
    op.execute(
        """CREATE TRIGGER clearances_are_kept BEFORE DELETE ON clearances FOR EACH ROW
           EXECUTE FUNCTION never_changes()"""
    )
