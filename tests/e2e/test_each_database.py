"""The whole system, real worker included, on each database: the same answer, also when a worker dies in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from quoting.cli.quotes import compute_locally
from quoting.cli.up import running_system
from tests.builders import a_request
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


def test_the_seed_has_the_digest_of_its_local_computation(system: Live):
    text = SEED.read_bytes()
    answer = system.http.post("/v1/quotes", content=text, headers={"Content-Type": "application/json"})

    ended = system.until_done(answer.json()["id"], within_s=60)

    local = compute_locally(text, date(2026, 11, 24))["reproducibility"]["result"]
    assert (ended["status"], system.digest(ended["id"])) == ("succeeded", local)


def test_a_quote_whose_worker_is_killed_ends_once(system: Live):
    request = a_request(client_ref=str(uuid4()))
    request["parties"][0]["name"] = f"Prairie Compute Cooperative {uuid4()}"
    with system.held():
        quote_id = system.ask(request)
        system.until(quote_id, "running")
        system.kill("worker")

    ended = system.until_done(quote_id)

    assert ended["status"] == "succeeded"
    assert system.quote(quote_id) == ended
