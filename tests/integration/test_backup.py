"""A backup is the database as of one moment, in one file; putting it back is putting it in its place."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.cli.audit import audit
from quoting.cli.backup import backup
from quoting.cli.exits import Exit
from tests.integration.desk import TENANT, Desk
from tests.postgres import Postgres


@pytest.fixture
def engine(tmp_path: Path):
    engine = connect(f"sqlite:///{tmp_path}/chipquote.sqlite")
    upgrade(engine)
    yield engine
    engine.dispose()


def run(folder: Path, file: Path, **env: str) -> Result:
    return CliRunner().invoke(backup, [str(file)], env={"CHIPQUOTE_DATA_DIR": str(folder), **env})


def test_a_backup_that_was_put_back_holds_every_answer_and_its_record(
    desk: Desk, market: PackagedMarket, tmp_path: Path
):
    quote_ids = [desk.submit(client_ref=str(n)).id for n in range(3)]
    desk.compute(quote_ids[0])
    before = desk.store.result(TENANT, quote_ids[0])

    made = run(tmp_path, tmp_path / "copy")
    desk.submit()  # after it, so not in it
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copy(tmp_path / "copy", restored / "chipquote.sqlite")
    again = connect(f"sqlite:///{restored}/chipquote.sqlite")
    there = Desk(again, market)

    assert made.exit_code == 0, made.output
    assert "3 quotes" in made.output
    assert there.store.result(TENANT, quote_ids[0]) == before
    assert len(there.store.page(TENANT, None, 10, None).quotes) == 3
    assert CliRunner().invoke(audit, ["verify"], env={"CHIPQUOTE_DATA_DIR": str(restored)}).exit_code == 0
    there.compute(quote_ids[1])  # and it goes on from there
    again.dispose()


def test_backups_made_while_others_write_are_whole_and_hold_nobody_up(desk: Desk, tmp_path: Path):
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(desk.submit, client_ref=str(n)) for n in range(40)]
        made = [run(tmp_path, tmp_path / f"copy{n}") for n in range(5)]
        assert all(quote.result().id for quote in writing)

    assert [backup.exit_code for backup in made] == [0] * 5
    for number in range(5):
        with sqlite3.connect(tmp_path / f"copy{number}") as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
    assert sorted(f.name for f in tmp_path.glob("*copy*")) == [f"copy{n}" for n in range(5)]


def test_a_file_that_is_there_is_not_written_over(engine: Engine, tmp_path: Path):
    file = tmp_path / "copy"
    file.write_text("mine")

    ended = run(tmp_path, file)

    assert (ended.exit_code, file.read_text()) == (Exit.UNEXPECTED, "mine")


def test_without_a_database_nothing_is_made(tmp_path: Path):
    ended = run(tmp_path / "nowhere", tmp_path / "copy")

    assert ended.exit_code == Exit.UNEXPECTED
    assert list(tmp_path.iterdir()) == []


def test_on_postgresql_the_command_to_use_is_named(tmp_path: Path):
    url = "postgresql+psycopg://chipquote:secret@db.example/quotes"

    ended = run(tmp_path, tmp_path / "copy", CHIPQUOTE_DATABASE_URL=url)

    assert ended.exit_code == Exit.USAGE
    assert "pg_dump --format=custom" in ended.stderr
    assert "--dbname=postgresql://chipquote@db.example/quotes" in " ".join(ended.stderr.split())
    assert "secret" not in ended.stderr


def test_a_dump_of_postgresql_can_be_put_back_over_what_came_later(
    postgres: Postgres, market: PackagedMarket, tmp_path: Path
):
    url = postgres.database()
    address, dump = url.replace("+psycopg://chipquote@", "://postgres@"), tmp_path / "quotes.dump"
    engine = connect(url)
    upgrade(engine)
    desk = Desk(engine, market)
    quote_id = desk.submit().id
    desk.compute(quote_id)
    before = desk.store.result(TENANT, quote_id)

    postgres.run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={address}")
    desk.submit(client_ref="later")
    engine.dispose()
    postgres.run("pg_restore", f"--dbname={address}", "--clean", "--if-exists", dump)

    assert desk.store.result(TENANT, quote_id) == before
    assert len(desk.store.page(TENANT, None, 10, None).quotes) == 1
    verified = CliRunner().invoke(audit, ["verify"], env={"CHIPQUOTE_DATABASE_URL": url})
    engine.dispose()
    assert verified.exit_code == 0, verified.output
