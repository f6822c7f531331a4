"""A whole system behind a proxy to its Redis, and callers that keep a history while faults are injected."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from redis import Redis

from quoting.adapters.embedded_redis import embedded_redis
from quoting.bootstrap import ENGINE, local_market
from quoting.cli.processes import Child, Command, Supervisor
from quoting.cli.up import running_system
from quoting.domain.quote import make_quote
from quoting.domain.request import dated
from quoting.wire.request import load_request
from quoting.wire.result import result_document
from tests.builders import Document, a_request
from tests.faults.history import ENDED, History, Judgement, judge
from tests.faults.proxy import Proxy
from tests.faults.weakening import weakened
from tests.system import QUICK, Live

LOOK_EVERY_S = 0.1
DRAIN_S = 60.0
LONGEST_DRAIN = "CHIPQUOTE_TEST_DRAIN_S"  # a run that is to turn red does not wait as long as one that is to be green
BRPOP_REPLY = b"$16\r\nchipquote.quotes\r\n"  # a reply that hands a message to a worker names its list


def a_small_request(name: str) -> Document:
    """Cheap to solve, and equal to no other."""
    request = a_request(explain="none")
    request["parties"][0]["name"] = f"Prairie Compute Cooperative {name}"
    return request


class Expected:
    """Digests of results without any fault, computed in this process."""

    def __init__(self) -> None:
        self._market = local_market()

    def digest(self, document: Document) -> str:
        request = load_request(document)
        assert request.as_of is not None
        request = dated(request, request.as_of)
        assert request.as_of is not None
        quote = make_quote(request, self._market.snapshot(self._market.pin(request.as_of)))
        digest: str = result_document(quote, request, ENGINE, {})["reproducibility"]["result"]
        return digest


class Rig:
    def __init__(self, live: Live, proxy: Proxy, redis: Child, direct_redis_url: str, history: History) -> None:
        self.live, self.proxy, self.redis_child, self.history = live, proxy, redis, history
        self.redis = Redis.from_url(direct_redis_url, socket_timeout=5)
        self.documents: dict[str, Document] = {}
        self.ids: dict[str, str] = {}
        self.seen_ended: set[str] = set()
        self.poison: set[str] = set()  # keys of quotes that may end otherwise than with an answer
        self._expected = Expected()

    # -- callers

    def ask(self, count: int, name: str, within_s: float = 60.0, pause_s: float = 0.0) -> list[str]:
        """Post so many quotes, each with a key, until each was accepted; their keys."""
        keys = [f"{name}-{n}" for n in range(count)]
        for key in keys:
            self.documents[key] = a_small_request(key)
            self.post(key, within_s)
            if pause_s:
                time.sleep(pause_s)
        return keys

    def post(self, key: str, within_s: float = 60.0) -> str:
        """Post until it is accepted, as an honest client does: the same key again after every failure."""
        ends = time.monotonic() + within_s
        self.history.note(what="invoke", key=key)
        while True:
            try:
                answer = self.live.http.post("/v1/quotes", json=self.documents[key], headers={"Idempotency-Key": key})
            except httpx2.HTTPError as error:
                self.history.note(what="unknown", key=key, error=type(error).__name__)
            else:
                if answer.status_code == 202:
                    self.ids[key] = answer.json()["id"]
                    self.history.note(what="ok", key=key, id=self.ids[key])
                    return self.ids[key]
                self.history.note(what="refused", key=key, status=answer.status_code)
                assert answer.status_code in (429, 503), answer.text
            assert time.monotonic() < ends, f"{key} was not accepted within {within_s} s"
            time.sleep(0.2)

    def read(self, key: str) -> str | None:
        """The status of a quote; None where nobody answered."""
        try:
            quote = self.live.http.get(f"/v1/quotes/{self.ids[key]}").json()
            status = quote.get("status") if isinstance(quote.get("status"), str) else None
            if status is None:
                return None
            self.history.note(what="read", key=key, id=self.ids[key], status=status)
            if status in ENDED:
                self.seen_ended.add(key)
            if status == "succeeded":
                result = self.live.http.get(f"/v1/quotes/{self.ids[key]}/result")
                if result.status_code == 200:
                    digest = hashlib.sha256(result.content).hexdigest()
                    self.history.note(what="result", key=key, id=self.ids[key], sha256=digest)
        except httpx2.HTTPError:
            return None
        return status

    def drain(self, keys: list[str], within_s: float) -> float:
        """Wait until all have ended; how long it took. What has not ended by then the judgement names."""
        within_s = min(within_s, float(os.environ.get(LONGEST_DRAIN, within_s)))
        began, open_keys = time.monotonic(), list(keys)
        while open_keys and time.monotonic() - began < within_s:
            open_keys = [key for key in open_keys if self.read(key) not in ENDED]
            if open_keys:
                time.sleep(LOOK_EVERY_S)
        return time.monotonic() - began

    def judge(self, keys: list[str]) -> Judgement:
        expected = {key: self._expected.digest(self.documents[key]) for key in keys}
        return judge(self.history, self.live.system.database_url, expected, frozenset(self.poison))

    # -- faults

    def workers(self) -> list[Child]:
        return [child for child in self.live.system.supervisor.children if child.command.name.startswith("worker")]

    def kill_redis(self) -> None:
        """kill -9; it comes back empty on the same port."""
        with suppress(ProcessLookupError):
            os.killpg(self.redis_child.process.pid, signal.SIGKILL)

    def until_redis_is_back(self, within_s: float = DRAIN_S) -> None:
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            with suppress(Exception):
                if self.redis.ping():
                    return
            time.sleep(0.05)
        raise AssertionError("Redis is not back")

    def until_workers_listen(self, count: int, within_s: float = DRAIN_S) -> None:
        """Wait until so many workers wait at the queue."""
        ends = time.monotonic() + within_s
        while sum(client["cmd"] == "brpop" for client in self.redis.client_list()) < count:
            assert time.monotonic() < ends, "the workers do not listen"
            time.sleep(0.1)

    @contextmanager
    def stopped(self, pid: int) -> Iterator[None]:
        """SIGSTOP for as long as the block lasts."""
        os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(pid, signal.SIGCONT)


@contextmanager
def running_rig(
    folder: Path,
    workers: int = 2,
    env: Mapping[str, str] | None = None,
    history: Path | None = None,
    slots: int = 1,
) -> Iterator[Rig]:
    """A system with its Redis behind a proxy.

    Args:
        workers: worker processes that serve every size, of one child each.
        slots: two add a worker that serves small quotes only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hold = folder / "hold"
    redis = embedded_redis(folder, "64mb")
    parts = urlsplit(redis.url)
    assert parts.port is not None
    with Supervisor(os.environ, folder) as keeper, Proxy(parts.port) as proxy:
        child = keeper.start(Command("redis", redis.argv, given=redis.configuration))
        proxied = redis.url.replace(f":{parts.port}/", f":{proxy.port}/")
        settings = {
            **QUICK,
            "CHIPQUOTE_TEST_POINT": str(hold),
            "CHIPQUOTE_REDIS_URL": proxied,
            "CHIPQUOTE_API_PROCESSES": "2",
            "CHIPQUOTE_WAITING_QUOTES": "10000",  # Redis may be away for a minute of twenty quotes a second
        }
        with (
            running_system(folder / "var", workers=slots, env={**settings, **weakened(), **(env or {})}) as system,
            Live(system, hold) as live,
        ):
            first = live.process("worker").command
            for number in range(2, workers + 1):
                system.supervisor.start(replace(first, name=f"worker-{number}"))
            rig = Rig(live, proxy, child, redis.url, History(history))
            rig.until_workers_listen(len(rig.workers()))
            try:
                yield rig
            finally:
                rig.redis.close()


