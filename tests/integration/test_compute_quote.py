"""Computing a queued quote, with a small fixed quote in the place of the real one."""

from __future__ import annotations

import pytest

from quoting.application.quotes import Answer, CacheKey, CacheUse, Status
from quoting.application.read_result import read_result
from quoting.domain.answer import Quote, Verdict
from quoting.domain.errors import Cancelled, FieldFault, QuoteNotFound, RequestInvalid
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch
from tests.fakes import a_quote
from tests.integration.desk import TENANT, Desk


def infeasible(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
    return a_quote(Verdict.INFEASIBLE)


def broken(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
    raise ZeroDivisionError("planted")


def without_rate(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
    raise RequestInvalid([FieldFault("/budgets/0/max", "no_rate", "there is no rate for it")])


def cancelled(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
    raise Cancelled


def test_a_computed_quote_has_succeeded_with_a_result(desk: Desk):
    quote_id = desk.submit().id

    desk.compute(quote_id)

    assert desk.get(quote_id).status is Status.SUCCEEDED
    assert '"verdict":"feasible_safe"' in desk.store.result(TENANT, quote_id).text


def test_an_infeasible_quote_has_a_result_too(desk: Desk):
    quote_id = desk.submit().id

    desk.compute(quote_id, infeasible)

    assert desk.get(quote_id).status is Status.INFEASIBLE
    assert desk.store.result(TENANT, quote_id).text


def test_computing_twice_changes_nothing(desk: Desk):
    quote_id = desk.submit().id
    desk.compute(quote_id)
    before = desk.get(quote_id), desk.store.result(TENANT, quote_id)

    desk.compute(quote_id, infeasible)

    assert (desk.get(quote_id), desk.store.result(TENANT, quote_id)) == before


def test_a_bug_fails_the_quote_and_is_logged_without_telling_the_caller(desk: Desk):
    quote_id = desk.submit().id

    desk.compute(quote_id, broken)

    record = desk.get(quote_id)
    assert record.status is Status.FAILED
    assert record.error is not None
    assert record.error["code"] == "internal_error"
    assert "planted" not in str(record.error)
    assert desk.log.events == ["quote_failed"]


def test_a_request_that_proves_invalid_names_its_fields(desk: Desk):
    quote_id = desk.submit().id

    desk.compute(quote_id, without_rate)

    error = desk.get(quote_id).error
    assert error is not None
    assert error["errors"] == [{"pointer": "/budgets/0/max", "code": "no_rate", "detail": "there is no rate for it"}]


def test_a_cancelled_computation_ends_cancelled(desk: Desk):
    quote_id = desk.submit().id

    def cancel_meanwhile(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
        desk.store.cancel(TENANT, quote_id)
        raise Cancelled

    desk.compute(quote_id, cancel_meanwhile)

    assert desk.get(quote_id).status is Status.CANCELLED


def test_a_computation_that_lost_its_fence_is_nobodys_cancel(desk: Desk):
    quote_id = desk.submit().id

    desk.compute(quote_id, cancelled)

    assert desk.get(quote_id).status is Status.RUNNING


def test_an_equal_request_is_answered_from_the_cache(desk: Desk):
    first = desk.submit(client_ref="a").id
    desk.compute(first)

    second = desk.submit(client_ref="b")

    assert (second.status, second.cache) == (Status.SUCCEEDED, CacheUse.HIT)
    assert second.id not in desk.queue.woken
    assert desk.store.result(TENANT, second.id).text == desk.store.result(TENANT, first).text


def test_an_equal_request_accepted_before_the_answer_is_not_computed_again(desk: Desk):
    first = desk.submit().id
    remembered = desk.cache.answers
    desk.compute(first)
    desk.cache.answers = {}
    second = desk.submit().id
    desk.cache.answers = remembered

    desk.compute(second, broken)

    assert (desk.get(second).status, desk.get(second).cache) == (Status.SUCCEEDED, CacheUse.HIT)


def test_a_cold_cache_changes_no_answer(desk: Desk):
    first = desk.submit().id
    desk.compute(first)
    desk.cache.answers.clear()
    second = desk.submit().id

    desk.compute(second)

    assert desk.get(second).cache is CacheUse.MISS
    assert desk.store.result(TENANT, second).text == desk.store.result(TENANT, first).text


def test_a_quote_is_stored_although_no_worker_can_be_woken(desk: Desk):
    desk.queue.down = True

    quote_id = desk.submit().id

    assert desk.get(quote_id).status is Status.QUEUED


def test_pinned_reference_files_can_be_read_after_the_package_has_changed(desk: Desk):
    record = desk.submit()
    claim = desk.store.claim(record.id, "worker")
    assert claim is not None

    assert desk.archive.read(claim.pin.reference) == desk.market.files


def test_a_result_is_read_from_the_cache_and_again_from_sql_when_that_is_empty(desk: Desk):
    quote_id = desk.submit().id
    desk.compute(quote_id)
    stored = desk.store.result(TENANT, quote_id)

    def read() -> Answer:
        return read_result(TENANT, quote_id, store=desk.store, cache=desk.cache)

    first, second = read(), read()
    desk.cache.answers.clear()

    assert (first, second, read()) == (stored, stored, stored)


def test_a_result_in_the_cache_is_its_tenants(desk: Desk):
    quote_id = desk.submit().id
    desk.compute(quote_id)
    read_result(TENANT, quote_id, store=desk.store, cache=desk.cache)

    with pytest.raises(QuoteNotFound):
        read_result("globex", quote_id, store=desk.store, cache=desk.cache)


def test_an_equal_request_accepted_while_the_answer_is_stored_is_not_computed_again(desk: Desk):
    first = desk.submit().id
    accepted: list[str] = []
    put = desk.cache.put

    def accept_another_first(key: CacheKey, answer: Answer) -> None:
        accepted.append(desk.submit().id)
        put(key, answer)

    desk.cache.put = accept_another_first
    desk.compute(first)
    desk.compute(accepted[0])

    assert desk.get(accepted[0]).cache in (CacheUse.COALESCED, CacheUse.HIT)
    assert desk.meter.computations == 1
