"""T1, T3, T4, T6, T7, T8, T10, T13, T15, T16 and T30 on a running system behind a proxy to its Redis."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.faults.rig import BRPOP_REPLY, DRAIN_S, Rig, a_small_request, assert_all_well, in_parallel, running_rig
from tests.faults.weakening import VARIABLE, weakened

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]
LONG = pytest.mark.long


@pytest.mark.parametrize(("jobs", "swallowed"), [(12, 5), pytest.param(200, 20, marks=LONG)])
def test_t01_replies_that_are_swallowed_lose_no_quote(rig: Rig, jobs: int, swallowed: int):
    before = rig.proxy.swallowed
    rig.proxy.swallow, rig.proxy.swallow_left = BRPOP_REPLY, swallowed

    keys = rig.ask(jobs, f"t01-{jobs}")

    assert_all_well(rig, keys, 90)
    assert rig.proxy.swallowed - before == swallowed, "the fault has to have happened"


@LONG
def test_t03_messages_that_are_delivered_again_end_no_quote_twice(tmp_path: Path):
    env = weakened()
    env[VARIABLE] = ",".join(filter(None, (env[VARIABLE], "short_visibility=2", "slow=8")))
    with running_rig(tmp_path, workers=3, env=env) as rig:
        rig.proxy.watched = BRPOP_REPLY
        keys = rig.ask(40, "t03")

        assert_all_well(rig, keys, 400)
        print(f"{len(keys)} quotes, {rig.proxy.seen} deliveries")
        assert rig.proxy.seen > len(keys), "the fault has to have happened"


@pytest.mark.parametrize(("jobs", "seconds"), [(16, 8), pytest.param(300, 90, marks=LONG)])
def test_t04_killed_workers_lose_no_quote(tmp_path: Path, jobs: int, seconds: int):
    with running_rig(tmp_path, workers=2, env={"CHIPQUOTE_MAX_ATTEMPTS": "20"}) as rig:
        ended = threading.Event()

        def nemesis() -> None:
            turn = 0
            while not ended.wait(2.0):
                turn += 1
                with _gone_is_fine():
                    os.killpg(rig.workers()[turn % 2].process.pid, signal.SIGKILL)

        killer = threading.Thread(target=nemesis)
        killer.start()
        hold = threading.Timer(seconds * 0.4, lambda: rig.live._hold.unlink(missing_ok=True))
        rig.live._hold.write_text("hold")  # so that the first ones die in the middle of a quote
        hold.start()
        keys = rig.ask(jobs, f"t04-{jobs}", pause_s=seconds / jobs)
        ended.set()
        killer.join()
        hold.join()

        assert_all_well(rig, keys, 120)


@pytest.mark.parametrize("neighbours", [10, pytest.param(50, marks=LONG)])
def test_t06_a_quote_that_kills_its_worker_fails_and_its_neighbours_do_not(tmp_path: Path, neighbours: int):
    env = weakened()
    env[VARIABLE] = ",".join(filter(None, (env[VARIABLE], "dies_of=poison")))
    with running_rig(tmp_path, workers=1, env=env) as rig:
        keys = rig.ask(neighbours // 2, "t06-before")
        rig.documents["t06-poison"] = {**a_small_request("t06-poison"), "client_ref": "poison"}
        poison = rig.post("t06-poison")
        keys += rig.ask(neighbours - len(keys), "t06-after")

        rig.poison.add("t06-poison")
        assert_all_well(rig, ["t06-poison", *keys], 120)
        ended = rig.live.quote(poison)
        assert (ended["status"], ended["error"]["code"]) == ("failed", "poisoned")
        assert rig.judge(keys).attempts == neighbours + 3
        assert all(child.alive for child in rig.workers())


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return


@pytest.mark.parametrize("loops", [3, pytest.param(50, marks=LONG)])
def test_t07_redis_that_is_killed_again_and_again_loses_no_quote(rig: Rig, loops: int):
    keys = []
    for loop in range(loops):
        keys += rig.ask(1, f"t07-{loops}-{loop}")
        rig.kill_redis()
        keys += rig.ask(1, f"t07-{loops}-{loop}-down")
        rig.until_redis_is_back()

    assert_all_well(rig, keys)


def test_t07_workers_listen_again_soon_after_a_long_absence_of_redis(rig: Rig):
    rig.proxy.refuse = True
    rig.proxy.cut()
    time.sleep(13)  # left alone kombu tries after 2, 6, 12 and 20 seconds
    rig.proxy.refuse = False
    began = time.monotonic()

    rig.until_workers_listen(len(rig.workers()))

    assert time.monotonic() - began < 6.5


def test_t07_a_worker_whose_acknowledgement_is_lost_hears_the_next_ring(tmp_path: Path):
    env = {**weakened(), "CHIPQUOTE_CANARY_S": "600"}
    with running_rig(tmp_path / "rig", workers=1, env=env) as rig:
        with rig.live.held():
            keys = rig.ask(1, "t07-acknowledged")
            rig.live.until(rig.ids[keys[0]], "running")
            rig.proxy.refuse = True
            rig.proxy.cut()
        rig.live.until_done(rig.ids[keys[0]])
        time.sleep(1)
        rig.proxy.refuse = False
        keys += rig.ask(1, "t07-next")

        assert_all_well(rig, keys)


def test_t07_a_worker_that_hears_nothing_is_started_again(tmp_path: Path):
    flag = tmp_path / "deaf"
    flag.touch()
    env = {**weakened(), "CHIPQUOTE_CANARY_S": "3"}
    env[VARIABLE] = ",".join(filter(None, (f"deaf_once={flag}", env[VARIABLE])))
    with running_rig(tmp_path / "rig", workers=1, env=env) as rig:
        assert not flag.exists(), "the fault has to have happened: the worker is deaf"
        keys = rig.ask(1, "t07-deaf")

        assert_all_well(rig, keys, 120)


@pytest.mark.parametrize(("seconds", "a_second"), [(4, 5), pytest.param(60, 20, marks=LONG)])
def test_t08_a_hanging_redis_costs_no_caller_anything(rig: Rig, seconds: int, a_second: int):
    posts: list[float] = []
    reads: list[float] = []
    keys = []
    with rig.stopped(rig.redis_child.process.pid):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            began = time.monotonic()
            keys += rig.ask(1, f"t08-{seconds}-{len(keys)}", within_s=1)
            posts.append(time.monotonic() - began)
            began = time.monotonic()
            assert rig.read(keys[-1]) == "queued" or seconds > 4
            reads.append(time.monotonic() - began)
            time.sleep(max(0.0, 1 / a_second - posts[-1] - reads[-1]))

    print(f"{len(posts)} posts, slowest {max(posts):.3f} s; slowest read {max(reads):.3f} s")
    assert len(posts) >= seconds * a_second / 8, "callers had to wait for Redis"
    assert max(posts) < 10.0, "a caller had to wait for Redis"
    assert max(reads) < 10.0, "a reader had to wait for Redis"
    assert_all_well(rig, keys, 90)


@pytest.mark.parametrize("fault", ["flushed", "killed", "read-only"])
@pytest.mark.parametrize("jobs", [6, pytest.param(100, marks=LONG)])
def test_t10_a_redis_that_forgets_or_refuses_loses_no_quote(rig: Rig, fault: str, jobs: int):
    with rig.live.held():
        keys = rig.ask(jobs // 2, f"t10-{fault}-{jobs}-a")
        time.sleep(0.5)
        if fault == "flushed":
            rig.redis.flushall()
        elif fault == "killed":
            rig.kill_redis()
        else:
            rig.redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        keys += rig.ask(jobs - jobs // 2, f"t10-{fault}-{jobs}-b")
        time.sleep(0.5)
    rig.until_redis_is_back()
    if fault == "read-only":
        rig.redis.execute_command("REPLICAOF", "NO", "ONE")

    assert_all_well(rig, keys, 120)


def test_t13_a_corrupt_or_emptied_cache_changes_no_answer(rig: Rig):
    key = rig.ask(1, "t13")[0]
    rig.drain([key], DRAIN_S)
    first = rig.live.http.get(f"/v1/quotes/{rig.ids[key]}/result")
    names = rig.redis.keys("chipquote:answer:*")
    assert names
    for name in names:
        value = rig.redis.get(name)
        assert isinstance(value, bytes)
        rig.redis.set(name, value.replace(b"8000", b"1", 1))

    rig.documents["t13-again"] = rig.documents[key]
    second = rig.post("t13-again")
    quote = rig.live.until_done(second)
    rig.documents["t13-mended"] = rig.documents[key]
    mended = rig.live.until_done(rig.post("t13-mended"))
    rig.redis.flushall()
    third = rig.live.http.get(f"/v1/quotes/{rig.ids[key]}/result")

    assert (quote["cache"], mended["cache"]) == ("miss", "hit"), "what was broken is a miss, once"
    assert rig.live.digest(second) == first.json()["reproducibility"]["result"]
    assert (third.content, third.headers["ETag"]) == (first.content, first.headers["ETag"])


@pytest.mark.parametrize("jobs", [10, pytest.param(100, marks=LONG)])
def test_t15_a_service_that_is_told_to_end_answers_what_it_has_begun(tmp_path: Path, jobs: int):
    hard = "kill_instead_of_term" in os.environ.get(VARIABLE, "")
    number = signal.SIGKILL if hard else signal.SIGTERM
    with running_rig(tmp_path, workers=2) as rig:
        keys = rig.ask(jobs, "t15")
        with _held_now(rig):
            waiting = rig.ask(1, "t15-waits")[0]
            waited: list[int] = []

            def wait() -> None:
                try:
                    got = rig.live.http.get(f"/v1/quotes/{rig.ids[waiting]}", headers={"Prefer": "wait=6"})
                    waited.append(got.status_code)
                except httpx2.HTTPError:
                    waited.append(0)

            caller = threading.Thread(target=wait)
            caller.start()
            time.sleep(2)
            api, workers = rig.live.process("api").process, [w.process for w in rig.workers()]
            os.kill(api.pid, number)
            for worker in workers:
                os.kill(worker.pid, number)
            time.sleep(0.5)
        codes = [p.wait(45) for p in (api, *workers)]
        caller.join()
        keys.append(waiting)

        assert waited == [200]
        assert codes == [0, 0, 0]
        took = rig.drain(keys, 60)
        found = rig.judge(keys)
        print(f"drained in {took:.1f} s; {found.line()}")
        assert found.clean, "\n".join(found.faults[:10])
        assert found.attempts <= len(keys) + 2  # at most what was in hand is computed again


def test_t16_quotes_that_are_cancelled_while_no_worker_is_there_never_run(rig: Rig):
    rig.live.settle()
    workers = [child.command for child in rig.workers()]
    for child in rig.workers():
        rig.live.system.supervisor.forget(child)
    keys = rig.ask(6, "t16")
    said = [rig.live.http.post(f"/v1/quotes/{rig.ids[key]}/cancel") for key in keys[::2]]
    for command in workers:
        rig.live.system.supervisor.start(command)

    rig.poison.update(keys[::2])
    assert_all_well(rig, keys)
    ended = [rig.live.quote(rig.ids[key]) for key in keys]
    assert [answer.status_code for answer in said] == [200] * 3
    assert [quote["status"] for quote in ended] == ["cancelled", "succeeded"] * 3
    assert [quote["started_at"] is None for quote in ended] == [True, False] * 3, "what was cancelled never ran"


@contextmanager
def _held_now(rig: Rig) -> Iterator[None]:
    """As `Live.held`, in the midst of work."""
    rig.live._hold.write_text("hold")
    try:
        yield
    finally:
        rig.live._hold.unlink(missing_ok=True)


def test_t30_one_key_is_one_quote_also_after_a_restart_and_an_empty_redis(rig: Rig):
    document = a_small_request("t30")
    headers = {"Idempotency-Key": "t30"}

    answers = in_parallel(
        lambda _: rig.live.http.post("/v1/quotes", json=document, headers=headers), list(range(50)), 16
    )
    changed = rig.live.http.post("/v1/quotes", json=a_small_request("t30-changed"), headers=headers)
    rig.redis.flushall()
    rig.live.kill("api")
    rig.documents["t30"] = document
    again = rig.post("t30")

    assert [a.status_code for a in answers] == [202] * 50
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum(a.headers.get("Idempotent-Replayed") == "true" for a in answers) == 49
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_mismatch")
    assert again == answers[0].json()["id"]
    assert_all_well(rig, ["t30"])
