"""A tenant may have so many quotes waiting, and never keeps another waiting for all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from quoting.adapters import remembered
from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.store import SqlQuoteStore
from quoting.application.errors import TooManyWaiting
from quoting.bootstrap import dependencies, prepare_database
from quoting.config import Settings
from service.app import create_app
from service.refusals import RETRY_AFTER_S
from tests.builders import a_request
from tests.integration.desk import TENANT, Desk

KEY = "cq_live_key-of-these-tests"


def test_a_tenant_beyond_its_limit_is_refused_and_another_is_not(engine: Engine, market: PackagedMarket):
    desk = Desk(engine, market, waiting_quotes=2)
    first, _ = desk.submit(), desk.submit()

    with pytest.raises(TooManyWaiting, match="limit of 2 waiting quotes"):
        desk.submit()
    desk.submit(tenant="globex")
    desk.store.cancel(TENANT, first.id)
    desk.submit()


def test_a_key_that_was_used_is_replayed_also_at_the_limit(engine: Engine, market: PackagedMarket):
    desk = Desk(engine, market, waiting_quotes=1)
    first = desk.submit(key=("k", "f"))

    assert desk.submit(key=("k", "f")).id == first.id


def test_a_refusal_names_the_limit_and_when_to_come_again(tmp_path: Path):
    settings = Settings.from_env({"CHIPQUOTE_DATA_DIR": str(tmp_path), "CHIPQUOTE_WAITING_QUOTES": "1"})
    prepare_database(settings, KEY)
    client = create_app(dependencies(settings, for_callers=True)).test_client()
    headers = {"Authorization": f"Bearer {KEY}"}

    accepted = client.post("/v1/quotes", json=a_request(), headers=headers)
    refused = client.post("/v1/quotes", json=a_request(), headers=headers)

    assert (accepted.status_code, refused.status_code) == (202, 429)
    assert refused.get_json()["code"] == "too_many_waiting"
    assert "limit of 1 waiting quotes" in refused.get_json()["detail"]
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Policy"] == '"waiting-quotes";q=1'
    assert refused.headers["RateLimit"] == '"waiting-quotes";r=0;t=1'


def party(name: str) -> dict[str, object]:
    parties = a_request()["parties"]
    parties[0]["name"] = name
    return {"parties": parties}


def test_a_ring_of_a_tenant_that_runs_already_goes_to_one_that_waits(desk: Desk):
    greedy = [desk.submit(**party(f"n{n}")).id for n in range(5)]
    desk.store.claim(greedy[0], "worker")
    modest = desk.submit(tenant="globex").id

    assert desk.store.turn(greedy[1]) == modest
    desk.store.claim(modest, "worker")
    assert desk.store.turn(modest) == greedy[1]


def test_a_quote_that_takes_longer_than_the_ring_allows_is_not_given_its_turn(desk: Desk):
    mine = desk.submit().id
    desk.store.claim(mine, "worker")
    next_one = desk.submit(**party("next")).id
    desk.submit(tenant="globex", solve={"gap": 0, "time_limit_s": 600, "seed": 1})

    assert desk.store.turn(next_one) == next_one


def test_what_waits_for_an_equal_one_is_not_given_a_turn(desk: Desk):
    running = desk.submit().id
    desk.store.claim(running, "worker")
    desk.submit()
    other = desk.submit(**party("other")).id

    assert desk.store.turn(other) == other


class Crowded:
    """A service of which one tenant has used its only place, and was refused once."""

    def __init__(self, folder: Path) -> None:
        settings = Settings.from_env({"CHIPQUOTE_DATA_DIR": str(folder), "CHIPQUOTE_WAITING_QUOTES": "1"})
        prepare_database(settings, KEY)
        made = dependencies(settings, for_callers=True)
        assert isinstance(made.store, SqlQuoteStore)
        self.client, self.engine = create_app(made).test_client(), made.store._units._reads
        self.first = self.post(a_request(), key="first").get_json()["id"]
        assert self.post(a_request()).status_code == 429
        self.statements = 0
        event.listen(self.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1

    def post(self, document: object, key: str | None = None):
        headers = {"Authorization": f"Bearer {KEY}"} | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post("/v1/quotes", json=document, headers=headers)


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Crowded]:
    crowded = Crowded(tmp_path)
    yield crowded
    crowded.engine.dispose()


def test_who_was_refused_is_refused_again_without_a_look_at_body_or_database(crowded: Crowded):
    again = crowded.post({"no": "request"})

    assert (again.status_code, again.get_json()["code"]) == (429, "too_many_waiting")
    assert (again.headers["Retry-After"], again.headers["RateLimit"]) == ("1", '"waiting-quotes";r=0;t=1')
    assert crowded.statements == 0


def test_a_repeat_of_what_was_accepted_is_answered_while_its_tenant_is_refused(crowded: Crowded):
    repeat, new = crowded.post(a_request(), key="first"), crowded.post(a_request(), key="second")

    assert (repeat.status_code, repeat.get_json()["id"]) == (202, crowded.first)
    assert new.status_code == 429


def test_a_refusal_lasts_no_longer_than_it_said(crowded: Crowded, monkeypatch: pytest.MonkeyPatch):
    crowded.client.post(f"/v1/quotes/{crowded.first}/cancel", headers={"Authorization": f"Bearer {KEY}"})
    early = crowded.post(a_request())
    monkeypatch.setattr(remembered.time, "monotonic", lambda now=time.monotonic() + RETRY_AFTER_S: now)

    assert (early.status_code, crowded.post(a_request()).status_code) == (429, 202)
