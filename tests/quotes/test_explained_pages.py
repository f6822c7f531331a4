"""The pages of docs/optimiser that are computed say what is computed today."""

from __future__ import annotations

import pytest

from quoting.domain.candidates import candidates
from quoting.domain.market import market as market_of
from quoting.domain.request import dated
from quoting.domain.screen import Screener
from quoting.wire.request import load_request
from tests.builders import a_request
from tests.quotes.conftest import TODAY
from tests.quotes.explained_pages import CASES, INFEASIBLE_PAGE, SEED, SEED_PAGE, infeasible_page, seed_page


@pytest.fixture(scope="module")
def seed(answer):
    return answer({**SEED, "explain": "full"})


def without_prose(page: str) -> list[list[str]]:
    """The cells of all tables; of the reasons only offer, demand and code: their words have tests of their own."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    return [row[:3] if row[0].startswith(("`cat:", "offer")) or "(no offer)" in row[0] else row for row in rows]


def test_the_page_of_the_seed_is_the_answer_of_today(seed):
    assert without_prose(SEED_PAGE.read_text(encoding="utf-8")) == without_prose(seed_page(seed))


def test_every_offer_of_the_seed_that_is_not_chosen_has_a_reason(seed, market):
    snapshot = market.snapshot(market.pin(TODAY))
    request = dated(load_request(SEED, snapshot.catalogue.chips), TODAY)
    on_the_day = market.snapshot(market.pin(request.as_of))

    screener = Screener(request, on_the_day)
    pairs = {c.pair for c in candidates(request, on_the_day, market_of(request, on_the_day), screener)}
    chosen = {(line["offer"], line["demand"]) for line in seed["plans"][0]["lines"]}
    explained = {(row["offer"], row["demand"]) for row in seed["why_not"] if row["code"] and row["because"]}
    assert pairs - chosen <= explained


def test_the_seed_says_what_its_rule_its_budgets_and_its_open_question_are_worth(seed):
    report = {row["id"]: row for row in seed["rules_report"] if row["plan"] == "safe"}

    assert (report["domestic-share"]["binding"], report["domestic-share"]["cost"]["amount"]) == (False, 0)
    assert report["abroad-budget"]["cost"]["amount"] > 0
    assert report["china-budget"]["binding"]
    assert any("china-budget: without it nothing bounds" in note for note in seed["explain_notes"])
    assert all(question["worth"] for question in seed["open_questions"])


def test_the_page_of_requests_that_no_plan_meets_is_what_is_computed(answer):
    results = {case["name"]: answer(a_request(explain="summary", **case["request"])) for case in CASES}

    assert INFEASIBLE_PAGE.read_text(encoding="utf-8") == infeasible_page(results)
