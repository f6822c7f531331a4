"""An entry of the record whose years are over may be emptied; nothing else of it changes, and no other entry does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SAME = " AND ".join(
    f"NEW.{name} = OLD.{name}"
    for name in ("tenant", "seq", "kind", "subject", "recorded_at", "retain_until", "previous", "hash")
)
KEPT = """EXISTS (SELECT 1 FROM record k WHERE k.subject = OLD.subject AND k.tenant = OLD.tenant
          AND k.retain_until >= {today})
    OR (SELECT h.kind FROM record h WHERE h.subject = OLD.subject AND h.tenant = OLD.tenant
        AND h.kind IN ('held', 'released') ORDER BY h.seq DESC LIMIT 1) = 'held'"""
CHANGED = f"NOT (NEW.facts = '' AND NEW.request = '' AND {SAME})"
SQLITE_TODAY = "date('now')"
POSTGRESQL_TODAY = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def upgrade() -> None:
    where = sa.text("kind = 'checked' AND facts <> ''")
    op.create_index("record_of_checks", "record", ["recorded_at"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER record_is_not_changed")
        op.execute(
            f"""CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
                WHEN {CHANGED} OR {KEPT.format(today=SQLITE_TODAY)}
                BEGIN SELECT RAISE(ABORT, 'the record never changes'); END"""
        )
        return
    op.execute("DROP TRIGGER record_is_not_changed ON record")
    op.execute(
        f"""CREATE FUNCTION record_is_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {CHANGED} OR {KEPT.format(today=POSTGRESQL_TODAY)} THEN
                RAISE EXCEPTION 'the record never changes' USING ERRCODE = 'integrity_constraint_violation';
            END IF; RETURN NEW; END $$"""
    )
    op.execute(
        """CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record FOR EACH ROW
           EXECUTE FUNCTION record_is_only_emptied()"""
    )


def downgrade() -> None:
    op.drop_index("record_of_checks", "record")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER record_is_not_changed")
        op.execute(
            """CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
               BEGIN SELECT RAISE(ABORT, 'the record never changes'); END"""
        )
        return
    op.execute("DROP TRIGGER record_is_not_changed ON record")
    op.execute("DROP FUNCTION record_is_only_emptied()")
    op.execute(
        """CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record FOR EACH ROW
           EXECUTE FUNCTION never_changes()"""
    )
