"""Threads that write to SQLite at once share a transaction, and none has to answer for another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.units import Units
from quoting.application.errors import StoreUnavailable

Unit = Callable[[Connection], Any]


class Line:
    """Units that were all in line before the first of them could end."""

    def __init__(self, folder: Path) -> None:
        self.engine = connect(f"sqlite:///{folder}/line.sqlite")
        self.units, self.commits = Units(self.engine), 0
        self.units.write(lambda c: c.execute(text("CREATE TABLE notes (id TEXT PRIMARY KEY)")))
        event.listen(self.engine, "commit", self._count)

    def _count(self, _: Connection) -> None:
        self.commits += 1

    def write(self, *units: Unit) -> list[Future[Any]]:
        begun, go = threading.Event(), threading.Event()

        def first(_: Connection) -> None:
            begun.set()
            assert go.wait(60)

        with ThreadPoolExecutor(len(units) + 1) as pool:
            leading = pool.submit(self.units.write, first)
            assert begun.wait(60)
            futures = [pool.submit(self.units.write, unit) for unit in units]
            while len(self.units._line) < len(units):
                threading.Event().wait(0.001)
            go.set()
        leading.result()
        return futures

    @property
    def notes(self) -> list[str]:
        return list(self.units.read(lambda c: c.scalars(text("SELECT id FROM notes ORDER BY id")).all()))


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def note(name: str) -> Unit:
    def unit(c: Connection) -> str:
        c.execute(text("INSERT INTO notes VALUES (:id)"), {"id": name})
        return name

    return unit


def refuse(c: Connection) -> None:
    note("of the refused")(c)
    raise LookupError("no")


def break_statement(c: Connection) -> None:
    note("of the broken")(c)
    c.execute(text("INSERT INTO nowhere VALUES (1)"))


def test_writers_that_wait_share_one_commit(line):
    before = line.commits
    assert [each.result() for each in line.write(note("a"), note("b"), note("c"))] == ["a", "b", "c"]
    assert line.commits - before == 2  # that of the first, and one of those that waited for it
    assert line.notes == ["a", "b", "c"]


def test_a_writer_that_fails_undoes_its_own_writes_and_no_others(line):
    good, twice, refused, broken, last = line.write(note("a"), note("a"), refuse, break_statement, note("z"))
    assert (good.result(), last.result()) == ("a", "z")
    assert isinstance(twice.exception(), IntegrityError)
    assert isinstance(refused.exception(), LookupError)
    assert isinstance(broken.exception(), StoreUnavailable)
    assert line.notes == ["a", "z"]


def test_a_transaction_that_is_lost_as_a_whole_is_told_to_all_and_keeps_nothing(line):
    def lose(c: Connection) -> None:
        c.exec_driver_sql("ROLLBACK")  # as SQLite does by itself on a full disk
        c.execute(text("INSERT INTO nowhere VALUES (1)"))

    futures = line.write(note("a"), lose, note("b"))
    assert [type(each.exception()) for each in futures] == [StoreUnavailable] * 3
    assert line.notes == []


def test_a_database_that_stays_locked_is_told_to_all_who_wait(tmp_path):
    engine = connect(f"sqlite:///{tmp_path}/locked.sqlite", patience_s=0.05)
    units, other = Units(engine), connect(f"sqlite:///{tmp_path}/locked.sqlite").execution_options(writes=True)
    with other.begin(), ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(units.write, lambda c: None) for _ in range(4)]
        assert [type(each.exception()) for each in futures] == [StoreUnavailable] * 4
