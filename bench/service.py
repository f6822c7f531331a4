"""The service as ratios to yardsticks of the same run: polls, accepted quotes, time to an answer, cache.

    python -m bench.service [--seconds N]

Every yardstick runs on the same server, database and Redis as what it measures, in turns with it, so that other work on
the machine weighs on both. Exit 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from sqlalchemy import text

from bench import bare
from quoting.adapters.sql.dialect import connect
from quoting.bootstrap import ENGINE, key_ring, local_market
from quoting.cli.up import System, running_system
from quoting.config import Settings
from quoting.domain.quote import make_quote
from quoting.domain.request import dated
from quoting.domain.watch import Silent
from quoting.wire import json_text
from quoting.wire.request import load_request
from quoting.wire.result import result_document
from service.examples import QUOTE

CLIENTS = 4
WRITERS = 16  # who ask for quotes at once, each a tenant of its own within the usual limit of waiting quotes
TURNS = 3
BARS = {"polls": 0.6, "accepted": 0.5, "time to answer": 2.0}
ROUNDS = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each rate is measured")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="chipquote-bench-") as folder:
        env = {"CHIPQUOTE_LOG_LEVEL": "WARNING", "CHIPQUOTE_API_KEY": ""}
        with running_system(Path(folder), workers=1, env=env) as system:
            good = [_polls(system, seconds), _time_to_answer(system), _cache(system), _accepted(system, seconds)]
    return int(not all(good))


def _polls(system: System, seconds: float) -> bool:
    with _client(system) as client:
        quote = client.post("/v1/quotes", json=QUOTE, headers={"Prefer": "wait=20"}).json()
        body = client.get(f"/v1/quotes/{quote['id']}").content
    port = int(system.url.rpartition(":")[2])
    get = f"GET /v1/quotes/{quote['id']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {system.key}\r\n\r\n".encode()
    with _bare_server(body) as bare_port:
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(TURNS):
            rates["ours"].append(_rate(port, lambda _: get, seconds / TURNS, CLIENTS))
            rates["bare"].append(_rate(bare_port, lambda _: get, seconds / TURNS, CLIENTS))
    ours, yardstick = statistics.median(rates["ours"]), statistics.median(rates["bare"])
    return _say(
        "polls", f"{ours:.0f}/s of a finished quote, bare route {yardstick:.0f}/s", ours / yardstick, most=False
    )


def _accepted(system: System, seconds: float) -> bool:
    """The worker is away: what is measured is acceptance, not the computation beside it on two cores."""
    worker = next(child for child in system.supervisor.children if child.command.name == "worker")
    system.supervisor.forget(worker)
    port = int(system.url.rpartition(":")[2])

    rates: dict[str, list[float]] = {"ours": [], "bare": [], "bare alone": []}
    for turn in range(TURNS):
        with key_ring(replace(Settings(), database_url=system.database_url, data_dir=system.data_dir)) as ring:
            keys = [ring.create(tenant=f"bench-{turn}-{number}")[1] for number in range(WRITERS)]
        rates["ours"].append(_rate(port, partial(_post, keys), seconds / TURNS, WRITERS))
        rates["bare"].append(_commits(system.database_url, seconds / TURNS, WRITERS))
        rates["bare alone"].append(_commits(system.database_url, seconds / TURNS, 1))
    ours, many, one = (statistics.median(each) for each in rates.values())
    words = f"{ours:.0f} accepted POSTs/s, bare commits {many:.0f}/s of {WRITERS} writers, {one:.0f}/s of one"
    return _say("accepted", words, ours / max(many, one), most=False)


def _post(keys: Sequence[str], number: int) -> bytes:
    body = json.dumps(_another()).encode()
    head = (
        f"POST /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {keys[number]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _time_to_answer(system: System) -> bool:
    with _client(system) as client, _noop_worker(system.redis_url) as noop_round_trip:
        works = (lambda: _answered(client, _another()), noop_round_trip, _in_process())
        for work in works:
            work()
        times = [[_timed(work) for work in works] for _ in range(ROUNDS)]
    ours, noop, quote = (statistics.median(each) for each in zip(*times, strict=True))
    words = f"{ours * 1e3:.0f} ms POST to succeeded, Celery no-op {noop * 1e3:.1f} ms + in process {quote * 1e3:.0f} ms"
    return _say("time to answer", words, ours / (noop + quote), most=True)


def _cache(system: System) -> bool:
    with _client(system) as client:
        requests = [_another() for _ in range(ROUNDS)]
        misses = [_timed(lambda r=request: _answered(client, r)) for request in requests]
        hits = [_timed(lambda r=request: _answered(client, r)) for request in requests]
    miss, hit = statistics.median(misses), statistics.median(hits)
    print(f"cache           a hit {hit * 1e3:.1f} ms, a miss {miss * 1e3:.1f} ms: {miss / hit:.1f} times")
    return True


def _say(name: str, words: str, ratio: float, *, most: bool) -> bool:
    bar = BARS[name]
    good = ratio <= bar if most else ratio >= bar
    bound = f"bar {bar:g} or {'less' if most else 'more'}"
    print(f"{name:<15} {words}: ratio {ratio:.2f} ({bound}){'' if good else '  MISSED'}")
    return good


def _another() -> dict[str, Any]:
    """A request that is in no cache."""
    buyer, seller = QUOTE["parties"]
    return {**QUOTE, "parties": [{**buyer, "name": f"Prairie Compute {uuid4()}"}, seller]}


def _client(system: System) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {system.key}"}
    return httpx2.Client(base_url=system.url, headers=headers, timeout=30, trust_env=False)


def _answered(client: httpx2.Client, request: dict[str, Any]) -> None:
    quote = client.post("/v1/quotes", json=request, headers={"Prefer": "wait=20"}).json()
    assert quote["status"] == "succeeded", quote


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _rate(port: int, request: Callable[[int], bytes], seconds: float, clients: int) -> float:
    """Answers a second over connections that stay open, one at a time on each; `request` of whose turn it is."""
    ends, counts = time.monotonic() + seconds, [0] * clients

    def run(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            stream = connection.makefile("rb")
            while time.monotonic() < ends:
                connection.sendall(request(number))
                status = stream.readline()
                assert status.split()[1] in (b"200", b"202"), status
                length, keep = 0, True
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                    keep = keep and not (name.lower() == b"connection" and value.strip().lower() == b"close")
                stream.read(length)
                counts[number] += 1
                if not keep:
                    return

    took = _together(run, clients)
    return sum(counts) / took


def _together(run: Callable[[int], None], clients: int) -> float:
    """Run it in as many threads, each with its number; seconds until the last has ended."""
    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


@contextmanager
def _bare_server(body: bytes) -> Iterator[int]:
    """The same gunicorn with the same settings, over a route that only returns the bytes."""
    with tempfile.NamedTemporaryFile() as file, socket.socket() as probe:
        file.write(body)
        file.flush()
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        probe.close()
        argv = ("-c", "python:service.gunicorn_config", "--bind", f"127.0.0.1:{port}", "bench.bare:app")
        server = subprocess.Popen(
            (sys.executable, "-m", "gunicorn", *argv), env={**os.environ, bare.BYTES: file.name}, start_new_session=True
        )
        try:
            _until(lambda: httpx2.get(f"http://127.0.0.1:{port}/v1/quotes/x", trust_env=False).status_code == 200)
            yield port
        finally:
            server.terminate()
            server.wait()


def _commits(database_url: str, seconds: float, writers: int) -> float:
    """Durable commits a second of one row each, of the size of a request, by plain transactions of so many threads.

    On SQLite many stand in each other's way, on PostgreSQL they share commits: the better of many and one counts.
    """
    engine = connect(database_url).execution_options(writes=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench (id TEXT PRIMARY KEY, body TEXT NOT NULL)"))
    ends, counts, body = time.monotonic() + seconds, [0] * writers, json.dumps(QUOTE)

    def run(number: int) -> None:
        while time.monotonic() < ends:
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO bench VALUES (:id, :body)"), {"id": str(uuid4()), "body": body})
            counts[number] += 1

    took = _together(run, writers)
    engine.dispose()
    return sum(counts) / took


@contextmanager
def _noop_worker(redis_url: str) -> Iterator[Callable[[], object]]:
    """A worker of a task that does nothing; the way to it and back."""
    env = {**os.environ, bare.REDIS: redis_url}
    argv = ("-A", "bench.bare:celery", "--quiet", "worker", "--pool", "prefork", "--concurrency", "1")
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "ERROR", "-Q", "bare")
    worker = subprocess.Popen(
        (sys.executable, "-m", "celery", *argv, *quiet), env=env, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    bare.celery.conf.update(broker_url=redis_url, result_backend=redis_url, task_default_queue="bare")
    try:
        yield lambda: bare.noop.delay().get(timeout=30)
    finally:
        worker.terminate()
        worker.wait()


def _in_process() -> Callable[[], object]:
    """Reads the request, computes the quote, prints the result; the reference data is read already."""
    market, day = local_market(), date.fromisoformat(str(QUOTE["as_of"]))
    snapshot = market.snapshot(market.pin(day))

    def work() -> None:
        request = dated(load_request(json_text.parse(json.dumps(_another()).encode()), snapshot.catalogue.chips), day)
        json_text.canonical(result_document(make_quote(request, snapshot, Silent()), request, ENGINE, {}))

    return work


def _until(done: Callable[[], bool], seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if done():
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError


if __name__ == "__main__":
    sys.exit(main())
