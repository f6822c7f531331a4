"""T2, T3, T5, T6, T14, T16, T17: processes that die or pause around the store, and dispatchers beside each other."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, text

from quoting.adapters.market import PackagedMarket
from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.units import Units
from quoting.application.dispatch import dispatch
from quoting.application.quotes import Size, Status
from quoting.domain.answer import Quote
from quoting.domain.errors import QuoteAlreadyEnded
from quoting.domain.record import KEEPING_RULE
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch
from tests.fakes import FakeQueue, quick_quote
from tests.faults.rig import LONGEST_DRAIN
from tests.integration.desk import TENANT, Desk

CRASHED = 137
AT_ONCE = {"lease_s": 0.05, "dispatch_after_s": 0.001, "redispatch_max_s": 0.001}
ROOM = {Size.SMALL: 100}
MANY = [3, pytest.param(50, marks=pytest.mark.long)]


def ends_on_record(engine: Engine) -> Counter[str]:
    record = SqlRecord(Units(engine), Recorder(parse_rule(read_bundle(), KEEPING_RULE), "checker"))
    return Counter(e.subject for h in record.heads() for e in record.entries(h.tenant) if e.kind == "ended")


def in_a_process(work: Callable[[], None]) -> int:
    """Run it in a fork; the pid. It ends with 0, or as it dies."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def crash(_: object) -> None:
    os._exit(CRASHED)


class CrashingQueue(FakeQueue):
    def wake(self, wake: object) -> None:
        os._exit(CRASHED)


def die_at(point: str, url: str, market: PackagedMarket, heard: int) -> None:
    """Accept a quote and compute it, and die on the way. What a caller would have heard goes to the pipe."""
    engine = connect(url)
    desk = Desk(engine, market, **AT_ONCE)
    if point == "before commit":
        event.listen(engine, "commit", crash)
    if point == "after commit":
        desk.queue = CrashingQueue()
    quote_id = desk.submit().id
    os.write(heard, f"{quote_id}\n".encode())
    if point == "after publish":
        crash(None)
    if point == "after claim":
        desk.store.claim(quote_id, "dying")
        crash(None)

    def make(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
        if point == "before the end is committed":
            event.listen(engine, "commit", crash)
        return quick_quote(request, snapshot, watch)

    desk.compute(quote_id, make)
    crash(None)


def recover(desk: Desk, within_s: float = 60.0) -> None:
    """Dispatch, and compute what is woken, as long as anything is open."""
    ends = time.monotonic() + min(within_s, float(os.environ.get(LONGEST_DRAIN, within_s)))
    while time.monotonic() < ends:
        dispatch(desk.store, desk.queue, 1000)
        woken, desk.queue.woken = desk.queue.woken, []
        for quote_id in woken:
            desk.compute(quote_id)
        page = desk.store.page(TENANT, None, 100, None).quotes
        if all(q.status.done for q in page):
            return
        time.sleep(0.02)


@pytest.mark.parametrize("count", MANY)
@pytest.mark.parametrize(
    "point",
    ["before commit", "after commit", "after publish", "after claim", "before the end is committed", "after the end"],
)
def test_t02_a_process_that_dies_anywhere_loses_nothing(
    engine: Engine, market: PackagedMarket, database_file: str, point: str, count: int
):
    engine.dispose()
    reads, writes = os.pipe()
    for _ in range(count):
        _, status = os.waitpid(in_a_process(lambda: die_at(point, database_file, market, writes)), 0)
        assert os.waitstatus_to_exitcode(status) == CRASHED
    os.close(writes)
    with os.fdopen(reads) as pipe:
        heard = pipe.read().split()
    desk = Desk(connect(database_file), market, **AT_ONCE)

    recover(desk)

    stored = {q.id: q.status for q in desk.store.page(TENANT, None, 100, None).quotes}
    ends = ends_on_record(desk.engine)
    desk.engine.dispose()
    assert set(heard) <= set(stored)
    assert len(stored) == (0 if point == "before commit" else count)
    assert set(stored.values()) <= {Status.SUCCEEDED}
    assert ends == Counter(dict.fromkeys(stored, 1))


def test_t03_a_quote_that_is_delivered_many_times_is_computed_once(desk: Desk):
    quote_id = desk.submit().id
    started: list[int] = []

    def slow(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
        started.append(1)
        time.sleep(0.3)
        return quick_quote(request, snapshot, watch)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: desk.compute(quote_id, slow), range(6)))

    assert len(started) == 1
    assert ends_on_record(desk.engine)[quote_id] == 1


