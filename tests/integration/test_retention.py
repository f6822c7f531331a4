"""Retention: what is old goes, what has to be kept stays, and nothing else can delete a result."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

from quoting.adapters.sql.retention import SqlRetention
from quoting.adapters.sql.units import Units
from quoting.domain.errors import QuoteNotFound
from tests.integration.desk import TENANT, Desk

DAYS = 30


@pytest.fixture
def forget(engine: Engine) -> SqlRetention:
    return SqlRetention(Units(engine), DAYS)


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
