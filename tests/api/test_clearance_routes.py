"""Clearances over HTTP: kept under a scope of their own, shown in later answers, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx2
import pytest

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import DEFAULT_SCOPES, SqlKeyRing
from quoting.adapters.sql.units import Units
from tests.builders import Document, another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")

Ask = Callable[..., httpx2.Response]
NAME, ENTRY = "Huawai Technologies", "Huawei Technologies Co., Ltd."
BY = {"by": "R. Weiss, compliance", "why": "another register number"}


@pytest.fixture(scope="module")
def ring(live: Live) -> Iterator[SqlKeyRing]:
    engine = connect(live.system.database_url)
    yield SqlKeyRing(Units(engine))
    engine.dispose()


@pytest.fixture
def ask(live: Live, ring: SqlKeyRing) -> Ask:
    """A compliance officer of a tenant of his own."""
    _, key = ring.create(f"acme-{uuid4()}", (*DEFAULT_SCOPES, "clearances"))

    def ask(method: str, path: str, body: Document | None = None, **headers: str) -> httpx2.Response:
        return live.anonymous.request(method, path, json=body, headers={"Authorization": f"Bearer {key}", **headers})

    return ask


def a_check() -> Document:
    return {
        "id": "t1",
        "as_of": "2026-03-02",
        "item": {"chip": "nvidia-l20"},
        "movement": {"kind": "export", "from_country": "US", "to_country": "DE"},
        "parties": [
            {"role": "end_user", "name": NAME, "country": "DE", "hq_country": "DE", "ultimate_parent_hq_country": "DE"}
            | {"ownership_by_listed_percent": 0}
        ],
    }


def a_judgement(entry: str = ENTRY) -> Document:
    return {"party": {"name": NAME, "country": "DE"}, "entry": {"list": "EL", "name": entry}, **BY}


def test_cleared_likeness_shows_in_the_next_export_check(ask: Ask):
    before = ask("POST", "/v1/export-checks", a_check()).json()
    entries = {dict(f["values_read"]).get("entry") for f in before["findings"]} - {None}

    made = [ask("POST", "/v1/clearances", a_judgement(entry)) for entry in (ENTRY, f"{ENTRY} (Huawei)")]
    after = ask("POST", "/v1/export-checks", a_check()).json()

    assert before["outcome"] == "cannot_determine" and entries
    assert [answer.status_code for answer in made] == [201, 201]
    assert after["outcome"] == "allowed_with_advisory"
    assert {c["id"] for c in after["clearances"]} == {answer.json()["id"] for answer in made}
    assert all(c["standing"] == "declared, not verified" and not c["void"] for c in after["clearances"])


def test_clearance_of_one_entry_leaves_the_other_undetermined(ask: Ask):
    ask("POST", "/v1/clearances", a_judgement())

    assert ask("POST", "/v1/export-checks", a_check()).json()["outcome"] == "cannot_determine"


def test_clearance_that_was_taken_back_holds_for_no_later_answer(ask: Ask):
    made = ask("POST", "/v1/clearances", a_judgement()).json()["id"]

    taken = ask("POST", f"/v1/clearances/{made}/revoke", BY)
    after = ask("POST", "/v1/export-checks", a_check()).json()

    assert taken.json()["revoked"]["by"] == BY["by"]
    assert "clearances" not in after
    assert [c["id"] for c in ask("GET", "/v1/clearances").json()["data"]] == [made]


def test_clearance_makes_an_equal_quote_another_one(ask: Ask):
    request = another_request()
    buyer = request["parties"][0]
    flag = {"party": {"name": buyer["name"], "country": "US"}, "red_flag": "diversion", **BY}
    first = ask("POST", "/v1/quotes", request, Prefer="wait=20").json()

    ask("POST", "/v1/clearances", flag)
    second = ask("POST", "/v1/quotes", request, Prefer="wait=20").json()
    third = ask("POST", "/v1/quotes", request, Prefer="wait=20").json()
    result = ask("GET", second["result_url"]).json()

    assert [q["cache"] for q in (first, second, third)] == ["miss", "miss", "hit"]
    assert "was closed by R. Weiss" in " ".join(result["determinations"][0]["advisories"])
    assert result["provenance"]["clearances"]["digest"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"party": {"name": ENTRY, "country": "DE"}}, "/entry"),
        ({"entry": {"list": "EL", "name": "Nobody of that name"}}, "/entry"),
        ({"why": None}, "/why"),
        ({"red_flag": "diversion"}, "/entry"),
    ],
    ids=["an exact hit", "no likeness", "no reason", "two things at once"],
)
def test_clearance_that_may_not_be_is_refused_by_its_field(ask: Ask, change: Document, pointer: str):
    answer = ask("POST", "/v1/clearances", {**a_judgement(), **change})

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert ask("GET", "/v1/clearances").json() == {"data": []}


def test_clearance_of_another_tenant_is_answered_like_one_that_is_not(ask: Ask, live: Live, ring: SqlKeyRing):
    theirs = ask("POST", "/v1/clearances", a_judgement()).json()["id"]
    headers = {"Authorization": f"Bearer {ring.create('globex', ('clearances',))[1]}"}

    answers = [
        live.anonymous.post(f"/v1/clearances/{name}/revoke", json=BY, headers=headers) for name in (theirs, "nobody's")
    ]

    assert [a.status_code for a in answers] == [404, 404]
    assert {a.json()["code"] for a in answers} == {"clearance_not_found"}


def test_key_of_the_default_scopes_clears_nobody(live: Live):
    assert live.http.post("/v1/clearances", json=a_judgement()).status_code == 403
