"""The SQL store: fences, leases, idempotency, paging, and what can never change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from quoting.application.quotes import CacheUse, Idempotency, Progress, Size, Status
from quoting.domain.errors import (
    IdempotencyMismatch,
    QuoteAlreadyEnded,
    QuoteHasNoResult,
    QuoteNotDone,
    QuoteNotFound,
)
from quoting.wire.request import load_request
from tests.builders import a_request
from tests.fakes import a_quote
from tests.integration.desk import TENANT, Desk


def test_a_claim_is_given_once(desk: Desk):
    quote_id = desk.submit().id

    claims = [desk.store.claim(quote_id, owner) for owner in ("one", "two")]

    assert [c is not None for c in claims] == [True, False]


def test_parallel_claims_give_one_winner(desk: Desk):
    quote_id = desk.submit().id

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: desk.store.claim(quote_id, f"worker {n}"), range(8)))

    assert sum(c is not None for c in claims) == 1


def test_parallel_claims_of_equal_quotes_give_one_winner(desk: Desk):
    quote_ids = [desk.submit().id for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda i: desk.store.claim(i, f"worker of {i}"), quote_ids))

    assert sum(c is not None for c in claims) == 1


def test_a_quote_id_that_is_no_text_is_not_found(desk: Desk):
    with pytest.raises(QuoteNotFound):
        desk.store.get(TENANT, "a\x00b")


def test_a_claim_carries_the_request_and_the_pinned_snapshot(desk: Desk):
    record = desk.submit(client_ref="PO-7")

    claim = desk.store.claim(record.id, "worker")

    assert claim is not None
    assert claim.request == load_request(a_request(client_ref="PO-7", known_on="2026-03-02"))
    assert desk.market.snapshot(claim.pin).digest == claim.pin.digest


def test_a_stale_fence_changes_nothing(desk: Desk):
    quote_id = desk.submit().id
    paused = desk.store.claim(quote_id, "paused")
    desk.silence(quote_id)
    second = desk.store.claim(quote_id, "second")
    assert paused is not None
    assert second is not None

    refused = (
        desk.store.heartbeat(paused, None),
        desk.store.finish(paused, a_quote(), {}),
        desk.store.fail(paused, {"code": "internal_error"}),
        desk.store.stop(paused),
    )

    assert not any(refused)
    assert desk.store.finish(second, a_quote(), {}) is not None


def test_a_heartbeat_shows_its_progress(desk: Desk):
    quote_id = desk.submit().id
    claim = desk.store.claim(quote_id, "worker")
    assert claim is not None

    desk.store.heartbeat(claim, Progress("allocating", 20, incumbent=5.0, bound=4.0))

    assert desk.get(quote_id).progress == Progress("allocating", 20, incumbent=5.0, bound=4.0)


def test_a_heartbeat_hears_of_a_cancel(desk: Desk):
    quote_id = desk.submit().id
    claim = desk.store.claim(quote_id, "worker")
    assert claim is not None
    assert desk.store.heartbeat(claim, None)

    asked = desk.store.cancel(TENANT, quote_id)

    assert (asked.status, asked.cancel_requested) == (Status.RUNNING, True)
    assert not desk.store.heartbeat(claim, None)


def test_a_queued_quote_is_cancelled_at_once(desk: Desk):
    quote_id = desk.submit().id

    assert desk.store.cancel(TENANT, quote_id).status is Status.CANCELLED
    assert desk.store.claim(quote_id, "worker") is None


def test_what_has_ended_is_not_cancelled_again(desk: Desk):
    quote_id = desk.submit().id
    desk.store.cancel(TENANT, quote_id)

    with pytest.raises(QuoteAlreadyEnded):
        desk.store.cancel(TENANT, quote_id)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE quotes SET status = 'queued'",
        "UPDATE quotes SET finished_at = finished_at + 1",
        "UPDATE results SET body = '{}'",
        "DELETE FROM results",
    ],
)
def test_the_database_itself_refuses_to_change_an_ended_quote(desk: Desk, sql: str):
    desk.compute(desk.submit().id)

    with pytest.raises(IntegrityError):
        desk.change(sql)


def test_a_second_result_of_a_quote_is_impossible(desk: Desk):
    quote_id = desk.submit().id
    desk.compute(quote_id)

    with pytest.raises(IntegrityError):
        desk.change("INSERT INTO results VALUES (:id, '{}', 'x')", id=quote_id)


def test_a_result_is_refused_before_the_quote_is_done(desk: Desk):
    quote_id = desk.submit().id

    with pytest.raises(QuoteNotDone):
        desk.store.result(TENANT, quote_id)


def test_a_cancelled_quote_has_no_result(desk: Desk):
    quote_id = desk.submit().id
    desk.store.cancel(TENANT, quote_id)

    with pytest.raises(QuoteHasNoResult):
        desk.store.result(TENANT, quote_id)


def test_another_tenants_quote_is_not_found(desk: Desk):
    quote_id = desk.submit().id

    for look in (desk.store.get, desk.store.result, desk.store.cancel):
        with pytest.raises(QuoteNotFound):
            look("somebody else", quote_id)


def test_an_idempotency_key_replays_its_quote(desk: Desk):
    first, _ = desk.submitted(key=("k", "print"))

    second, replayed = desk.submitted(key=("k", "print"))

    assert (second.id, replayed) == (first.id, True)


def test_an_idempotency_key_is_refused_for_another_request(desk: Desk):
    desk.submit(key=("k", "print"))

    with pytest.raises(IdempotencyMismatch):
        desk.submit(key=("k", "another print"))


def test_an_idempotency_key_belongs_to_its_tenant(desk: Desk):
    first, _ = desk.submitted(key=("k", "print"))

    second, replayed = desk.submitted(tenant="globex", key=("k", "other print"))

    assert not replayed
    assert second.id != first.id


def test_parallel_posts_with_one_key_store_one_quote(desk: Desk):
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: desk.submitted(key=("k", "print")), range(24)))

    assert len({record.id for record, _ in answers}) == 1
    assert sum(not replayed for _, replayed in answers) == 1


def test_a_key_can_be_asked_for_before_the_request_is_read(desk: Desk):
    record = desk.submit(key=("k", "print"))

    found = desk.store.replayed(TENANT, Idempotency("k", "print"))

    assert found is not None
    assert found.id == record.id


def test_pages_hold_every_quote_once_newest_first(desk: Desk):
    made = [desk.submit(client_ref=str(n)).id for n in range(7)]

    seen, after = [], None
    while True:
        page = desk.store.page(TENANT, None, 3, after)
        seen += [record.id for record in page.quotes]
        after = page.next
        if after is None:
            break

    assert sorted(seen) == sorted(made)
    assert seen == sorted(seen, key=lambda i: desk.get(i).created_at, reverse=True)


def test_a_page_can_be_of_one_status(desk: Desk):
    desk.submit()
    cancelled = desk.submit().id
    desk.store.cancel(TENANT, cancelled)

    page = desk.store.page(TENANT, Status.CANCELLED, 10, None)

    assert [record.id for record in page.quotes] == [cancelled]


def test_an_equal_request_waits_for_the_one_in_flight(desk: Desk):
    first, second = desk.submit(client_ref="a").id, desk.submit(client_ref="b").id
    claim = desk.store.claim(first, "worker")
    assert claim is not None
    assert desk.store.claim(second, "another worker") is None

    desk.store.finish(claim, a_quote(), {})

    assert (desk.get(first).cache, desk.get(second).cache) == (CacheUse.MISS, CacheUse.COALESCED)
    assert desk.store.result(TENANT, second).text == desk.store.result(TENANT, first).text


def test_an_equal_request_is_computed_itself_when_the_one_in_flight_fails(desk: Desk):
    first, second = desk.submit().id, desk.submit().id
    claim = desk.store.claim(first, "worker")
    assert claim is not None
    desk.store.claim(second, "another worker")

    desk.store.fail(claim, {"code": "internal_error", "detail": "no"})

    assert second in [wake.quote_id for wake in desk.store.due({Size.SMALL: 10})]
    assert desk.store.claim(second, "another worker") is not None


def test_an_equal_request_of_another_tenant_is_computed_for_itself(desk: Desk):
    first, other = desk.submit().id, desk.submit(tenant="globex").id
    claim = desk.store.claim(first, "worker")
    assert claim is not None

    desk.store.finish(claim, a_quote(), {})

    assert desk.store.get("globex", other).status is Status.QUEUED
