"""Answers by content: tenant, request and snapshot. An empty, slow or dead Redis costs time and nothing else."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from datetime import date

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from quoting.application.quotes import Answer, CacheKey, Status

TIMEOUT_S = 0.2
FAILURES_BEFORE_PAUSE = 3
PAUSE_S = 5.0


class Breaker:
    """After three failures in a row nobody tries for five seconds: a hung server costs its timeout now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures, self._closed_again_at = 0, 0.0

    @property
    def open(self) -> bool:
        return time.monotonic() < self._closed_again_at

    def note(self, worked: bool) -> None:
        with self._lock:
            self._failures = 0 if worked else self._failures + 1
            if self._failures >= FAILURES_BEFORE_PAUSE:
                self._closed_again_at = time.monotonic() + PAUSE_S


def redis_client(url: str) -> Redis:
    """A client for the request path: short limits and no second try."""
    limits = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits)


class RedisCache:
    """Args:
    engine: name and version of the program; another version computes for itself.
    looked_up: hears with every look-up whether the answer was there.
    """

    def __init__(
        self, client: Redis, engine: str, ttl_s: int, value_bytes: int, looked_up: Callable[[bool], None]
    ) -> None:
        self._client, self._engine, self._looked_up = client, engine, looked_up
        self._ttl_s, self._value_bytes = ttl_s, value_bytes
        self._breaker = Breaker()

    def get(self, key: CacheKey) -> Answer | None:
        answer = self._get(key)
        self._looked_up(answer is not None)
        return answer

    def _get(self, key: CacheKey) -> Answer | None:
        if self._breaker.open:
            return None
        try:
            value = self._client.get(self._name(key))
        except RedisError:
            self._breaker.note(worked=False)
            return None
        self._breaker.note(worked=True)
        return _read(value) if isinstance(value, bytes) else None

    def put(self, key: CacheKey, answer: Answer) -> None:
        value = _written(answer)
        if self._breaker.open or len(value) > self._value_bytes:
            return
        try:
            self._client.set(self._name(key), value, ex=self._ttl_s)
        except RedisError:
            self._breaker.note(worked=False)
        else:
            self._breaker.note(worked=True)

    def _name(self, key: CacheKey) -> str:
        tenant = hashlib.sha256(key.tenant.encode()).hexdigest()
        return f"chipquote:answer:{tenant}:{self._engine}:{key.request}:{key.snapshot}"


def _written(answer: Answer) -> bytes:
    """One line of facts, then the text."""
    day = None if answer.valid_until is None else answer.valid_until.isoformat()
    facts = json.dumps({"status": answer.status, "sha256": answer.digest, "valid_until": day})
    return facts.encode() + b"\n" + answer.text.encode()


def _read(value: bytes) -> Answer | None:
    """The answer, or None where the entry is not whole: what is not as it was written is not served."""
    facts, _, text = value.partition(b"\n")
    try:
        read = json.loads(facts)
        status, day = Status(read["status"]), read["valid_until"]
        whole = hashlib.sha256(text).hexdigest() == read["sha256"]
        valid_until = None if day is None else date.fromisoformat(day)
    except (ValueError, KeyError, TypeError):
        return None
    return Answer(status, text.decode(), read["sha256"], valid_until) if whole and status.answered else None
