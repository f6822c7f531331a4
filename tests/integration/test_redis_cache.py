"""The cache on a real Redis: whole answers or none, and never an error."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from datetime import date

import pytest
from redis import Redis

from quoting.adapters.redis_cache import RedisCache, redis_client
from quoting.application.quotes import Answer, CacheKey, Status

TEXT = '{"verdict":"feasible_safe"}'
ANSWER = Answer(Status.SUCCEEDED, TEXT, hashlib.sha256(TEXT.encode()).hexdigest(), date(2026, 12, 31))
KEY = CacheKey("acme", "r" * 64, "s" * 64)


@pytest.fixture
def cache(redis: Redis) -> RedisCache:
    return RedisCache(redis, "chipquote test", ttl_s=60, value_bytes=1000, looked_up=lambda _: None)


def test_an_answer_comes_back_as_it_was(cache: RedisCache):
    cache.put(KEY, ANSWER)

    assert cache.get(KEY) == ANSWER


@pytest.mark.parametrize("other", [{"tenant": "globex"}, {"request": "x" * 64}, {"snapshot": "x" * 64}])
def test_an_answer_is_for_its_tenant_request_and_snapshot_only(cache: RedisCache, other: dict[str, str]):
    cache.put(KEY, ANSWER)

    assert cache.get(replace(KEY, **other)) is None


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}\n{}", b"\xff\xfe"])
def test_a_damaged_entry_is_not_served(cache: RedisCache, redis: Redis, damage: bytes):
    cache.put(KEY, ANSWER)
    (name,) = redis.keys("*")
    redis.set(name, damage)

    assert cache.get(KEY) is None


def test_a_changed_text_is_not_served(cache: RedisCache, redis: Redis):
    cache.put(KEY, ANSWER)
    (name,) = redis.keys("*")
    redis.set(name, redis.get(name).replace(b"feasible", b"infeasible"))

    assert cache.get(KEY) is None


def test_entries_do_not_stay_for_ever(cache: RedisCache, redis: Redis):
    cache.put(KEY, ANSWER)
    (name,) = redis.keys("*")

    assert 0 < redis.ttl(name) <= 60


def test_an_answer_that_is_too_long_is_not_kept(cache: RedisCache):
    cache.put(KEY, replace(ANSWER, text="x" * 1001))

    assert cache.get(KEY) is None


def test_without_redis_nothing_is_known_and_nothing_takes_long():
    cache = RedisCache(
        redis_client("redis://127.0.0.1:1/0"), "chipquote test", ttl_s=60, value_bytes=1000, looked_up=lambda _: None
    )
    started = time.monotonic()

    cache.put(KEY, ANSWER)

    assert cache.get(KEY) is None
    assert time.monotonic() - started < 3  # left alone, the client tries for seconds with each call
