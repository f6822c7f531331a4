"""What a tenant has judged is kept on both databases, pinned by its quotes, and on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql import clearances as kept_clearances
from quoting.adapters.sql.clearances import SqlClearances
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.units import Units
from quoting.application.audit import verify
from quoting.application.clearances import ClearanceNotFound, TooManyClearances, Withdrawal
from quoting.application.replay import replay
from quoting.domain.answer import Quote
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.quote import make_quote
from quoting.domain.record import KEEPING_RULE
from quoting.domain.request import QuoteRequest
from quoting.wire import json_text
from quoting.wire.result import result_document
from tests.integration.desk import TENANT, Desk

FLAG = Clearance(
    "", "Prairie Compute Cooperative", (), "US", None, "diversion", "R. Weiss", date(2026, 3, 1), "visited"
)
BACK = Withdrawal("R. Weiss", "the site was sold")


def digest_of(quote: Quote, request: QuoteRequest) -> str:
    digest: str = result_document(quote, request, "chipquote test", {})["reproducibility"]["result"]
    return digest


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(parse_rule(read_bundle(), KEEPING_RULE), "chipquote test")


@pytest.fixture
def kept(engine: Engine, recorder: Recorder) -> SqlClearances:
    return SqlClearances(Units(engine), recorder)


@pytest.fixture
def record(engine: Engine, recorder: Recorder) -> SqlRecord:
    return SqlRecord(Units(engine), recorder)


def test_clearance_is_read_as_it_was_kept(kept: SqlClearances, desk: Desk):
    made = kept.add(TENANT, FLAG).clearance

    assert desk.store.clearances(TENANT) == (made,)
    assert replace(made, id="") == FLAG


def test_clearance_of_a_tenant_is_no_other_tenants(kept: SqlClearances, desk: Desk):
    made = kept.add(TENANT, FLAG).clearance

    assert desk.store.clearances("globex") == ()
    assert kept.records("globex") == []
    with pytest.raises(ClearanceNotFound):
        kept.revoke("globex", made.id, BACK)


def test_clearance_that_was_taken_back_stays_on_the_list_and_stands_no_longer(kept: SqlClearances, desk: Desk):
    made = kept.add(TENANT, FLAG).clearance

    kept.revoke(TENANT, made.id, BACK)

    assert desk.store.clearances(TENANT) == ()
    assert [r.withdrawal for r in kept.records(TENANT)] == [BACK]


def test_clearance_is_taken_back_once(kept: SqlClearances):
    made = kept.add(TENANT, FLAG).clearance
    first = kept.revoke(TENANT, made.id, BACK)

    assert kept.revoke(TENANT, made.id, Withdrawal("another", "another reason")) == first


def test_a_tenant_keeps_a_bounded_number_of_them(kept: SqlClearances, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_clearances, "MOST_STANDING", 1)
    made = kept.add(TENANT, FLAG).clearance

    with pytest.raises(TooManyClearances):
        kept.add(TENANT, FLAG)
    kept.revoke(TENANT, made.id, BACK)
    assert kept.add(TENANT, FLAG).withdrawal is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE clearances SET judgement = '{}'",
        "UPDATE clearances SET tenant = 'globex'",
        "DELETE FROM clearances",
    ],
)
def test_database_refuses_to_change_a_judgement(kept: SqlClearances, desk: Desk, sql: str):
    kept.add(TENANT, FLAG)

    with pytest.raises(IntegrityError):
        desk.change(sql)


def test_new_clearance_changes_the_cache_key_of_an_equal_request(kept: SqlClearances, desk: Desk):
    before = desk.submit()
    desk.compute(before.id)
    kept.add(TENANT, FLAG)

    after = desk.submit()

    assert not after.status.done
    with desk.engine.connect() as c:
        digests = c.scalars(text("SELECT DISTINCT snapshot_digest FROM quotes")).all()
    assert len(digests) == 2


def test_clearance_of_another_tenant_changes_no_cache_key(kept: SqlClearances, desk: Desk):
    desk.compute(desk.submit().id)
    kept.add("globex", FLAG)

    assert desk.submit().status.done


def test_quote_keeps_what_it_is_pinned_to_when_a_clearance_is_taken_back(kept: SqlClearances, desk: Desk):
    made = kept.add(TENANT, FLAG).clearance
    quote = desk.submit()
    kept.revoke(TENANT, made.id, BACK)

    claim = desk.store.claim(quote.id, "a worker")

    assert claim is not None
    assert desk.market.snapshot(claim.pin).rules.clearances == (made,)


def test_database_refuses_to_change_what_a_quote_is_pinned_to(kept: SqlClearances, desk: Desk):
    kept.add(TENANT, FLAG)
    quote = desk.submit()

    with pytest.raises(IntegrityError):
        desk.change("UPDATE quotes SET clearances_json = NULL WHERE id = :id", id=quote.id)


def test_replay_gives_the_same_digest_after_a_clearance_was_taken_back(
    kept: SqlClearances, desk: Desk, record: SqlRecord
):
    made = kept.add(TENANT, FLAG).clearance
    quote = desk.submit()
    desk.compute(quote.id, make_quote)
    kept.revoke(TENANT, made.id, BACK)

    stored = record.stored(quote.id)

    assert replay(stored, desk.market, digest_of).equal
    assert stored.result["determinations"][0]["clearances"][0]["id"] == made.id
    assert stored.result["provenance"]["clearances"]["digest"]


def test_record_holds_the_judgement_its_end_and_the_clearances_of_a_quote(
    kept: SqlClearances, desk: Desk, record: SqlRecord
):
    made = kept.add(TENANT, FLAG).clearance
    desk.submit()
    kept.revoke(TENANT, made.id, BACK)

    entries = list(record.entries(TENANT))

    assert [e.kind for e in entries] == ["cleared", "accepted", "revoked"]
    assert json_text.parse(entries[1].facts)["clearances"][0]["id"] == made.id
    assert json_text.parse(entries[2].facts) == {"by": "R. Weiss", "why": "the site was sold"}
    assert verify(record, {}).faults == []


def test_record_shows_a_judgement_that_was_changed_behind_its_back(kept: SqlClearances, desk: Desk, record: SqlRecord):
    kept.add(TENANT, FLAG)
    on = "" if desk.engine.dialect.name == "sqlite" else " ON clearances"
    desk.change(f"DROP TRIGGER clearances_stay{on}")

    desk.change("UPDATE clearances SET judgement = '{}'")

    assert "is not the recorded one" in verify(record, {}).faults[0].problem