def assert_all_well(rig: Rig, keys: list[str], within_s: float = DRAIN_S) -> None:
    """Wait until all have ended, and judge the record.

    A rig is shared by tests in any order, and the judgement is on all that was asked of it: what an earlier test left
    under way is waited for as well.
    """
    took = rig.drain([*keys, *(rig.ids.keys() - rig.seen_ended - set(keys))], within_s)
    found = rig.judge(keys)
    print(f"drained in {took:.1f} s; {found.line()}")
    assert found.clean, "\n".join(found.faults[:10])


def in_parallel(work: Callable[[Any], Any], items: list[Any], threads: int) -> list[Any]:
    """Call with each item from so many threads; the answers in the order of the items."""
    answers: dict[int, Any] = {}
    failures: list[BaseException] = []
    lock, rest = threading.Lock(), list(enumerate(items))

    def run() -> None:
        while True:
            with lock:
                if not rest or failures:
                    return
                number, item = rest.pop(0)
            try:
                answers[number] = work(item)
            except BaseException as error:
                failures.append(error)

    crew = [threading.Thread(target=run) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if failures:
        raise failures[0]
    return [answers[number] for number in range(len(items))]


def median_and_p99_ms(seconds: list[float]) -> tuple[float, float]:
    """Milliseconds."""
    some = sorted(seconds)
    return some[len(some) // 2] * 1000, some[int(len(some) * 0.99)] * 1000
