"""PostgreSQL: tenants are kept apart by row level security too. What runs as the owner and names no tenant sees all.

So processes of the version before, which name none, go on as they did.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAMED = "(SELECT current_setting('chipquote.tenant', true))"
# has_table_privilege: a role that may read `every_tenant`. In a subquery, so that it is asked once a statement.
EVERY = """(SELECT coalesce(current_setting('chipquote.tenant', true), '') = ''
            AND has_table_privilege('every_tenant', 'SELECT'))"""
OWN = {
    **dict.fromkeys(("quotes", "idempotency", "record", "record_heads", "clearances"), f"tenant = {NAMED}"),
    "results": "EXISTS (SELECT 1 FROM quotes q WHERE q.id = quote_id)",  # as far as quotes are seen
}
COUNTS = "SELECT status, cache, count(*) AS quotes, min(created_at) AS oldest FROM quotes GROUP BY status, cache"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE VIEW quote_census AS {COUNTS}")
        return
    op.execute("CREATE VIEW every_tenant AS SELECT true AS seen")
    for table, own in OWN.items():
        op.execute(f"CREATE POLICY tenants_apart ON {table} USING ({own} OR {EVERY})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    # A role that sees one tenant's rows may count those of all, for whoever runs the service, and nothing else.
    op.execute(
        f"""CREATE FUNCTION count_quotes() RETURNS TABLE (status varchar, cache varchar, quotes bigint, oldest bigint)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
            AS $$ {COUNTS} $$"""
    )
    op.execute("CREATE VIEW quote_census AS SELECT * FROM count_quotes()")


def downgrade() -> None:
    op.execute("DROP VIEW quote_census")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP FUNCTION count_quotes()")
    for table in OWN:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY tenants_apart ON {table}")
    op.execute("DROP VIEW every_tenant")
