"""Killed workers, a Redis that forgets or is gone: every accepted quote still ends once, with the same answer."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.builders import Document, another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
LEASE_S = 2


def kill_mid_job_and_flush(live: Live) -> tuple[str, Document]:
    """A quote whose worker was killed with all its processes while computing, and whose message is forgotten."""
    request = another_request()
    with live.held():
        quote_id = live.ask(request)
        live.until(quote_id, "running")
        live.kill("worker")
        live.redis.flushall()
    return quote_id, request


def test_a_quote_whose_worker_was_killed_and_message_lost_ends_once_with_the_same_answer(live: Live):
    quote_id, request = kill_mid_job_and_flush(live)

    ended = live.until_done(quote_id)

    assert ended["status"] == "succeeded"
    live.redis.flushall()  # a cold cache: the same request is computed anew, without a fault
    undisturbed = live.ask(request)
    assert live.until_done(undisturbed)["cache"] == "miss"
    assert live.digest(quote_id) == live.digest(undisturbed)
    assert live.quote(quote_id) == ended


def test_the_same_quote_without_the_dispatcher_stays_lost(live: Live):
    with live.without("dispatcher"):
        quote_id, _ = kill_mid_job_and_flush(live)
        time.sleep(LEASE_S + 3)
        lost = live.quote(quote_id)

    assert not lost["done"]
    assert live.until_done(quote_id)["status"] == "succeeded"


def test_a_worker_that_was_paused_beyond_its_lease_ends_the_quote_once(live: Live):
    with live.held():
        quote_id = live.ask(another_request())
        live.until(quote_id, "running")
        worker = live.process("worker").process.pid
        os.killpg(worker, signal.SIGSTOP)
        try:
            live.until(quote_id, "queued")
        finally:
            os.killpg(worker, signal.SIGCONT)

    ended = live.until_done(quote_id)

    assert ended["status"] == "succeeded"
    assert live.quote(quote_id) == ended


def test_a_quote_in_which_every_worker_dies_is_poisoned_and_others_go_on(live: Live):
    with live.held("die"):
        quote_id = live.ask(another_request())
        ended = live.until_done(quote_id, within_s=60)

    assert (ended["status"], ended["error"]["code"]) == ("failed", "poisoned")
    assert live.until_done(live.ask(another_request()))["status"] == "succeeded"


def test_quotes_are_accepted_while_redis_is_gone_and_done_when_it_is_back(live: Live):
    with live.without("redis"):
        started = time.monotonic()
        answers = [live.post(another_request()) for _ in range(4)]
        took = time.monotonic() - started

    assert {a.status_code for a in answers} == {202}
    assert took < 12  # left alone, the client of Redis tries for more than three seconds with each call
    assert {live.until_done(a.json()["id"], within_s=60)["status"] for a in answers} == {"succeeded"}


def test_quotes_are_accepted_while_redis_hangs(live: Live):
    redis = live.process("redis").process.pid
    os.kill(redis, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answers = [live.post(another_request()) for _ in range(4)]
        took = time.monotonic() - started
    finally:
        os.kill(redis, signal.SIGCONT)

    assert {a.status_code for a in answers} == {202}
    assert took < 25  # left alone, it waits for about a minute with each call
    assert {live.until_done(a.json()["id"], within_s=60)["status"] for a in answers} == {"succeeded"}


@pytest.mark.parametrize("name", ["api", "worker", "dispatcher", "redis"])
def test_what_is_killed_comes_back_and_no_accepted_quote_is_lost(live: Live, name: str):
    accepted = [live.ask(another_request()) for _ in range(5)]
    before = live.process(name).process.pid

    live.kill(name)

    ends = time.monotonic() + 60
    while live.process(name).process.pid == before and time.monotonic() < ends:
        time.sleep(0.1)
    assert live.process(name).process.pid != before
    assert live.anonymous.get("/healthz").status_code == 200
    accepted.append(live.ask(another_request()))
    assert {live.until_done(quote_id, within_s=60)["status"] for quote_id in accepted} == {"succeeded"}
