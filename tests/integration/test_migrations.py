"""The schema: made, unmade, made again, and the same as the tables in code, on both databases."""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import downgrade, upgrade
from quoting.adapters.sql.tables import metadata

UPGRADE = """
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
upgrade({engine})
"""


def test_migrations_go_up_down_and_up_again(database_url: str):
    engine = connect(database_url)

    upgrade(engine)
    downgrade(engine, "base")
    emptied = inspect(engine).get_table_names()
    upgrade(engine)

    assert emptied == ["alembic_version"]
    assert {"quotes", "results", "idempotency"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_two_that_migrate_at_once_do_not_disturb_each_other(database_url: str):
    program = f"connect({database_url!r})"
    both = [subprocess.Popen((sys.executable, "-c", UPGRADE.format(engine=program))) for _ in range(2)]

    assert [process.wait(60) for process in both] == [0, 0]


def test_migrations_make_the_tables_of_the_code(engine: Engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
