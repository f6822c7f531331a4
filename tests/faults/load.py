"""T21 as a command: `python -m tests.faults.load --seconds 300`. Fifty clients, one tenant of five beyond its quota.

Measured are the calls of the other four tenants, first alone and one after another, then in the crowd. Ends with 1 on
an answer above 499, where the greedy tenant is not refused as it has to be, or where another one is refused. The ratio
of the 95th percentiles is printed and not judged here: it is as good as the machine.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx2

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import SqlKeyRing
from quoting.adapters.sql.units import Units
from quoting.cli.up import running_system
from tests.faults.memory import processor_s
from tests.faults.rig import a_small_request

QUOTA, GREED = 50, 20
MODEST, MODEST_CLIENTS, GREEDY_CLIENTS = 4, 10, 10
ALONE_S, THINK_S, BURST_EVERY_S = 20.0, 4.0, 20.0
ENV = {
    "CHIPQUOTE_API_KEY": "cq_live_first-key-of-the-load", "CHIPQUOTE_WAITING_QUOTES": str(QUOTA),
    "CHIPQUOTE_LOG_LEVEL": "WARNING",
}  # fmt: skip
CHECK = {
    "item": {"chip": "nvidia-h100-sxm-80gb"}, "movement": {"kind": "export", "from_country": "US", "to_country": "DE"},
    "parties": [{"role": "end_user", "name": "Beispiel Rechenzentrum", "country": "DE", "hq_country": "DE"}],
}  # fmt: skip


@dataclass
class Calls:
    """What callers of one kind heard: seconds by call, and how often each status."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: str, took: float, answer: httpx2.Response | None, error: str = "") -> None:
        with self.lock:
            self.statuses[0 if answer is None else answer.status_code] += 1
            self.seconds.setdefault(call, []).append(took)
            if answer is None or answer.status_code > 499:
                self.wrong.append(f"{call}: {error or (answer and answer.text[:200])}")

    def p95(self, call: str) -> float:
        some = sorted(self.seconds[call])
        return some[int(len(some) * 0.95)] if len(some) > 1 else some[0]


