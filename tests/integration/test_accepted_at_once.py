"""Quotes that are taken in together: each as if it had come alone, in the order in which they came."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.acceptance import Acceptance, Arrival, new_row
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.record_tables import record
from quoting.adapters.sql.tables import idempotency, quotes
from quoting.adapters.sql.units import Units
from quoting.application.audit import verify
from quoting.application.errors import ClearancesChanged, TooManyWaiting
from quoting.application.quotes import Idempotency, Size, Status, Submission
from quoting.domain.errors import IdempotencyMismatch
from quoting.domain.record import KEEPING_RULE
from quoting.domain.request import dated
from quoting.wire.request import load_request, print_request
from tests.builders import a_request
from tests.fakes import FixedClock
from tests.integration.desk import TENANT, Desk

LIMIT = 3


@pytest.fixture
def recorder(desk: Desk) -> Recorder:
    return Recorder(parse_rule(desk.market.files, KEEPING_RULE), "chipquote test")


@pytest.fixture
def accept(desk: Desk, recorder: Recorder) -> Any:
    """Takes in arrivals in one transaction; what came of each."""
    desk.submit(tenant="first")  # stores the reference files
    acceptance = Acceptance(recorder, {}, dispatch_after_ms=1000, waiting_limit=LIMIT)
    return lambda *arrivals: Units(desk.engine).write(lambda c: acceptance(c, arrivals))


@pytest.fixture
def arrival(desk: Desk) -> Any:
    def make(name: str, tenant: str = TENANT, key: str | None = None, cleared: tuple[str, ...] = ()) -> Arrival:
        request = dated(load_request(a_request(client_ref=name)), FixedClock().today())
        pin, used = desk.market.pin(FixedClock().today()), None if key is None else Idempotency(key, name)
        submission = Submission(tenant, request, *print_request(request), pin, frozenset(cleared), used, 5, None)
        return Arrival(submission, None, new_row(submission, None, 3))

    return make


def test_each_has_its_own_quote_as_it_is_read_later(desk: Desk, accept, arrival):
    outcomes = accept(arrival("a"), arrival("b", "other"), arrival("c"))

    assert [(quote.client_ref, quote.tenant, replayed) for quote, replayed in outcomes] == [
        ("a", TENANT, False), ("b", "other", False), ("c", TENANT, False),
    ]  # fmt: skip
    assert [desk.store.get(quote.tenant, quote.id) for quote, _ in outcomes] == [quote for quote, _ in outcomes]


def test_each_is_in_the_chain_of_its_tenant_and_the_chains_hold(desk: Desk, recorder, accept, arrival):
    accept(arrival("a"), arrival("b", "other"), arrival("c"))
    accept(arrival("d", "other"))

    kept = SqlRecord(Units(desk.engine), recorder)

    assert {head.tenant: head.seq for head in kept.heads()} == {"first": 1, TENANT: 2, "other": 2}
    assert list(verify(kept, {}).faults) == []


def test_one_key_sent_twice_at_once_is_one_quote(desk: Desk, accept, arrival):
    (first, is_old), (second, is_replayed), (other, _) = accept(
        arrival("a", key="k"), arrival("a", key="k"), arrival("a", "other", key="k")
    )

    assert (first.id, is_old) == (second.id, False)
    assert is_replayed
    assert other.id != first.id
    assert len(desk.store.page(TENANT, None, 10, None).quotes) == 1


def test_one_key_for_two_requests_at_once_stands_for_the_first(accept, arrival):
    (first, _), second, (third, _) = accept(arrival("a", key="k"), arrival("b", key="k"), arrival("c"))

    assert (first.client_ref, third.client_ref) == ("a", "c")
    assert isinstance(second, IdempotencyMismatch)


def test_the_limit_of_a_tenant_counts_those_that_came_with_it(desk: Desk, accept, arrival):
    accept(arrival("a"))

    outcomes = accept(*(arrival(name) for name in "bcd"), arrival("e", "other"))

    assert [isinstance(outcome, TooManyWaiting) for outcome in outcomes] == [False, False, True, False]
    assert len(desk.store.page(TENANT, Status.QUEUED, 10, None).quotes) == LIMIT


def test_one_pinned_to_clearances_that_do_not_stand_is_refused_alone(accept, arrival):
    (first, _), second = accept(arrival("a"), arrival("b", cleared=("taken back",)))

    assert first.client_ref == "a"
    assert isinstance(second, ClearancesChanged)


def test_each_is_due_for_the_dispatcher_where_no_ring_is_heard(desk: Desk, accept, arrival):
    outcomes = accept(arrival("a"), arrival("b"))
    desk.change("UPDATE quotes SET next_dispatch_at = next_dispatch_at - 1000")

    due = {wake.quote_id for wake in desk.store.due({Size.SMALL: 10, Size.LARGE: 10})}

    assert {quote.id for quote, _ in outcomes} <= due


def test_none_is_stored_where_their_transaction_is_lost(desk: Desk, recorder, arrival):
    acceptance = Acceptance(recorder, {}, dispatch_after_ms=1000, waiting_limit=LIMIT)
    desk.submit(tenant="first")

    def unit(c: Any) -> None:
        acceptance(c, [arrival("a", key="k"), arrival("b")])
        raise LookupError

    with pytest.raises(LookupError):
        Units(desk.engine).write(unit)

    with desk.engine.connect() as c:
        kept = [c.scalar(select(func.count()).select_from(table)) for table in (quotes, record, idempotency)]
    assert kept == [1, 1, 0]
