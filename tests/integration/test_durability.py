"""What was acknowledged survives a power cut, or the database is not used: both kinds are asked, not believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from quoting.adapters.sql.dialect import WeakDatabase, connect
from quoting.adapters.sql.units import Units
from quoting.bootstrap import prepare_database
from quoting.config import Settings
from tests.postgres import Postgres


def ask(url: str, prepare: Callable[..., None] | None = None) -> object:
    engine = connect(url)
    if prepare is not None:
        event.listen(engine, "connect", prepare, insert=True)
    try:
        return Units(engine).read(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    finally:
        engine.dispose()


def test_a_database_with_durable_commits_is_used(database_url: str):
    assert ask(database_url) == 1


def test_sqlite_writes_a_log_and_flushes_it_with_every_commit(tmp_path: Path):
    engine = connect(f"sqlite:///{tmp_path}/q.sqlite")
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()

    assert found == ["wal", 2]  # 2 is FULL


def test_sqlite_that_cannot_keep_a_log_is_refused():
    with pytest.raises(WeakDatabase, match="journal_mode memory"):
        ask("sqlite:///:memory:")


@pytest.mark.parametrize("setting", ["synchronous_commit=off", "synchronous_commit=local"])
def test_postgresql_with_weak_commits_is_refused(postgres: Postgres, setting: str):
    with pytest.raises(WeakDatabase, match=setting.replace("=", " ")):
        ask(f"{postgres.database()}?options=-c%20{setting}")


def test_a_start_on_a_weak_database_is_refused_and_leaves_it_empty(postgres: Postgres):
    url = postgres.database()
    weak = Settings(database_url=f"{url}?options=-c%20synchronous_commit=off")

    with pytest.raises(WeakDatabase):
        prepare_database(weak, "a key")

    engine = connect(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE tablename = 'quotes'").scalar() == 0
    engine.dispose()
