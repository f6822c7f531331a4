"""The dispatcher: nothing that was accepted is forgotten, whatever happens to Redis and workers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from quoting.adapters.market import PackagedMarket
from quoting.application.dispatch import Round, dispatch
from quoting.application.quotes import Size, Status
from tests.integration.desk import TENANT, Desk

DEPTH = 100


@pytest.fixture
def at_once(engine: Engine, market: PackagedMarket) -> Desk:
    """A desk where every queued quote is due a millisecond after it was accepted."""
    return Desk(engine, market, dispatch_after_s=0.001, redispatch_max_s=0.001, max_attempts=2)


def test_a_lost_wake_up_is_sent_again(at_once: Desk):
    quote_id = at_once.submit().id
    at_once.queue.woken.clear()

    dispatch(at_once.store, at_once.queue, DEPTH)

    assert at_once.queue.woken == [quote_id]


def test_dispatchers_share_what_is_due(at_once: Desk, engine: Engine, market: PackagedMarket):
    slow_again = Desk(engine, market, dispatch_after_s=60, redispatch_max_s=60)  # so nothing is due twice meanwhile
    quote_ids = [at_once.submit(client_ref=str(n)).id for n in range(12)]
    time.sleep(0.01)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: slow_again.store.due({Size.SMALL: 5}), range(4)))

    woken = [wake.quote_id for wakes in found for wake in wakes]
    assert len(woken) == len(set(woken))
    assert set(woken) <= set(quote_ids)
    assert woken


def test_a_quote_that_was_just_accepted_is_not_woken_twice(desk: Desk):
    desk.submit()
    desk.queue.woken.clear()

    dispatch(desk.store, desk.queue, DEPTH)

    assert desk.queue.woken == []


def test_a_quote_accepted_without_redis_is_woken_when_it_is_back(at_once: Desk):
    at_once.queue.down = True
    quote_id = at_once.submit().id
    dispatch(at_once.store, at_once.queue, DEPTH)
    at_once.queue.down = False

    dispatch(at_once.store, at_once.queue, DEPTH)

    assert at_once.queue.woken == [quote_id]


def test_a_full_queue_is_not_rung_again(at_once: Desk):
    at_once.submit()
    at_once.queue.woken.clear()

    assert dispatch(at_once.store, at_once.queue, 0) == Round(rescued=0, expired=0, woken=0)


def test_a_quote_whose_worker_died_is_queued_again(at_once: Desk):
    quote_id = at_once.submit().id
    at_once.store.claim(quote_id, "dead")
    at_once.silence(quote_id)

    done = dispatch(at_once.store, at_once.queue, DEPTH)

    assert done.rescued == 1
    assert at_once.get(quote_id).status is Status.QUEUED


def test_a_quote_with_a_living_worker_is_left_alone(at_once: Desk):
    quote_id = at_once.submit().id
    at_once.store.claim(quote_id, "alive")

    assert dispatch(at_once.store, at_once.queue, DEPTH).rescued == 0


def test_a_quote_in_which_every_worker_dies_is_poisoned(at_once: Desk):
    quote_id = at_once.submit().id
    for _ in range(2):
        assert at_once.store.claim(quote_id, "doomed") is not None
        at_once.silence(quote_id)
        dispatch(at_once.store, at_once.queue, DEPTH)

    ended = at_once.get(quote_id)

    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert ended.error["code"] == "poisoned"


def test_a_cancel_is_kept_when_the_worker_dies(at_once: Desk):
    quote_id = at_once.submit().id
    at_once.store.claim(quote_id, "dead")
    at_once.store.cancel(TENANT, quote_id)
    at_once.silence(quote_id)

    dispatch(at_once.store, at_once.queue, DEPTH)

    assert at_once.get(quote_id).status is Status.CANCELLED


def test_a_quote_that_no_worker_took_for_a_day_expires(desk: Desk):
    quote_id = desk.submit().id
    desk.change("UPDATE quotes SET created_at = created_at - 86400001")

    dispatch(desk.store, desk.queue, DEPTH)

    assert desk.get(quote_id).status is Status.EXPIRED


def test_a_quote_that_has_started_does_not_expire(desk: Desk):
    quote_id = desk.submit().id
    desk.store.claim(quote_id, "dead")
    desk.silence(quote_id)
    desk.store.requeue_stale()
    desk.change("UPDATE quotes SET created_at = created_at - 86400001")

    dispatch(desk.store, desk.queue, DEPTH)

    assert desk.get(quote_id).status is Status.QUEUED
