"""The record: a chain that holds under many writers, and shows what was done to it. T39."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.units import Units
from quoting.application.audit import verify
from quoting.application.replay import replay
from quoting.domain.errors import SnapshotGone
from quoting.domain.quote import make_quote
from quoting.domain.record import KEEPING_RULE, Head, Kind, keep_until
from tests.fakes import a_quote, quick_quote
from tests.integration.desk import TENANT, Desk

RULE = parse_rule(read_bundle(), KEEPING_RULE)
WRITERS, QUOTES = 32, 64


@pytest.fixture
def record(engine: Engine) -> SqlRecord:
    return SqlRecord(Units(engine), Recorder(RULE, "chipquote test"))


@pytest.fixture
def kept(desk: Desk, record: SqlRecord) -> SqlRecord:
    """Three quotes that have ended: six entries."""
    for name in ("a", "b", "c"):
        desk.compute(desk.submit(client_ref=name, report_currency="USD", buyer="buyer").id)
        desk.cache.answers.clear()
    return record


def unguarded(desk: Desk) -> None:
    """Someone with the rights of the owner takes the triggers away."""
    if desk.engine.dialect.name == "sqlite":
        for name in ("record_is_not_changed", "record_is_kept", "record_heads_go_on"):
            desk.change(f"DROP TRIGGER {name}")
    else:
        for table in ("record", "record_heads"):
            desk.change(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def faults(record: SqlRecord, **kept: Head) -> list[tuple[int, str]]:
    return [(f.seq, f.problem) for f in verify(record, kept).faults]


def test_thirty_two_writers_make_one_chain_that_holds(desk: Desk, record: SqlRecord):
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda n: desk.submit(client_ref=f"n{n}"), range(QUOTES)))

    found = verify(record, {})

    assert (found.entries, list(found.faults)) == (QUOTES, [])


def test_each_quote_has_one_entry_for_its_request_and_one_for_its_end(kept: SqlRecord):
    entries = list(kept.entries(TENANT))

    assert [e.kind for e in entries] == ["accepted", "ended"] * 3
    assert '"buyer":"buyer"' in entries[0].request
    assert faults(kept) == []


@pytest.mark.parametrize("end", ["cancel", "fail", "poison", "expire", "hit"])
def test_every_way_to_end_is_recorded_once(desk: Desk, record: SqlRecord, end: str):
    quote_id = desk.submit().id
    if end == "cancel":
        desk.store.cancel(TENANT, quote_id)
    elif end == "fail":
        desk.store.fail(desk.store.claim(quote_id, "w"), {"code": "internal_error"})
    elif end == "poison":
        for _ in range(5):
            desk.store.claim(quote_id, "w")
            desk.silence(quote_id)
            desk.store.requeue_stale()
    elif end == "expire":
        desk.change("UPDATE quotes SET created_at = 0")
        desk.store.expire()
    else:
        desk.compute(quote_id)
        quote_id = desk.submit().id

    assert desk.get(quote_id).status.done
    assert [e.kind for e in record.entries(TENANT) if e.subject == quote_id] == ["accepted", "ended"]


def test_quotes_answered_together_are_each_recorded(desk: Desk, record: SqlRecord):
    first, second = desk.submit().id, desk.submit().id

    desk.compute(first)

    assert [e.subject for e in record.entries(TENANT) if e.kind == "ended"] == [first, second]


def test_a_refused_change_leaves_no_entry(desk: Desk, record: SqlRecord):
    quote_id = desk.submit().id
    stale = desk.store.claim(quote_id, "paused")
    desk.silence(quote_id)
    desk.store.claim(quote_id, "second")

    desk.store.finish(stale, a_quote(), {})

    assert [e.kind for e in record.entries(TENANT)] == ["accepted"]


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (["UPDATE record SET facts = '{}' WHERE seq = 3"], (3, "the entry was changed after it was written")),
        (["UPDATE record SET retain_until = '' WHERE seq = 2"], (2, "the entry was changed after it was written")),
        (["DELETE FROM record WHERE seq = 4"], (4, "the entry is missing")),
        (["DELETE FROM record WHERE seq = 1"], (1, "the entry is missing")),
        (["DELETE FROM record WHERE seq = 6"], (6, "the head names another last entry")),
        (
            ["UPDATE record SET seq = 99 WHERE seq = 2", "UPDATE record SET seq = 2 WHERE seq = 3",
             "UPDATE record SET seq = 3 WHERE seq = 99"],
            (2, "the entry was changed after it was written"),
        ),
        (
            ["INSERT INTO record SELECT tenant, 7, kind, subject, recorded_at, retain_until, facts, request, previous,"
             " hash FROM record WHERE seq = 6"],
            (7, "the entry was changed after it was written"),
        ),
    ],
)  # fmt: skip
def test_tampering_is_found_at_its_first_entry(
    desk: Desk, kept: SqlRecord, tampering: list[str], found: tuple[int, str]
):
    unguarded(desk)

    for statement in tampering:
        desk.change(statement)

    assert faults(kept) == [found]


def test_a_cut_tail_shows_against_a_head_that_was_kept_outside(desk: Desk, kept: SqlRecord):
    exported = kept.heads()[0]
    unguarded(desk)
    entry = list(kept.entries(TENANT))[3]
    desk.change("DELETE FROM record WHERE seq > 4")
    desk.change("UPDATE record_heads SET seq = 4, hash = :hash", hash=entry.hash)

    assert faults(kept) == []  # the database alone cannot know
    assert faults(kept, **{TENANT: exported}) == [(5, "the tail is cut: an export has seen entry 6")]


def test_a_result_that_is_not_the_recorded_one_is_found(desk: Desk, kept: SqlRecord):
    if desk.engine.dialect.name == "sqlite":
        desk.change("DROP TRIGGER results_insert_only_update")
    else:
        desk.change("ALTER TABLE results DISABLE TRIGGER USER")
    quote_id = next(e.subject for e in kept.entries(TENANT) if e.kind == "ended")

    desk.change("UPDATE results SET body = '{}' WHERE quote_id = :id", id=quote_id)

    assert faults(kept) == [(2, f"the result of quote {quote_id} is not the recorded one")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record SET facts = '{}'",
        "DELETE FROM record",
        "UPDATE record_heads SET seq = 0",
        "DELETE FROM record_heads",
        "UPDATE quotes SET request_json = '{}'",
        "UPDATE reference_files SET digest = 'x'",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_kept(desk: Desk, kept: SqlRecord, sql: str):
    with pytest.raises(IntegrityError):
        desk.change(sql)


def test_what_is_past_its_years_may_go_unless_it_is_held(desk: Desk, record: SqlRecord):
    unguarded(desk)
    quote_id = desk.submit().id
    desk.change("UPDATE record SET retain_until = '2020-01-01'")
    record.note(Kind.HELD, quote_id, {"reason": "asked for"}, date(2010, 1, 1))
    guarded(desk)

    with pytest.raises(IntegrityError):
        desk.change("DELETE FROM record WHERE seq = 1")
    record.note(Kind.RELEASED, quote_id, {"reason": "settled"}, date(2010, 1, 1))
    desk.change("DELETE FROM record WHERE seq = 1")

    assert [e.seq for e in record.entries(TENANT)] == [2, 3]


def guarded(desk: Desk) -> None:
    """The trigger on deletion, as the migration makes it."""
    if desk.engine.dialect.name != "sqlite":
        desk.change("ALTER TABLE record ENABLE TRIGGER USER")
        return
    with desk.engine.connect() as connection:
        kept = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'quotes_are_kept'")).scalar_one()
    desk.change(
        kept.replace("quotes_are_kept", "record_is_kept")
        .replace("ON quotes", "ON record")
        .replace("OLD.id", "OLD.subject")
    )


def test_a_later_export_prolongs_the_keeping(desk: Desk, record: SqlRecord):
    quote_id = desk.submit().id

    record.note(Kind.EVENT, quote_id, {"what": "export", "on": "2031-05-06"}, date(2031, 5, 6))

    assert max(e.retain_until for e in record.entries(TENANT)) == "2036-05-06"


@pytest.mark.parametrize(
    ("latest", "until"), [(date(2026, 3, 2), date(2031, 3, 2)), (date(2024, 2, 29), date(2029, 3, 1))]
)
def test_records_are_kept_for_five_years_from_the_latest_trigger(latest: date, until: date):
    assert keep_until(RULE, latest) == until


def test_an_export_check_is_kept_with_its_answer(desk: Desk, record: SqlRecord):
    snapshot_pin = desk.market.pin(date(2026, 3, 2))
    parts = desk.market.snapshot(snapshot_pin).parts

    desk.store.record_checks(TENANT, [('{"id":"t1"}', '{"outcome":"allowed"}')], snapshot_pin, parts)

    entry = next(iter(record.entries(TENANT)))
    assert (entry.kind, entry.request) == ("checked", '{"id":"t1"}')
    assert '"rules":{"digest":' in entry.facts
    assert desk.archive.read(snapshot_pin.reference) is not None


def test_a_quote_comes_out_the_same_when_it_is_replayed(desk: Desk, record: SqlRecord):
    quote_id = desk.submit().id
    desk.compute(quote_id)
    stored = record.stored(quote_id)

    again = replay(stored, desk.market, lambda quote, request: stored.result["reproducibility"]["result"], quick_quote)

    assert again.equal


def test_a_replay_says_which_input_is_gone(desk: Desk, record: SqlRecord):
    quote_id = desk.submit().id
    desk.compute(quote_id)
    stored = record.stored(quote_id)
    moved_on = type(desk.market)({**desk.market.files, "data/README.csv": "x"}, desk.market._rates, lambda _: None)

    with pytest.raises(SnapshotGone) as gone:
        replay(stored, moved_on, lambda *_: "", quick_quote)

    assert gone.value.missing == f"reference {stored.pin.reference}"


def test_the_end_of_a_quote_from_the_cache_names_the_versions_it_was_computed_from(desk: Desk, record: SqlRecord):
    desk.compute(desk.submit().id, make_quote)
    desk.submit()

    missed, hit = (json.loads(e.facts) for e in record.entries(TENANT) if e.kind == Kind.ENDED)
    assert (missed["cache"], hit["cache"]) == ("miss", "hit")
    assert {"catalogue", "rules", "lists", "tariffs", "rates"} <= set(hit["versions"])
    assert hit["versions"] == missed["versions"]
