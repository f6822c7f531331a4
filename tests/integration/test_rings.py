"""Rings on a real broker: a message is what a Celery worker reads, and many go in one trip."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from typing import Any

import pytest
from redis import Redis

from quoting.adapters.celery_queue import COMPUTE_QUOTE, QUEUES, BackgroundQueue, CeleryQueue, celery_app
from quoting.application.errors import QueueUnavailable
from quoting.application.quotes import Size, Wake

LARGE = 1000


def queued(redis: Redis, size: Size) -> list[Any]:
    """The messages of a queue, first come first."""
    return [json.loads(message) for message in reversed(redis.lrange(QUEUES[size], 0, -1))]


def rung(message: Any) -> str:
    return str(json.loads(b64decode(message["body"]))[0][0])


def commands(redis: Redis) -> int:
    return int(redis.info("stats")["total_commands_processed"])


def test_a_ring_names_its_quote_and_the_time_it_may_take(redis: Redis, redis_url: str):
    CeleryQueue(redis_url, LARGE).wake(Wake("a", 130.0, 5))

    (message,) = queued(redis, Size.SMALL)

    assert rung(message) == "a"
    assert message["headers"]["task"] == COMPUTE_QUOTE
    assert message["headers"]["timelimit"][0] == 130.0
    assert len(json.dumps(message)) < 1024


def test_a_ring_is_what_celery_itself_would_send(redis: Redis, redis_url: str):
    app = celery_app(redis_url)
    app.send_task(COMPUTE_QUOTE, ("a",), queue=QUEUES[Size.SMALL], time_limit=130.0, ignore_result=True)
    CeleryQueue(redis_url, LARGE).wake(Wake("a", 130.0, 5))

    theirs, ours = queued(redis, Size.SMALL)

    assert ours["body"] == theirs["body"]
    assert ours["headers"].keys() == theirs["headers"].keys()
    for name in ("task", "timelimit", "ignore_result", "retries", "eta", "expires"):
        assert ours["headers"][name] == theirs["headers"][name]
    for name in ("content-type", "content-encoding"):
        assert ours[name] == theirs[name]
    for name in ("delivery_mode", "delivery_info", "priority", "body_encoding"):
        assert ours["properties"][name] == theirs["properties"][name]


def test_many_rings_go_in_one_trip_each_to_the_queue_of_its_size(redis: Redis, redis_url: str):
    queue = CeleryQueue(redis_url, LARGE)
    queue.wake(Wake("first", 130.0, 5))  # opens the connection
    redis.delete(*QUEUES.values())
    before = commands(redis)

    queue.wake_all([Wake(f"q{number}", 130.0, LARGE if number == 2 else 5) for number in range(5)])

    assert commands(redis) - before == 6  # a push each, and the question how many there were
    assert [rung(message) for message in queued(redis, Size.SMALL)] == ["q0", "q1", "q3", "q4"]
    assert [rung(message) for message in queued(redis, Size.LARGE)] == ["q2"]


def test_no_ring_is_kept_from_a_thread_that_rings_many_at_once(redis: Redis, redis_url: str):
    queue = BackgroundQueue(CeleryQueue(redis_url, LARGE))
    wanted = [f"q{number}" for number in range(50)]

    for quote_id in wanted:
        queue.wake(Wake(quote_id, 130.0, 5))
    while queue.depths()[Size.SMALL] < len(wanted):
        time.sleep(0.01)

    assert [rung(message) for message in queued(redis, Size.SMALL)] == wanted


def test_rings_that_reach_nobody_are_told_of():
    with pytest.raises(QueueUnavailable):
        CeleryQueue("redis://127.0.0.1:1/0", LARGE).wake_all([Wake("a", 130.0, 5)])
