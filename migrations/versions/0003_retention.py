"""Results may be deleted where their record need not be kept any longer; until then nothing deletes them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE_TODAY = "date('now')"
POSTGRESQL_TODAY = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
KEPT = """EXISTS (SELECT 1 FROM record k WHERE k.subject = OLD.quote_id AND k.retain_until >= {today})
    OR (SELECT h.kind FROM record h WHERE h.subject = OLD.quote_id AND h.kind IN ('held', 'released')
        ORDER BY h.seq DESC LIMIT 1) = 'held'"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER results_insert_only_delete")
        op.execute(
            f"""CREATE TRIGGER results_are_kept BEFORE DELETE ON results WHEN {KEPT.format(today=SQLITE_TODAY)}
                BEGIN SELECT RAISE(ABORT, 'the record is kept'); END"""
        )
        return
    op.execute("DROP TRIGGER results_insert_only ON results")
    op.execute(
        """CREATE TRIGGER results_insert_only BEFORE UPDATE ON results FOR EACH ROW
           EXECUTE FUNCTION never_changes()"""
    )
    op.execute(
        f"""CREATE FUNCTION results_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {KEPT.format(today=POSTGRESQL_TODAY)} THEN
                RAISE EXCEPTION 'the record is kept' USING ERRCODE = 'integrity_constraint_violation';
            END IF; RETURN OLD; END $$"""
    )
    op.execute(
        "CREATE TRIGGER results_are_kept BEFORE DELETE ON results FOR EACH ROW EXECUTE FUNCTION results_are_kept()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER results_are_kept")
        op.execute(
            """CREATE TRIGGER results_insert_only_delete BEFORE DELETE ON results
               BEGIN SELECT RAISE(ABORT, 'a result never changes'); END"""
        )
        return
    op.execute("DROP TRIGGER results_are_kept ON results")
    op.execute("DROP FUNCTION results_are_kept()")
    op.execute("DROP TRIGGER results_insert_only ON results")
    op.execute(
        """CREATE TRIGGER results_insert_only BEFORE UPDATE OR DELETE ON results FOR EACH ROW
           EXECUTE FUNCTION never_changes()"""
    )
