"""Two workers: equal requests are solved once, also when the one that computes dies; a cancel is heard in a solve."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from quoting.adapters.sql.dialect import connect
from tests.builders import Document, an_offer, another_request, usd
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


def solves(live: Live) -> float:
    """Quotes computed so far, in all processes."""
    lines = live.anonymous.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("chipquote_solver_gap_count"))


def worker_of(live: Live, quote_id: str) -> int:
    """The process that holds a quote."""
    engine = connect(live.system.database_url)
    with engine.connect() as connection:
        query = text("SELECT lease_owner FROM quotes WHERE id = :id")
        owner: str = connection.execute(query, {"id": quote_id}).scalar_one()
    engine.dispose()
    return int(owner.rpartition(":")[2])


def ask_fifty_times(live: Live, request: Document) -> list[str]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda _: live.ask(request), range(50)))


def test_fifty_equal_requests_on_two_workers_are_one_solve(system: Live):
    system.settle()
    with system.second_worker():
        before = solves(system)
        ids = ask_fifty_times(system, another_request())
        ended = [system.until_done(quote_id) for quote_id in ids]

    assert len(set(ids)) == 50
    assert solves(system) - before == 1
    assert [quote["cache"] for quote in ended].count("miss") == 1
    assert {quote["cache"] for quote in ended} <= {"miss", "hit", "coalesced"}
    assert len({system.digest(quote_id) for quote_id in ids}) == 1


def test_when_the_worker_that_computes_dies_another_one_computes(live: Live):
    request = another_request()
    live.settle()
    with live.second_worker():
        before = solves(live)
        with live.held():
            ids = [live.ask(request) for _ in range(6)]
            live.until(ids[0], "running")
            running = [quote_id for quote_id in ids if live.quote(quote_id)["status"] == "running"]
            os.killpg(os.getpgid(worker_of(live, running[0])), signal.SIGKILL)
        ended = [live.until_done(quote_id, within_s=60) for quote_id in ids]

    assert len(running) == 1
    assert {quote["status"] for quote in ended} == {"succeeded"}
    assert solves(live) - before == 1
    assert len({live.digest(quote_id) for quote_id in ids}) == 1


def test_a_result_reads_the_same_with_redis_full_empty_and_gone(live: Live):
    request = another_request()
    first = live.ask(request)
    live.until_done(first)
    second = live.ask(request)
    path = f"/v1/quotes/{second}/result"
    read = [live.http.get(path).content]

    live.redis.flushall()
    read.append(live.http.get(path).content)
    with live.without("redis"):
        read.append(live.http.get(path).content)

    assert len(set(read)) == 1
    assert live.quote(second)["cache"] == "hit"


def a_long_solve() -> Document:
    """Many like offers with order charges and minimum orders, one demand: no gap closes within minutes."""
    offers = [
        an_offer(f"o{n}", price=f"{8000 + n * 37 % 911}.{n % 90 + 10}", vendor=f"v{n % 40}", moq=3 + n % 7,
                 multiple=2 + n % 5, available_qty=40 + n * 13 % 97, order_charge=usd(f"{5000 + n * 791 % 7919}.00"))
        for n in range(400)
    ]  # fmt: skip
    demand = [{"id": f"d{n}", "site": "site1", "chip": "nvidia-l40s", "qty": 211 + n * 17} for n in range(12)]
    rules = [
        {"id": f"share{n}", "kind": "concentration", "measure": "spend", "value": 0.09 + n / 1000,
         "select": {"demands": [f"d{n}"]}}
        for n in range(12)
    ]  # fmt: skip
    solve = {"gap": 0, "time_limit_s": 300, "seed": 1}
    return another_request(offers=offers, demand=demand, rules=rules, solve=solve, explain="none")


def test_a_cancel_is_heard_in_the_middle_of_a_solve(live: Live):
    quote_id = live.ask(a_long_solve())
    ends = time.monotonic() + 60
    while not live.quote(quote_id)["progress"]["stage"].startswith("allocating"):
        assert time.monotonic() < ends, live.quote(quote_id)
        time.sleep(0.05)
    time.sleep(1)

    live.http.post(f"/v1/quotes/{quote_id}/cancel")
    ended = live.until_done(quote_id, within_s=20)  # about one second on an idle machine, of 300 that it may solve

    assert ended["status"] == "cancelled"
