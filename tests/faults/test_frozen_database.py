"""A PostgreSQL that is frozen: callers are told so within seconds, who asks for life gets it, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.builders import another_request
from tests.postgres import Postgres
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
CALLERS = 48  # more than the API has threads


def test_a_frozen_database_is_answered_503_while_it_is_frozen_and_healthz_lives(
    on_postgresql: Live, postgres: Postgres
):
    live = on_postgresql

    def post(_: int) -> httpx2.Response:
        return live.post(another_request())

    with live.held():
        accepted = live.ask(another_request())
        with postgres.frozen(), ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(post, range(CALLERS)))
            crowd = [pool.submit(post, n) for n in range(CALLERS)]
            health = live.anonymous.get("/healthz").status_code
            ready = live.anonymous.get("/readyz")
            answers += [each.result() for each in crowd]

    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "1")}
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert (health, ready.status_code, ready.json()["parts"]["database"]) == (200, 503, "failing")
    assert live.until_done(accepted, within_s=60)["status"] == "succeeded"
    assert live.until_done(live.ask(another_request()))["status"] == "succeeded"
