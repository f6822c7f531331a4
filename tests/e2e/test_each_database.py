"""The whole system, real worker included, on each database: the same answer, also when a worker dies in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from quoting.cli.quotes import compute_locally
from quoting.cli.up import running_system
from quoting_client import Client
from tests.builders import Document, a_request
from tests.postgres import Postgres
from tests.system import QUICK, Live

pytestmark = pytest.mark.xdist_group("live")
SEED = Path(__file__).parents[2] / "examples" / "bytedance-2025.json"


@pytest.fixture(scope="module")
def on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("on-postgresql")
    hold = folder / "hold"
    env = {**QUICK, "CHIPQUOTE_DATABASE_URL": postgres.database(), "CHIPQUOTE_TEST_POINT": str(hold)}
    with running_system(folder / "var", workers=2, env=env) as system, Live(system, hold) as live:
        yield live
    assert list(folder.glob("**/*.sqlite")) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest) -> Live:
    live: Live = request.getfixturevalue({"sqlite": "live", "postgresql": "on_postgresql"}[request.param])
    return live


def named_request() -> Document:
    """A request that no other is equal to."""
    request = a_request()
    request["parties"][0]["name"] = f"Prairie Compute Cooperative {uuid4()}"
    return request


def test_the_seed_has_the_digest_of_its_local_computation(system: Live):
    text = SEED.read_bytes()
    answer = system.http.post("/v1/quotes", content=text, headers={"Content-Type": "application/json"})

    ended = system.until_done(answer.json()["id"], within_s=60)

    local = compute_locally(text, date(2026, 11, 24))["reproducibility"]["result"]
    assert (ended["status"], system.digest(ended["id"])) == ("succeeded", local)


def test_a_quote_whose_worker_is_killed_ends_once(system: Live):
    with system.held():
        quote_id = system.ask(named_request())
        system.until(quote_id, "running")
        system.kill("worker")

    ended = system.until_done(quote_id)

    assert ended["status"] == "succeeded"
    assert system.quote(quote_id) == ended


def test_a_crash_of_the_database_loses_no_quote_that_was_accepted(on_postgresql: Live, postgres: Postgres):
    with on_postgresql.held():
        accepted = [on_postgresql.ask(named_request()) for _ in range(4)]
        on_postgresql.until(accepted[0], "running")
        postgres.crash()
        refused = on_postgresql.post(named_request())
        ready = on_postgresql.anonymous.get("/readyz")
        postgres.start()

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert ready.json()["parts"]["database"] != "ok"
    assert {on_postgresql.until_done(quote_id, within_s=60)["status"] for quote_id in accepted} == {"succeeded"}


def test_the_client_follows_a_quote_through_a_restart_of_the_service(system: Live):
    with Client(system.system.url, system.system.key) as client, ThreadPoolExecutor(1) as pool:
        with system.held():
            quote = client.submit(named_request())
            followed = pool.submit(client.wait, quote.id)
            system.kill("api")
            time.sleep(1)

        assert followed.result(60).status == "succeeded"
