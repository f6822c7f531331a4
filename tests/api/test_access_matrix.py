"""Who may what: every route under every scope and every kind of key, and never a look at another tenant's quotes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from flask import Flask
from flask_smorest import Blueprint

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import SCOPES, SqlKeyRing, new_key
from quoting.adapters.sql.units import Units
from quoting.bootstrap import dependencies
from quoting.config import Settings
from service.app import create_app
from service.auth import install_authentication
from service.doors import door_of
from service.examples import BODIES
from tests.builders import another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    scope: str


def route_table() -> list[Route]:
    """Every route under /v1, as the application has declared it."""
    app = create_app(dependencies(Settings.from_env({})))
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1")]
    doors = [(rule, door_of(app, rule.endpoint)) for rule in rules]
    assert all(door is not None and door.scope is not None for _, door in doors)
    return sorted(
        (Route(door.method, rule.rule, door.scope) for rule, door in doors if door and door.scope),
        key=lambda route: (route.path, route.method),
    )


ROUTES = route_table()
BODY = {
    "/v1/quotes": "ProcurementRequest",
    "/v1/clearances": "Judgement",
    "/v1/clearances/<clearance_id>/revoke": "Withdrawal",
    "/v1/export-checks": "Transaction",
    "/v1/export-checks/batch": "Transactions",
}


@pytest.fixture(scope="module")
def ring(live: Live) -> Iterator[SqlKeyRing]:
    engine = connect(live.system.database_url)
    yield SqlKeyRing(Units(engine))
    engine.dispose()


def ask(
    live: Live, route: Route, key: str | None, quote_id: str = "01a20000-0000-7000-8000-000000000000"
) -> httpx2.Response:
    path = route.path.replace("<quote_id>", quote_id).replace("<chip_id>", "nvidia-l40s")
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    body = BODIES[BODY[route.path]] if route.method == "POST" and route.path in BODY else None
    return live.anonymous.request(route.method, path, json=body, headers=headers)


def test_every_route_is_open_to_its_scope_and_to_no_other(live: Live, ring: SqlKeyRing):
    keys = {scope: ring.create("matrix", (scope,))[1] for scope in SCOPES}
    wrong = []

    for route in ROUTES:
        for scope, key in keys.items():
            status = ask(live, route, key).status_code
            if (status == 403) == (scope == route.scope) or status in (401, 500):
                wrong.append((route, scope, status))

    assert wrong == []


def test_every_route_is_closed_to_every_key_that_is_none(live: Live, ring: SqlKeyRing):
    revoked_id, revoked = ring.create("matrix")
    ring.revoke(revoked_id)
    valid = ring.create("matrix")[1]
    mistyped = valid[:-1] + ("A" if valid[-1] != "A" else "B")
    keys = {
        "none": None,
        "revoked": revoked,
        "unknown": new_key(),
        "mistyped": mistyped,
        "short": "cq_live_",
    }

    answers = {(route, name): ask(live, route, key) for route in ROUTES for name, key in keys.items()}

    assert {where: a.status_code for where, a in answers.items() if a.status_code != 401} == {}
    assert {a.headers["WWW-Authenticate"] for a in answers.values()} == {'Bearer realm="chipquote"'}


@pytest.mark.parametrize("state", ["done", "queued"])
def test_another_tenants_quote_is_answered_like_one_that_is_not(live: Live, ring: SqlKeyRing, state: str):
    theirs = live.ask(another_request())
    live.until_done(theirs)
    if state == "queued":
        with live.held(), live.without("worker"):
            theirs = live.ask(another_request())
    key = ring.create("globex")[1]
    nobodys = str(uuid4())

    for route in [route for route in ROUTES if "<quote_id>" in route.path]:
        for_theirs, for_nobodys = ask(live, route, key, theirs), ask(live, route, key, nobodys)
        bodies = [{**a.json(), "request_id": None} for a in (for_theirs, for_nobodys)]
        assert (for_theirs.status_code, for_nobodys.status_code) == (404, 404)
        assert bodies[0] == bodies[1]
        assert theirs not in for_theirs.text


def test_a_tenant_lists_its_own_quotes_only(live: Live, ring: SqlKeyRing):
    theirs = live.ask(another_request())
    headers = {"Authorization": f"Bearer {ring.create('initech')[1]}"}
    mine = live.anonymous.post("/v1/quotes", json=another_request(), headers=headers).json()["id"]

    listed = [quote["id"] for quote in live.anonymous.get("/v1/quotes?limit=100", headers=headers).json()["data"]]

    assert listed == [mine]
    assert theirs not in listed


def test_equal_requests_of_two_tenants_are_not_answered_from_one_cache(live: Live, ring: SqlKeyRing):
    request = another_request()
    live.until_done(live.ask(request))
    headers = {"Authorization": f"Bearer {ring.create('umbrella')[1]}"}

    answer = live.anonymous.post("/v1/quotes", json=request, headers={**headers, "Prefer": "wait=20"}).json()

    assert (answer["status"], answer["cache"]) == ("succeeded", "miss")


def test_one_idempotency_key_of_two_tenants_is_two_quotes(live: Live, ring: SqlKeyRing):
    key = {"Idempotency-Key": str(uuid4())}
    theirs = live.post(another_request(), **key).json()["id"]
    headers = {"Authorization": f"Bearer {ring.create('stark')[1]}"}

    mine = live.anonymous.post("/v1/quotes", json=another_request(), headers={**headers, **key})

    assert mine.status_code == 202
    assert mine.json()["id"] != theirs


def test_two_live_keys_of_a_tenant_see_the_same_quotes_with_the_same_etag(live: Live, ring: SqlKeyRing):
    one, two = ({"Authorization": f"Bearer {ring.create('wayne')[1]}"} for _ in range(2))
    made = live.anonymous.post("/v1/quotes", json=another_request(), headers={**one, "Prefer": "wait=20"}).json()["id"]

    answers = [live.anonymous.get(f"/v1/quotes/{made}", headers=headers) for headers in (one, two)]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_a_route_that_declares_no_scope_stops_the_service_from_starting():
    app, undeclared = Flask("undeclared"), Blueprint("undeclared", __name__, url_prefix="/v1")
    undeclared.route("/open", methods=["GET"])(lambda: "open")
    app.register_blueprint(undeclared)

    with pytest.raises(LookupError, match="/v1/open declares no scope"):
        install_authentication(app)
