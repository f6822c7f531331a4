"""A running system as tests handle it: HTTP with the key, the test point, and its processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import httpx2
from redis import Redis

from quoting.cli.up import System
from tests.builders import Document

QUICK = {
    "CHIPQUOTE_API_KEY": "cq_live_first-key-of-the-tests",
    "CHIPQUOTE_LEASE_S": "2",
    "CHIPQUOTE_HEARTBEAT_S": "0.4",
    "CHIPQUOTE_DISPATCH_TICK_S": "0.3",
    "CHIPQUOTE_DISPATCH_AFTER_S": "1",
    "CHIPQUOTE_REDISPATCH_MAX_S": "2",
    "CHIPQUOTE_MAX_ATTEMPTS": "3",
    "CHIPQUOTE_CANARY_S": "6",
    "CHIPQUOTE_LOG_LEVEL": "INFO",
}
LOOK_EVERY_S = 0.05
WITHIN_S = 90.0  # no measure of anything: what takes this long has stopped
TRIES = 5


class Live:
    def __init__(self, system: System, hold: Path) -> None:
        self.system, self._hold = system, hold
        headers = {"Authorization": f"Bearer {system.key}"}
        self.http = httpx2.Client(base_url=system.url, headers=headers, timeout=30.0, trust_env=False)
        self.anonymous = httpx2.Client(base_url=system.url, timeout=30.0, trust_env=False)
        self.redis = Redis.from_url(system.redis_url)

    def __enter__(self) -> Live:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for client in (self.http, self.anonymous, self.redis):
            client.close()

    def post(self, document: Document, **headers: str) -> httpx2.Response:
        return self.http.post("/v1/quotes", json=document, headers=headers)

    def ask(self, document: Document) -> str:
        """Post a request, with one key again where the service is busy, as the client does; the id of its quote."""
        key = str(uuid4())
        for _ in range(TRIES):
            answer = self.post(document, **{"Idempotency-Key": key})
            if answer.status_code != 503:
                break
            time.sleep(float(answer.headers["Retry-After"]))
        assert answer.status_code == 202, answer.text
        quote_id: str = answer.json()["id"]
        return quote_id

    def quote(self, quote_id: str) -> Document:
        quote: Document = self.http.get(f"/v1/quotes/{quote_id}").json()
        return quote

    def until(self, quote_id: str, *statuses: str, within_s: float = WITHIN_S) -> Document:
        """The quote as soon as it has one of the statuses."""
        ends = time.monotonic() + within_s
        while (quote := self.quote(quote_id))["status"] not in statuses:
            assert time.monotonic() < ends, f"still {quote}"
            time.sleep(LOOK_EVERY_S)
        return quote

    def until_done(self, quote_id: str, within_s: float = WITHIN_S) -> Document:
        return self.until(quote_id, "succeeded", "infeasible", "failed", "cancelled", "expired", within_s=within_s)

    def result(self, quote_id: str) -> Document:
        answer = self.http.get(f"/v1/quotes/{quote_id}/result")
        assert answer.status_code == 200, answer.text
        result: Document = answer.json()
        return result

    def digest(self, quote_id: str) -> str:
        digest: str = self.result(quote_id)["reproducibility"]["result"]
        return digest

    def settle(self, within_s: float = WITHIN_S) -> None:
        """Wait until no quote of an earlier test is under way."""
        ends = time.monotonic() + within_s
        while any(self.http.get("/v1/quotes", params={"status": s}).json()["data"] for s in ("queued", "running")):
            assert time.monotonic() < ends, "quotes are still under way"
            time.sleep(LOOK_EVERY_S)

    @contextmanager
    def held(self, word: str = "hold") -> Iterator[None]:
        """Workers stop in the middle of every quote as long as the block lasts; with the word "die" they die in it."""
        self.settle()
        self._hold.write_text(word)
        try:
            yield
        finally:
            self._hold.unlink(missing_ok=True)

    def process(self, name: str) -> Any:
        return next(child for child in self.system.supervisor.children if child.command.name == name)

    def kill(self, name: str) -> None:
        """kill -9 of a whole process group, of workers of both kinds; the supervisor starts it again."""
        for child in self.system.supervisor.children:
            if child.command.name in (name, f"{name}-small"):
                os.killpg(child.process.pid, signal.SIGKILL)

    @contextmanager
    def second_worker(self) -> Iterator[None]:
        """Another worker beside the first, for as long as the block lasts."""
        first = self.process("worker")
        child = self.system.supervisor.start(replace(first.command, name="worker-2"))
        log, ends = self.system.data_dir / "logs" / "worker-2.log", time.monotonic() + WITHIN_S
        while "ready" not in (log.read_text() if log.exists() else ""):
            assert time.monotonic() < ends, "the second worker does not start"
            time.sleep(LOOK_EVERY_S)
        try:
            yield
        finally:
            self.system.supervisor.forget(child)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """One process is gone for as long as the block lasts."""
        child = self.process(name)
        self.system.supervisor.forget(child)
        try:
            yield
        finally:
            self.system.supervisor.start(child.command)
