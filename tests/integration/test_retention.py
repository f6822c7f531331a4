"""Retention: what is old goes, what has to be kept stays, and nothing else can delete a result."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.clearances import SqlClearances
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.retention import SqlRetention
from quoting.adapters.sql.units import Units
from quoting.application.audit import verify
from quoting.application.clearances import Withdrawal
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.errors import QuoteNotFound
from quoting.domain.record import KEEPING_RULE, Fact, Kind
from tests.integration.desk import TENANT, Desk

DAYS = 30
RECORDER = Recorder(parse_rule(read_bundle(), KEEPING_RULE), "chipquote test")


@pytest.fixture
def forget(engine: Engine) -> SqlRetention:
    return SqlRetention(Units(engine), RECORDER, DAYS)


def an_old_quote(desk: Desk, days: int, record_until: str) -> str:
    """An answered quote of long ago, whose record says until when it is kept. As time would have made it."""
    quote_id = desk.submit(key=(f"key-{days}-{record_until}", "print")).id
    desk.compute(quote_id)
    on = " ON {}" if desk.engine.dialect.name == "postgresql" else ""
    guards = {"quotes_ended_stay": "quotes", "record_is_not_changed": "record"}
    for name, table in guards.items():
        desk.change(f"DROP TRIGGER IF EXISTS {name}" + on.format(table))
    past = "UPDATE quotes SET finished_at = finished_at - :age WHERE id = :id"
    desk.change(past, age=days * 86_400_000, id=quote_id)
    desk.change("UPDATE record SET retain_until = :day WHERE subject = :id", day=record_until, id=quote_id)
    return quote_id


def test_an_old_quote_is_deleted_with_all_that_hangs_on_it(desk: Desk, forget: SqlRetention):
    quote_id = an_old_quote(desk, DAYS + 1, "2020-01-01")

    assert forget() == 1
    with pytest.raises(QuoteNotFound):
        desk.store_with().result(TENANT, quote_id)
    assert forget() == 0


def a_check(name: str, latest: date) -> Fact:
    return Fact(Kind.CHECKED, name, '{"answer":"0"}', '{"item":{}}', latest)


@pytest.fixture
def checks(engine: Engine) -> SqlRecord:
    """Three checks on record: of one the years are over, one is of today, one is old and held."""
    old, today = date(2015, 3, 2), datetime.now(UTC).date()
    held = Fact(Kind.HELD, "held", '{"reason":"asked for"}', "", old)
    facts = [a_check("old", old), a_check("new", today), a_check("held", old), held]
    Units(engine).write(lambda c: RECORDER._append(c, TENANT, facts))
    time.sleep(0.01)
    return SqlRecord(Units(engine), RECORDER)


def test_a_check_whose_years_are_over_loses_its_texts_and_the_chain_holds(engine: Engine, checks: SqlRecord):
    forget = SqlRetention(Units(engine), RECORDER, 0)
    heads = {head.tenant: head for head in checks.heads()}

    assert forget() == 1
    found = {entry.subject: entry for entry in checks.entries(TENANT) if entry.kind == Kind.CHECKED}
    assert (found["old"].facts, found["old"].request) == ("", "")
    assert found["new"].facts and found["held"].facts
    assert verify(checks, heads).faults == []
    assert forget() == 0


def test_a_quote_whose_years_are_over_takes_its_texts_on_record_along(desk: Desk, forget: SqlRetention, engine: Engine):
    quote_id = an_old_quote(desk, DAYS + 1, "2020-01-01")

    forget()

    record = SqlRecord(Units(engine), RECORDER)
    assert {entry.emptied for entry in record.entries(TENANT) if entry.subject == quote_id} == {True}
    assert verify(record, {}).faults == []


def test_an_entry_that_is_kept_cannot_be_emptied_nor_another_be_rewritten(desk: Desk, checks: SqlRecord):
    emptied = "facts = '', request = ''"
    for change in (
        f"{emptied} WHERE subject = 'new'",
        f"{emptied} WHERE subject = 'held'",
        f"{emptied}, hash = '' WHERE subject = 'old'",
        "facts = '{}' WHERE subject = 'old'",
    ):
        with pytest.raises(IntegrityError):
            desk.change(f"UPDATE record SET {change}")  # noqa: S608


def test_an_entry_that_was_emptied_without_a_word_is_found(desk: Desk, checks: SqlRecord):
    desk.change("UPDATE record SET facts = '', request = '' WHERE subject = 'old'")

    assert [(fault.seq, fault.problem) for fault in verify(checks, {}).faults] == [
        (1, "the entry was emptied, and no entry after it says so")
    ]


def test_a_quote_of_the_last_days_stays(desk: Desk, forget: SqlRetention):
    an_old_quote(desk, DAYS - 1, "2020-01-01")

    assert forget() == 0


def test_an_old_quote_whose_record_is_kept_stays(desk: Desk, forget: SqlRetention):
    an_old_quote(desk, DAYS + 1, "2199-01-01")

    assert forget() == 0


def test_a_quote_that_has_not_ended_stays(desk: Desk, forget: SqlRetention):
    desk.submit()

    assert forget() == 0


def test_nobody_deletes_a_result_whose_record_is_kept(desk: Desk):
    desk.compute(desk.submit().id)

    with pytest.raises(IntegrityError):
        desk.change("DELETE FROM results")


def test_what_is_old_is_found_by_an_index(engine: Engine, forget: SqlRetention):
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, *statement: asked.append(statement[:2]))
    forget()
    statement, parameters = next(one for one in asked if one[0].startswith("SELECT quotes.id"))

    with engine.connect() as connection:
        word = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            word = "EXPLAIN"
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is read whole
        plan = connection.exec_driver_sql(f"{word} {statement}", parameters).all()

    assert "quotes_ended" in str(plan)


@pytest.fixture
def kept(engine: Engine) -> SqlClearances:
    return SqlClearances(Units(engine), RECORDER)


def an_old_clearance(desk: Desk, kept: SqlClearances, record_until: str, *, taken_back: bool = True) -> str:
    """A clearance of long ago, whose record says until when it is kept. As time would have made it."""
    clearance = Clearance("", "Prairie Compute", (), "US", None, "diversion", "R. Weiss", date(2015, 3, 2), "visited")
    clearance_id = kept.add(TENANT, clearance).clearance.id
    if taken_back:
        kept.revoke(TENANT, clearance_id, Withdrawal("R. Weiss", "the site was sold"))
    on = " ON {}" if desk.engine.dialect.name == "postgresql" else ""
    for name, table in {"clearances_stay": "clearances", "record_is_not_changed": "record"}.items():
        desk.change(f"DROP TRIGGER IF EXISTS {name}" + on.format(table))
    desk.change("UPDATE clearances SET revoked_at = revoked_at - :age", age=(DAYS + 1) * 86_400_000)
    desk.change("UPDATE record SET retain_until = :day WHERE subject = :id", day=record_until, id=clearance_id)
    return clearance_id


def test_a_clearance_taken_back_goes_when_its_years_are_over_and_the_chain_holds(
    desk: Desk, forget: SqlRetention, kept: SqlClearances, engine: Engine
):
    clearance_id = an_old_clearance(desk, kept, "2020-01-01")

    assert forget() == 1
    assert kept.records(TENANT) == []
    record = SqlRecord(Units(engine), RECORDER)
    assert {entry.emptied for entry in record.entries(TENANT) if entry.subject == clearance_id} == {True}
    assert verify(record, {}).faults == []
    assert forget() == 0


@pytest.mark.parametrize(("until", "taken_back"), [("2199-01-01", True), ("2020-01-01", False)], ids=["kept", "stands"])
def test_a_clearance_that_is_kept_or_stands_stays_and_nobody_can_delete_it(
    desk: Desk, forget: SqlRetention, kept: SqlClearances, until: str, taken_back: bool
):
    clearance_id = an_old_clearance(desk, kept, until, taken_back=taken_back)

    assert forget() == 0
    assert [found.clearance.id for found in kept.records(TENANT)] == [clearance_id]
    with pytest.raises(IntegrityError):
        desk.change("DELETE FROM clearances")
