"""A PostgreSQL that is frozen: callers are told so within seconds, who asks for life gets it, and nothing is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.builders import another_request
from tests.postgres import Postgres
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
PATIENCE_S = 5.0  # the default of CHIPQUOTE_DATABASE_TIMEOUT_S
CALLERS = 48  # more than the API has threads


def test_a_frozen_database_is_answered_503_within_seconds_and_healthz_lives(on_postgresql: Live, postgres: Postgres):
    live = on_postgresql

    def post(_: int) -> tuple[httpx2.Response, float]:
        began = time.monotonic()
        return live.post(another_request()), time.monotonic() - began

    with live.held():
        accepted = live.ask(another_request())
        with postgres.frozen(), ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(post, range(CALLERS)))
            began = time.monotonic()
            crowd = [pool.submit(post, n) for n in range(CALLERS)]
            health = live.anonymous.get("/healthz").status_code
            lives_after_s = time.monotonic() - began
            ready = live.anonymous.get("/readyz")
            answers += [each.result() for each in crowd]

    assert {(answer.status_code, answer.headers["Retry-After"]) for answer, _ in answers} == {(503, "1")}
    assert {answer.headers["Content-Type"] for answer, _ in answers} == {"application/problem+json"}
    assert max(seconds for _, seconds in answers) < 3 * PATIENCE_S
    assert (health, ready.status_code, ready.json()["parts"]["database"]) == (200, 503, "failing")
    assert lives_after_s < PATIENCE_S + 2
    assert live.until_done(accepted, within_s=60)["status"] == "succeeded"
    assert live.until_done(live.ask(another_request()))["status"] == "succeeded"