def test_t05_a_worker_that_was_paused_beyond_its_lease_changes_nothing(
    engine: Engine, market: PackagedMarket, database_file: str
):
    engine.dispose()
    reads, writes = os.pipe()

    def paused() -> None:
        mine = Desk(connect(database_file), market, **AT_ONCE)

        def make(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
            os.kill(os.getpid(), signal.SIGSTOP)
            return quick_quote(request, snapshot, watch)

        quote_id = mine.submit().id
        os.write(writes, quote_id.encode())
        mine.compute(quote_id, make)
        os.write(writes, b" " + ",".join(mine.log.events).encode())

    worker = in_a_process(paused)
    os.waitpid(worker, os.WUNTRACED)  # it has stopped itself
    quote_id = os.read(reads, 36).decode()
    desk = Desk(connect(database_file), market, **AT_ONCE)
    try:
        recover(desk)
        before = desk.get(quote_id), desk.store.result(TENANT, quote_id)
    finally:
        os.kill(worker, signal.SIGCONT)
        os.waitpid(worker, 0)

    assert os.read(reads, 100).decode().split() == ["stale_fence"]
    assert (desk.get(quote_id), desk.store.result(TENANT, quote_id)) == before
    assert ends_on_record(desk.engine)[quote_id] == 1
    desk.engine.dispose()


def test_t06_a_quote_that_kills_its_worker_fails_and_its_neighbours_do_not(
    engine: Engine, market: PackagedMarket, database_file: str
):
    desk = Desk(engine, market, max_attempts=3, **AT_ONCE)
    poison = desk.submit().id
    deaths = 0
    for _ in range(5):
        engine.dispose()

        def doomed() -> None:
            Desk(connect(database_file), market, max_attempts=3, **AT_ONCE).compute(poison, lambda *_: crash(None))

        _, status = os.waitpid(in_a_process(doomed), 0)
        deaths += os.waitstatus_to_exitcode(status) == CRASHED
        time.sleep(0.1)
        desk.store.requeue_stale()
    ended = desk.get(poison)
    other = desk.submit(client_ref="neighbour").id
    recover(desk)

    assert (ended.status, ended.error and ended.error["code"], deaths) == (Status.FAILED, "poisoned", 3)
    assert desk.get(other).status is Status.SUCCEEDED


def test_t14_three_dispatchers_wake_each_quote_once(engine: Engine, market: PackagedMarket, monkeypatch):
    desk = Desk(engine, market, dispatch_after_s=0.001, redispatch_max_s=60)
    ids = [desk.submit().id for _ in range(30)]
    desk.change("UPDATE quotes SET dispatch_count = 10")  # the next wake-up is a minute away, once it is claimed
    time.sleep(0.05)
    stores = [desk.store_with(dispatch_after_s=0.001, redispatch_max_s=60) for _ in range(3)]
    monkeypatch.setattr(time, "time", lambda: 0.0)  # the clock of the machine is of no weight

    with ThreadPoolExecutor(3) as pool:
        woken = [w.quote_id for found in pool.map(lambda s: [*s.due(ROOM), *s.due(ROOM)], stores) for w in found]

    assert Counter(woken) == Counter(ids)


def test_t16_a_quote_that_was_cancelled_in_the_queue_never_runs(desk: Desk):
    quote_id = desk.submit().id

    cancelled = desk.store.cancel(TENANT, quote_id)

    assert cancelled.status is Status.CANCELLED
    assert desk.store.claim(quote_id, "worker") is None
    with pytest.raises(QuoteAlreadyEnded):
        desk.store.cancel(TENANT, quote_id)


def test_t16_a_quote_that_was_cancelled_while_it_ran_has_no_result(desk: Desk):
    quote_id = desk.submit().id
    claim = desk.store.claim(quote_id, "worker")
    assert claim is not None

    assert desk.store.cancel(TENANT, quote_id).status is Status.RUNNING
    assert not desk.store.heartbeat(claim, None)
    desk.store.stop(claim)

    assert desk.get(quote_id).status is Status.CANCELLED
    assert ends_on_record(desk.engine)[quote_id] == 1


def test_t17_stale_quotes_behind_ten_thousand_living_ones_are_rescued(desk: Desk):
    desk.submit()
    columns = [c for c in _columns(desk.engine) if c not in ("id", "status", "lease_until")]
    copied = ", ".join(columns)
    desk.change(
        f"""INSERT INTO quotes (id, status, lease_until, {copied})
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10010)
            SELECT printf('00000000-0000-7000-8000-%012d', i), 'running',
                   CASE WHEN i > 10000 THEN 1 ELSE 99999999999999 END, {copied} FROM quotes, n"""  # noqa: S608
    )

    rescued = [desk.store.requeue_stale(), desk.store.requeue_stale()]

    assert sum(rescued) == 10
    with desk.engine.connect() as c:
        assert c.execute(text("SELECT count(*) FROM quotes WHERE status = 'running'")).scalar() == 10_000


def _columns(engine: Engine) -> list[str]:
    with engine.connect() as c:
        return [row[1] for row in c.execute(text("PRAGMA table_info(quotes)"))]


def test_a_stored_request_that_can_no_longer_be_read_fails_cleanly(desk: Desk):
    quote_id = desk.submit().id
    desk.change("DROP TRIGGER quotes_request_stays")
    desk.change('UPDATE quotes SET request_json = \'{"of": "another version"}\'')

    assert desk.store.claim(quote_id, "worker") is None

    ended = desk.get(quote_id)
    assert (ended.status, ended.error and ended.error["code"]) == (Status.FAILED, "request_unreadable")
