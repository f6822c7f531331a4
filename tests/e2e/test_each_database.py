"""The whole system, real worker included, on each database: the same answer, also when a worker dies in it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from quoting.cli.quotes import compute_locally
from quoting_client import Client
from tests.builders import another_request
from tests.postgres import Postgres
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
SEED = Path(__file__).parents[2] / "examples" / "bytedance-2025.json"


def test_the_seed_has_the_digest_of_its_local_computation(system: Live):
    text = SEED.read_bytes()
    answer = system.http.post("/v1/quotes", content=text, headers={"Content-Type": "application/json"})

    ended = system.until_done(answer.json()["id"], within_s=60)

    local = compute_locally(text, date(2026, 11, 24))["reproducibility"]["result"]
    assert (ended["status"], system.digest(ended["id"])) == ("succeeded", local)


def test_a_quote_whose_worker_is_killed_ends_once(system: Live):
    with system.held():
        quote_id = system.ask(another_request())
        system.until(quote_id, "running")
        system.kill("worker")

    ended = system.until_done(quote_id)

    assert ended["status"] == "succeeded"
    assert system.quote(quote_id) == ended


def test_a_crash_of_the_database_loses_no_quote_that_was_accepted(on_postgresql: Live, postgres: Postgres):
    with on_postgresql.held():
        accepted = [on_postgresql.ask(another_request()) for _ in range(4)]
        on_postgresql.until(accepted[0], "running")
        postgres.crash()
        refused = on_postgresql.post(another_request())
        ready = on_postgresql.anonymous.get("/readyz")
        postgres.start()

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert ready.json()["parts"]["database"] != "ok"
    assert {on_postgresql.until_done(quote_id, within_s=60)["status"] for quote_id in accepted} == {"succeeded"}


def test_the_client_follows_a_quote_through_a_restart_of_the_service(system: Live):
    with Client(system.system.url, system.system.key) as client, ThreadPoolExecutor(1) as pool:
        with system.held():
            quote = client.submit(another_request())
            followed = pool.submit(client.wait, quote.id)
            system.kill("api")
            time.sleep(1)

        assert followed.result(60).status == "succeeded"
