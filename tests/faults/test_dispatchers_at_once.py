"""T14 with processes: three dispatchers are stopped and continued at random, and the clocks of two are wrong."""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from quoting.adapters.celery_queue import QUEUES
from quoting.adapters.embedded_redis import embedded_redis
from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.application.quotes import Size, Status
from quoting.cli.processes import Child, Command, Supervisor
from tests.builders import a_request
from tests.faults.weakening import VARIABLE, weakened
from tests.integration.desk import Desk
from tests.postgres import Postgres

QUOTES, LIVING, DEAD, WITHIN_S = 100, 10, 10, 60.0
CLOCKS_S = (0, 300, -300)
SEED = 14
FAR = {"dispatch_after_s": 600, "redispatch_max_s": 600, "lease_s": 600}  # so that one ring is all that is due


def submit(desk: Desk, name: str) -> str:
    parties = a_request()["parties"]
    parties[0]["name"] = f"Prairie Compute Cooperative {name}"
    return desk.submit(parties=parties).id


@contextmanager
def dispatchers(folder: Path, database_url: str) -> Iterator[tuple[list[Child], Redis]]:
    redis = embedded_redis(folder, "64mb")
    env = {
        **os.environ, **weakened(), "CHIPQUOTE_DATABASE_URL": database_url, "CHIPQUOTE_REDIS_URL": redis.url,
        "CHIPQUOTE_DATA_DIR": str(folder), "CHIPQUOTE_DISPATCH_TICK_S": "0.1", "CHIPQUOTE_DISPATCH_DEPTH": "10000",
        "CHIPQUOTE_DISPATCH_AFTER_S": "600", "CHIPQUOTE_REDISPATCH_MAX_S": "600",
    }  # fmt: skip
    with Supervisor(env, folder) as supervisor, Redis.from_url(redis.url) as client:
        supervisor.start(Command("redis", redis.argv, given=redis.configuration, serves_others=True))
        crew = []
        for number, off in enumerate(CLOCKS_S):
            switches = ",".join(filter(None, (env[VARIABLE], f"clock_off={off}")))
            argv = ("env", f"{VARIABLE}={switches}", sys.executable, "-m", "workers.dispatcher")
            crew.append(supervisor.start(Command(f"dispatcher-{number}", argv)))
        yield crew, client


@contextmanager
def stopped_at_random(crew: list[Child]) -> Iterator[None]:
    ended, chance = threading.Event(), random.Random(SEED)

    def nemesis() -> None:
        while not ended.wait(chance.uniform(0.1, 0.5)):
            child = chance.choice(crew)
            child.signal(signal.SIGSTOP)
            ended.wait(chance.uniform(0.1, 1.5))
            child.signal(signal.SIGCONT)

    thread = threading.Thread(target=nemesis)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def rings(client: Redis) -> Counter[str]:
    messages = client.lrange(QUEUES[Size.SMALL], 0, -1)
    return Counter(json.loads(base64.b64decode(json.loads(message)["body"]))[0][0] for message in messages)


@pytest.mark.long
def test_t14_dispatchers_that_are_stopped_and_have_wrong_clocks_ring_each_quote_once(
    postgres: Postgres, market: PackagedMarket, tmp_path: Path
):
    engine = connect(postgres.database())  # its clock is that of the server, whatever a dispatcher believes
    upgrade(engine)
    desk, dying = Desk(engine, market, **FAR), Desk(engine, market, **(FAR | {"lease_s": 0.05}))
    living, dead = ([submit(desk, f"{kind} {n}") for n in range(many)] for kind, many in (("a", LIVING), ("b", DEAD)))
    for owner, ids in ((desk, living), (dying, dead)):
        assert all(owner.store.claim(quote_id, "worker") for quote_id in ids)
    due = list(dead)

    with dispatchers(tmp_path, engine.url.render_as_string(hide_password=False)) as (crew, client):
        with stopped_at_random(crew):
            for number in range(QUOTES):
                due.append(submit(desk, f"due {number}"))
                desk.change("UPDATE quotes SET next_dispatch_at = 0 WHERE id = :id", id=due[-1])
                time.sleep(0.2)
        ends = time.monotonic() + WITHIN_S
        while len(rings(client)) < len(due) and time.monotonic() < ends:
            time.sleep(0.1)
        time.sleep(1)  # some rounds more, in which nothing is due
        rung, took_part = rings(client), sum(child.alive for child in crew)
    statuses = {quote_id: desk.get(quote_id).status for quote_id in living}
    engine.dispose()

    print(f"{sum(rung.values())} rings of {len(rung)} quotes by {took_part} dispatchers, clocks {CLOCKS_S} s off")
    assert rung == Counter(due)
    assert set(statuses.values()) == {Status.RUNNING}, "a lease goes by the clock of the database"
