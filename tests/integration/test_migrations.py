"""The schema: made, unmade, made again, and the same as the tables in code."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import downgrade, upgrade
from quoting.adapters.sql.tables import metadata


def test_migrations_go_up_down_and_up_again(tmp_path: Path):
    engine = connect(f"sqlite:///{tmp_path}/m.sqlite")

    upgrade(engine)
    downgrade(engine, "base")
    emptied = inspect(engine).get_table_names()
    upgrade(engine)

    assert emptied == ["alembic_version"]
    assert {"quotes", "results", "idempotency"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_migrations_make_the_tables_of_the_code(engine: Engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_sqlite_keeps_what_it_acknowledged(engine: Engine):
    with engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()

    assert (mode, synchronous) == ("wal", 2)  # 2 is FULL
