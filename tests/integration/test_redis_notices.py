"""Notes that a quote has ended, on a real Redis: heard whenever they come, and nobody depends on them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from quoting.adapters.redis_cache import redis_client
from quoting.adapters.redis_notices import RedisNotices

LONG_S = 60.0


@pytest.fixture
def notices(redis: Redis) -> RedisNotices:
    return RedisNotices(redis)


def hear(notices: RedisNotices, quote_id: str) -> bool:
    """Wait piece by piece, as who waits for a quote does; False where nothing could be heard."""
    while notices.hear_end(quote_id, LONG_S):
        if notices._client.exists(f"chipquote:ended:{quote_id}"):
            return True
    return False


def test_all_who_wait_hear_that_a_quote_has_ended(notices: RedisNotices, redis: Redis):
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(hear, notices, "a") for _ in range(3)]
        while redis.info("clients")["blocked_clients"] < len(waiting):
            time.sleep(0.001)
        notices.say_ended("a")

        assert [each.result() for each in waiting] == [True] * 3


def test_a_note_that_came_first_is_heard_at_once(notices: RedisNotices, redis: Redis):
    notices.say_ended("a")
    redis.config_resetstat()

    assert notices.hear_end("a", LONG_S)
    assert redis.info("commandstats")["cmdstat_xread"]["calls"] == 1


def test_another_quotes_end_is_not_heard(notices: RedisNotices, redis: Redis):
    notices.say_ended("b")

    assert notices.hear_end("a", 0.01)  # it has listened, to the end
    assert not redis.exists("chipquote:ended:a")


def test_a_note_does_not_stay(notices: RedisNotices, redis: Redis):
    notices.say_ended("a")

    assert 0 < redis.ttl("chipquote:ended:a") <= 5


def test_without_redis_nothing_is_heard_and_nothing_raised():
    away = RedisNotices(redis_client("redis://127.0.0.1:1/0"))

    away.say_ended("a")

    assert not away.hear_end("a", LONG_S)