class Client:
    """One caller of a tenant: posts, polls, reads, lists and checks, as chance has it."""

    def __init__(self, url: str, key: str, name: str, calls: Calls) -> None:
        self._name, self._calls, self._random = name, calls, random.Random(name)
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False)
        self._count, self._mine = 0, []

    def call(self, name: str, method: str, path: str, **how: Any) -> httpx2.Response | None:
        began = time.monotonic()
        try:
            answer = self._http.request(method, path, **how)
        except httpx2.HTTPError as error:
            self._calls.note(name, time.monotonic() - began, None, repr(error))
            return None
        self._calls.note(name, time.monotonic() - began, answer)
        return answer

    def post(self) -> int:
        self._count += 1
        answer = self.call("post", "POST", "/v1/quotes", json=a_small_request(f"{self._name} {self._count}"))
        if answer is None:
            return 0
        if answer.status_code == 202:
            self._mine.append(answer.json()["id"])
        elif answer.status_code == 429 and not {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(_titled(answer)):
            self._calls.wrong.append("a 429 without its fields")
        return answer.status_code

    def mixed(self) -> None:
        what = self._random.random()
        if what < 0.3 or not self._mine:
            self.post()
        elif what < 0.6:
            self.call("poll", "GET", f"/v1/quotes/{self._random.choice(self._mine)}")
        elif what < 0.75:
            self.call("result", "GET", f"/v1/quotes/{self._random.choice(self._mine)}/result")
        elif what < 0.85:
            self.call("list", "GET", "/v1/quotes", params={"limit": 20})
        elif what < 0.95:
            self.call("export check", "POST", "/v1/export-checks", json=CHECK)
        else:
            self.call("chips", "GET", "/v1/chips")

    def close(self) -> None:
        self._http.close()


def _titled(answer: httpx2.Response) -> list[str]:
    names = {"retry-after": "Retry-After", "ratelimit": "RateLimit", "ratelimit-policy": "RateLimit-Policy"}
    return [names.get(name.lower(), name) for name in answer.headers]


def modest(client: Client, ends: float, think_s: float) -> None:
    """Think, then call, so that forty do not all begin with a post at the same moment."""
    while time.monotonic() < ends:
        time.sleep(random.uniform(0, 2 * think_s))
        client.mixed()
    client.close()


def greedy_crowd(url: str, key: str, ends: float) -> tuple[Counter[int], list[str], float]:
    """Ten greedy clients, in a process of their own: they are not to take the time of those who measure."""
    calls = Calls()
    crew = [
        threading.Thread(target=greedy, args=(Client(url, key, f"g{n}", calls), ends)) for n in range(GREEDY_CLIENTS)
    ]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return calls.statuses, calls.wrong, time.process_time()


def greedy(client: Client, ends: float) -> None:
    """Post without regard to refusals: every 20 seconds all greedy ones together ask for 20 times the quota at once.

    In a burst, as a quick machine would answer the same number spread over the time, and nobody would be refused.
    """
    due = time.monotonic()
    while time.monotonic() < ends:
        for _ in range(QUOTA * GREED // GREEDY_CLIENTS):
            if time.monotonic() < ends:
                client.post()
        due = max(due + BURST_EVERY_S, time.monotonic())
        time.sleep(max(0.0, min(due, ends) - time.monotonic()))
    client.close()


def run(folder: Path, seconds: float) -> int:
    with running_system(folder / "var", workers=2, env=ENV) as system:
        engine = connect(system.database_url)
        ring = SqlKeyRing(Units(engine))
        keys = {name: ring.create(name)[1] for name in ("greedy", *(f"modest-{n}" for n in range(MODEST)))}
        engine.dispose()
        alone, crowd, greed = Calls(), Calls(), Calls()
        modest(Client(system.url, keys["modest-0"], "warm", Calls()), time.monotonic() + 5, 0.0)
        modest(Client(system.url, keys["modest-0"], "alone", alone), time.monotonic() + min(ALONE_S, seconds), 0.0)
        ends = time.monotonic() + seconds
        others = [
            Client(system.url, keys[f"modest-{n}"], f"m{n}-{m}", crowd)
            for n in range(MODEST)
            for m in range(MODEST_CLIENTS)
        ]
        crew = [threading.Thread(target=modest, args=(client, ends, THINK_S)) for client in others]
        before, mine = processor_s(system.supervisor), time.process_time()
        with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
            posting = elsewhere.submit(greedy_crowd, system.url, keys["greedy"], ends)
            for thread in crew:
                thread.start()
            for thread in crew:
                thread.join()
            greed.statuses, greed.wrong, asking = posting.result()
        spent = processor_s(system.supervisor) - before
        spent |= {"callers": time.process_time() - mine, "greedy callers": asking}
        print("processor time by role: " + ", ".join(f"{name} {spent[name]:.1f} s" for name in sorted(spent)))
    return judged(alone, crowd, greed, seconds)


def judged(alone: Calls, crowd: Calls, greed: Calls, seconds: float) -> int:
    print(f"{MODEST * MODEST_CLIENTS + GREEDY_CLIENTS} clients, {seconds:.0f} s")
    print(f"others: {sum(crowd.statuses.values())} calls, statuses {dict(sorted(crowd.statuses.items()))}")
    print(f"greedy: {sum(greed.statuses.values())} posts, statuses {dict(sorted(greed.statuses.items()))}")
    for call in sorted(crowd.seconds):
        there, here = crowd.p95(call), alone.p95(call) if call in alone.seconds else float("nan")
        both = f"alone {here * 1000:7.1f} ms, in the crowd {there * 1000:7.1f} ms"
        print(f"  {call:<13} p95 {both}, ratio {there / here:.2f}")
    faults = crowd.wrong + greed.wrong + alone.wrong
    if crowd.statuses[429]:
        faults.append("a tenant within its quota was refused")
    if not greed.statuses[429]:
        faults.append("the greedy tenant was never refused")
    for fault in faults[:20]:
        print(f"  {fault}")
    errors = sum(n for status, n in (crowd.statuses + greed.statuses).items() if status > 499)
    print(f"{len(faults)} faults; answers above 499: {errors}")
    return 1 if faults else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chipquote-load-") as folder:
        sys.exit(run(Path(folder), given.seconds))


if __name__ == "__main__":
    main()
