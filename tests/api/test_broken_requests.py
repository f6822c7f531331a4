"""Every broken request is refused at the HTTP door, named by pointer and code, and leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.builders import a_request
from tests.system import Live
from tests.unit.wire.broken_requests import BROKEN

pytestmark = pytest.mark.xdist_group("live")
JSON = {"Content-Type": "application/json"}


def newest(live: Live) -> list[str]:
    return [quote["id"] for quote in live.http.get("/v1/quotes?limit=1").json()["data"]]


def test_broken_requests_are_refused_with_their_pointer_and_nothing_is_stored(live: Live):
    before, wrong = newest(live), []

    for broken in BROKEN:
        answer = live.http.post("/v1/quotes", content=broken.body(), headers=JSON)
        problem = answer.json()
        named = {(error["pointer"], error["code"]) for error in problem.get("errors", [])}
        if answer.status_code != 422 or (broken.pointer, broken.code) not in named:
            wrong.append((broken.name, answer.status_code, problem))

    assert wrong == []
    assert newest(live) == before


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [(b'{"buyer": ', 1, 11), (b'{\n"a": 1,\n"a": 2}', 3, 1), (b'{"a": NaN}', 1, 7), (b"[" * 100_000, 1, 33)],
    ids=["cut short", "a key twice", "not a number", "too deep"],
)
def test_what_is_not_json_is_refused_with_line_and_column(live: Live, body: bytes, line: int, column: int):
    answer = live.http.post("/v1/quotes", content=body, headers=JSON)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert f"line {line}, column {column}" in answer.json()["detail"]


def test_a_budget_in_a_currency_without_a_rate_is_refused_at_the_door(live: Live):
    request = a_request(budgets=[{"id": "b1", "max": {"amount": "1.00", "currency": "TWD"}}])

    problem = live.http.post("/v1/quotes", json=request).json()

    assert [error["pointer"] for error in problem["errors"]] == ["/budgets/0/max/currency"]
