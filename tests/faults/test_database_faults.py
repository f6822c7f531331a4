"""T11, T19, T20: a broker or database that must not be used, is cut off, is full, or can only be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import RedisError
from sqlalchemy import event, text

from quoting.adapters.broker_policy import EvictingBroker, check_broker
from quoting.adapters.embedded_redis import embedded_redis
from quoting.adapters.market import PackagedMarket
from quoting.adapters.redis_cache import redis_client
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.adapters.sql.store import SqlQuoteStore
from quoting.adapters.sql.units import Units
from quoting.application.errors import StoreUnavailable
from quoting.bootstrap import dependencies, prepare_database
from quoting.cli.processes import Command, Supervisor
from quoting.config import Settings
from service.app import create_app
from tests.builders import a_request
from tests.integration.desk import Desk
from tests.postgres import Postgres

KEY = "cq_live_key-of-these-tests"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def evicting(tmp_path: Path) -> Iterator[str]:
    """A Redis that throws away what was used least, the queue as well."""
    redis = embedded_redis(tmp_path, "16mb")
    configuration = redis.configuration.replace("maxmemory-policy noeviction", "maxmemory-policy allkeys-lru")
    with Supervisor(os.environ, tmp_path) as keeper:
        keeper.start(Command("redis", redis.argv, given=configuration))
        client = redis_client(redis.url)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                client.ping()
                break
            except RedisError:
                time.sleep(0.05)
        client.close()
        yield redis.url


def test_t11_a_broker_that_may_evict_the_queue_is_refused_by_name(evicting: str):
    with pytest.raises(EvictingBroker, match="allkeys-lru"):
        check_broker(evicting)


def test_t11_the_service_is_not_ready_on_a_broker_that_may_evict(evicting: str, tmp_path: Path):
    settings = Settings.from_env({"CHIPQUOTE_DATA_DIR": str(tmp_path), "CHIPQUOTE_REDIS_URL": evicting})
    prepare_database(settings, KEY)

    answer = create_app(dependencies(settings, for_callers=True)).test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()["parts"]["broker_policy"]) == (503, "failing")


@pytest.mark.parametrize("role", ["dispatcher", "worker"])
def test_t11_a_role_does_not_start_on_a_broker_that_may_evict(evicting: str, tmp_path: Path, role: str):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/q.sqlite", redis_url=evicting)
    prepare_database(settings, KEY)
    env = {**os.environ, "CHIPQUOTE_DATABASE_URL": settings.database_url, "CHIPQUOTE_REDIS_URL": evicting}
    module = (
        ("workers.dispatcher",)
        if role == "dispatcher"
        else ("celery", "-A", "workers.app", "worker", "--pool", "prefork")
    )

    ended = subprocess.run((sys.executable, "-m", *module), env=env, capture_output=True, text=True, timeout=60)

    assert ended.returncode != 0
    assert "allkeys-lru" in ended.stderr


def test_t19_sessions_that_are_terminated_lose_and_double_nothing(postgres: Postgres, market: PackagedMarket):
    engine = connect(postgres.database())
    upgrade(engine)
    desk = Desk(engine, market)
    ended, refused = threading.Event(), 0

    def terminate() -> None:
        with postgres.connect() as connection:
            while not ended.wait(0.05):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = %s",
                    (engine.url.database,),
                )

    nemesis = threading.Thread(target=terminate)
    nemesis.start()
    ids: dict[str, set[str]] = {}
    try:
        for n in range(40):
            for _ in range(200):
                try:
                    ids.setdefault(f"k{n}", set()).add(desk.submit(key=(f"k{n}", "f")).id)
                    break
                except StoreUnavailable:
                    refused += 1
    finally:
        ended.set()
        nemesis.join()

    with engine.connect() as c:
        stored = c.execute(text("SELECT count(*) FROM quotes")).scalar()
    engine.dispose()
    print(f"40 keys, {refused} refusals")
    assert refused > 0, "the fault has to have happened"
    assert (stored, {len(found) for found in ids.values()}) == (40, {1})


def test_a_row_that_is_locked_for_long_is_no_silence_and_refuses_nobody_else(postgres: Postgres):
    url = postgres.database()
    engine, other = connect(url, patience_s=1.0), connect(url)
    units, locked = Units(engine), text("SELECT n FROM rows WHERE n = 1 FOR UPDATE")
    units.write(lambda c: c.execute(text("CREATE TABLE rows AS SELECT 1 AS n")))

    with other.begin() as holder:
        holder.execute(locked)
        with pytest.raises(StoreUnavailable, match="timeout"):
            units.write(lambda c: c.execute(locked).all())
        assert units.read(lambda c: c.execute(text("SELECT 2")).scalar()) == 2

    for each in (engine, other):
        each.dispose()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[FlaskClient, object]]:
    """The service in this process, over an engine that a test can spoil."""
    settings = Settings.from_env({"CHIPQUOTE_DATA_DIR": str(tmp_path)})
    prepare_database(settings, KEY)
    made = dependencies(settings, for_callers=True)
    assert isinstance(made.store, SqlQuoteStore)
    engine = made.store._units._reads
    yield create_app(made).test_client(), engine
    engine.dispose()


def post(client: FlaskClient, **changes: object):
    return client.post("/v1/quotes", json=a_request(**changes), headers={"Authorization": f"Bearer {KEY}"})


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"),  # SQLite answers as on a full disk
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    ],
    ids=["disk full", "read-only"],
)
def test_t20_a_database_that_takes_nothing_is_answered_503_and_mends_without_a_restart(service, spoil: str, mend: str):
    client, engine = service
    state = {"pragma": mend}

    def prepare(connection, record, proxy):
        connection.execute(state["pragma"])

    event.listen(engine, "checkout", prepare)
    assert post(client, client_ref="before").status_code == 202

    state["pragma"] = spoil
    refused = [post(client, client_ref="x" * 200) for _ in range(3)]
    if "max_page_count" in spoil:  # pages that are free already may still take a few
        for n in range(40):
            refused = [post(client, client_ref=f"{n}" * 100)]
            if refused[0].status_code != 202:
                break
    with engine.connect() as c:
        quotes, entries = c.execute(
            text("SELECT (SELECT count(*) FROM quotes), (SELECT count(*) FROM record WHERE kind = 'accepted')")
        ).one()
    state["pragma"] = mend
    after = post(client, client_ref="after")

    assert {(r.status_code, r.content_type, r.headers.get("Retry-After")) for r in refused} == {
        (503, "application/problem+json", "1")
    }
    assert quotes == entries, "nothing is half written"
    assert after.status_code == 202


@pytest.mark.long
def test_t20_a_disk_that_is_full_is_answered_503_and_nothing_that_was_heard_is_lost(tmp_path: Path):
    """In a mount namespace of its own: the kernel has to allow user namespaces."""
    argv = ("unshare", "--map-root-user", "--mount", sys.executable, "-m", "tests.faults.full_disk", str(tmp_path))

    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=250)

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    print(said)
    assert (said["before"][0], said["after"][0]) == (202, 202)
    assert said["refused"] == [[503, "application/problem+json", "1"]] * 5
    assert said["stored"] == [said["heard"]] * 2
    assert said["whole"] == "ok"
