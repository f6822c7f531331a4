"""Threads that write to SQLite at once share a transaction, and none has to answer for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from quoting.adapters.sql import units
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.units import Units
from quoting.application.errors import StoreUnavailable

Unit = Callable[[Connection], Any]
Items = Callable[[Connection, Sequence[str]], list[str | Exception]]


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
        return self._together([partial(self.units.write, unit) for unit in units])

    def write_each(self, unit: Items, *items: str) -> list[Future[Any]]:
        return self._together([partial(self.units.write_each, unit, item) for item in items])

    def _together(self, calls: Sequence[Callable[[], Any]]) -> list[Future[Any]]:
        begun, go = threading.Event(), threading.Event()

        def first(_: Connection) -> None:
            begun.set()
            assert go.wait(60)

        with ThreadPoolExecutor(len(calls) + 1) as pool:
            leading = pool.submit(self.units.write, first)
            assert begun.wait(60)
            futures = [pool.submit(call) for call in calls]
            while len(self.units._line) < len(calls):
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


def test_where_writers_came_together_the_next_waits_for_who_is_on_the_way(line, monkeypatch):
    line.write(note("a"), note("b"))
    before, late = line.commits, list[Future[Any]]()

    def meanwhile(_: float) -> None:
        if not late:
            late.append(pool.submit(line.units.write, note("d")))
            while len(line.units._line) < 2:
                threading.Event().wait(0.001)

    monkeypatch.setattr(units, "time", SimpleNamespace(monotonic=time.monotonic, sleep=meanwhile))
    with ThreadPoolExecutor(1) as pool:
        line.units.write(note("c"))
    assert late[0].result() == "d"
    assert line.commits - before == 1


def test_who_writes_alone_waits_for_nobody(line, monkeypatch):
    slept = list[float]()
    monkeypatch.setattr(units, "time", SimpleNamespace(monotonic=time.monotonic, sleep=slept.append))
    line.units.write(note("a"))
    line.units.write(note("b"))
    assert slept == []


def test_a_writer_that_fails_undoes_its_own_writes_and_no_others(line):
    good, twice, refused, broken, last = line.write(note("a"), note("a"), refuse, break_statement, note("z"))
    assert (good.result(), last.result()) == ("a", "z")
    assert isinstance(twice.exception(), IntegrityError)
    assert isinstance(refused.exception(), LookupError)
    assert isinstance(broken.exception(), StoreUnavailable)
    assert line.notes == ["a", "z"]


class Notes:
    """A unit over items; it remembers which came together."""

    def __init__(self) -> None:
        self.runs: list[set[str]] = []

    def __call__(self, c: Connection, names: Sequence[str]) -> list[str | Exception]:
        self.runs.append(set(names))
        if "breaks" in names:
            raise LookupError("no")
        for name in names:
            if name != "refused":
                note(name)(c)
        return [LookupError("not this") if name == "refused" else name for name in names]


def test_items_that_wait_for_one_unit_are_served_at_once(line):
    unit = Notes()
    a, refused, b = line.write_each(unit, "a", "refused", "b")
    assert (a.result(), b.result()) == ("a", "b")
    assert isinstance(refused.exception(), LookupError)
    assert unit.runs == [{"a", "refused", "b"}]
    assert line.notes == ["a", "b"]


def test_an_item_that_breaks_the_unit_is_found_and_takes_none_with_it(line):
    unit = Notes()
    a, breaks, b = line.write_each(unit, "a", "breaks", "b")
    assert (a.result(), b.result()) == ("a", "b")
    assert isinstance(breaks.exception(), LookupError)
    assert sorted(map(len, unit.runs)) == [1, 1, 1, 3]
    assert line.notes == ["a", "b"]


def test_a_refused_item_alone_is_refused(line):
    with pytest.raises(LookupError):
        line.units.write_each(Notes(), "refused")
    assert line.notes == []


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
