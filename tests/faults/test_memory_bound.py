"""A quote that needs more memory than a worker may hold fails by name, and takes neither worker nor machine with it."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from sqlalchemy import Engine

from quoting.adapters.clock import SystemClock
from quoting.adapters.heartbeat import Heartbeat
from quoting.adapters.market import PackagedMarket
from quoting.adapters.memory import MIB, bound, resident_mb
from quoting.adapters.sql.dialect import connect
from quoting.application.compute_quote import compute_quote
from quoting.application.quotes import Claim, Status
from quoting.domain.answer import Quote
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch
from tests.fakes import a_quote
from tests.integration.desk import Desk

ROOM_MB, PIECE_MB = 60, 8


def monster(pause_s: float, heeds: bool):
    """In the place of make_quote: takes memory until it is stopped, or without end."""

    def make(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
        held: list[bytes] = []
        while not (heeds and watch.stopped()):
            held.append(os.urandom(1) * (PIECE_MB * MIB))
            time.sleep(pause_s)
        return a_quote()

    return make


def in_a_bounded_worker(
    database_file: str, market: PackagedMarket, quote_id: str, pause_s: float, heeds: bool
) -> float:
    """Compute a quote in a process with little room; MiB that it held at most, of the room it had."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            most = resident_mb() + ROOM_MB
            _data_is_bound(ROOM_MB)
            desk, peak = Desk(connect(database_file), market), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

            def pulse(claim: Claim) -> Heartbeat:
                return Heartbeat(desk.store, claim, SystemClock(), 0.2, most)

            compute_quote(
                quote_id, "a worker", store=desk.store, market=market, cache=desk.cache, pulse=pulse, meter=desk.meter,
                log=desk.log, make=monster(pause_s, heeds),
            )  # fmt: skip
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
            os.write(writes, f"{grown:.0f}".encode())
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        said = pipe.read()
    assert os.waitstatus_to_exitcode(status) == 0
    return float(said)


def _data_is_bound(room_mb: int) -> None:
    """As `bound` does for a worker: here what this process of tests holds already is on top."""
    data = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmData" in line)
    bound(int((data / 1024 + 2 * room_mb) / 1.5))


def test_a_quote_that_grows_is_stopped_and_says_why(engine: Engine, market: PackagedMarket, database_file: str):
    desk = Desk(engine, market)
    quote_id = desk.submit().id
    engine.dispose()

    grown = in_a_bounded_worker(database_file, market, quote_id, pause_s=0.05, heeds=True)

    ended = desk.get(quote_id)
    assert (ended.status, ended.error and ended.error["code"]) == (Status.FAILED, "out_of_memory")
    assert "CHIPQUOTE_WORKER_MEMORY_MB" in str(ended.error and ended.error["detail"])
    assert grown < 3 * ROOM_MB


def test_a_quote_that_grows_faster_than_it_is_looked_at_is_refused_by_the_kernel(
    engine: Engine, market: PackagedMarket, database_file: str
):
    desk = Desk(engine, market)
    quote_id = desk.submit().id
    engine.dispose()

    grown = in_a_bounded_worker(database_file, market, quote_id, pause_s=0.0, heeds=False)

    ended = desk.get(quote_id)
    assert (ended.status, ended.error and ended.error["code"]) == (Status.FAILED, "out_of_memory")
    assert grown < 3 * ROOM_MB
