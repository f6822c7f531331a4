"""The record: an append-only chain a tenant, kept until its years are over, and longer under a legal hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HELD = """(SELECT h.kind FROM record h WHERE h.subject = OLD.{subject} AND h.tenant = OLD.tenant
          AND h.kind IN ('held', 'released') ORDER BY h.seq DESC LIMIT 1) = 'held'"""
KEPT = """EXISTS (SELECT 1 FROM record k WHERE k.subject = OLD.{subject} AND k.tenant = OLD.tenant
          AND k.retain_until >= {today})"""
PINNED = ("id", "tenant", "request_json", "request_digest", "as_of", "reference_digest", "rates_json")
SQLITE_TODAY = "date('now')"
POSTGRESQL_TODAY = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def _sqlite() -> list[str]:
    def kept(subject: str) -> str:
        return f"{KEPT.format(subject=subject, today=SQLITE_TODAY)} OR {HELD.format(subject=subject)}"

    return [
        """CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
           BEGIN SELECT RAISE(ABORT, 'the record never changes'); END""",
        f"""CREATE TRIGGER record_is_kept BEFORE DELETE ON record WHEN {kept("subject")}
            BEGIN SELECT RAISE(ABORT, 'the record is kept'); END""",
        f"""CREATE TRIGGER quotes_are_kept BEFORE DELETE ON quotes WHEN {kept("id")}
            BEGIN SELECT RAISE(ABORT, 'the record is kept'); END""",
        f"""CREATE TRIGGER quotes_request_stays BEFORE UPDATE OF {", ".join(PINNED)} ON quotes
            BEGIN SELECT RAISE(ABORT, 'the request of a quote never changes'); END""",
        """CREATE TRIGGER record_heads_go_on BEFORE UPDATE ON record_heads
           WHEN NEW.seq <= OLD.seq OR NEW.tenant <> OLD.tenant
           BEGIN SELECT RAISE(ABORT, 'the head of a record only goes on'); END""",
        """CREATE TRIGGER record_heads_stay BEFORE DELETE ON record_heads
           BEGIN SELECT RAISE(ABORT, 'the head of a record only goes on'); END""",
        """CREATE TRIGGER reference_files_stay BEFORE UPDATE ON reference_files
           BEGIN SELECT RAISE(ABORT, 'stored reference files never change'); END""",
    ]


def _postgresql() -> list[str]:
    def kept(subject: str) -> str:
        return f"{KEPT.format(subject=subject, today=POSTGRESQL_TODAY)} OR {HELD.format(subject=subject)}"

    def keeper(name: str, subject: str) -> str:  # a WHEN of PostgreSQL takes no subquery
        return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {kept(subject)} THEN
                RAISE EXCEPTION 'the record is kept' USING ERRCODE = 'integrity_constraint_violation';
            END IF; RETURN OLD; END $$"""

    return [
        keeper("record_is_kept", "subject"),
        keeper("quotes_are_kept", "id"),
        """CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record FOR EACH ROW
           EXECUTE FUNCTION never_changes()""",
        """CREATE TRIGGER record_is_kept BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_is_kept()""",
        """CREATE TRIGGER quotes_are_kept BEFORE DELETE ON quotes FOR EACH ROW EXECUTE FUNCTION quotes_are_kept()""",
        f"""CREATE TRIGGER quotes_request_stays BEFORE UPDATE OF {", ".join(PINNED)} ON quotes FOR EACH ROW
            EXECUTE FUNCTION never_changes()""",
        """CREATE TRIGGER record_heads_go_on BEFORE UPDATE ON record_heads FOR EACH ROW
           WHEN (NEW.seq <= OLD.seq OR NEW.tenant <> OLD.tenant) EXECUTE FUNCTION never_changes()""",
        """CREATE TRIGGER record_heads_stay BEFORE DELETE ON record_heads FOR EACH ROW
           EXECUTE FUNCTION never_changes()""",
        """CREATE TRIGGER reference_files_stay BEFORE UPDATE ON reference_files FOR EACH ROW
           EXECUTE FUNCTION never_changes()""",
    ]


def upgrade() -> None:
    op.create_table(
        "record",
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("retain_until", sa.String(10), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "seq"),
    )
    op.create_index("record_of_subject", "record", ["subject", "tenant", "seq"])
    op.create_table(
        "record_heads",
        sa.Column("tenant", sa.String(200), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    """Only where nothing has to be kept: an operator who goes back here gives up the record."""
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON {table}"
    for name, table in (
        ("quotes_are_kept", "quotes"),
        ("quotes_request_stays", "quotes"),
        ("reference_files_stay", "reference_files"),
    ):
        op.execute(f"DROP TRIGGER {name}" + on.format(table=table))
    op.drop_table("record_heads")
    op.drop_table("record")
    if on:
        op.execute("DROP FUNCTION record_is_kept()")
        op.execute("DROP FUNCTION quotes_are_kept()")
