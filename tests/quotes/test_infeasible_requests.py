"""Twenty requests from a buyer's life that no plan meets: what conflicts, and the way out, as written down beforehand.

The cases, their item sets, sentences and costs were worked out by hand before the first run.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import a_request

CASES = json.loads((Path(__file__).parent / "cases" / "infeasible.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def results(answer):
    return {case["name"]: answer(a_request(explain="summary", **case["request"])) for case in CASES}


def each(test):
    return pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])(test)


@each
def test_the_conflict_is_the_one_that_was_written_down(results, case):
    result = results[case["name"]]

    assert result["verdict"] == "infeasible"
    assert [f"{item['kind']} {item['id']}" for item in result["conflict"]["items"]] == case["items"]


@each
def test_the_answer_says_the_sentences_that_were_written_down(results, case):
    said = results[case["name"]]["answer"].replace("\u00a0", " ")

    assert f"What cannot hold together: {', '.join(case['items'])}." in said
    assert f"A way out: {case['way_out']}." in said


@each
def test_the_repair_that_was_worked_out_is_among_those_proven(results, case):
    wanted = case["repair"]
    repairs = results[case["name"]]["conflict"]["repairs"]

    same = [r for r in repairs if {k: r["change"][k] for k in ("kind", "id", "to")} == wanted["change"]]
    assert [r["plan_total"] for r in same] == [wanted["plan_total"]]
    assert wanted["cost"] in (None, same[0]["cost"])
    assert all(r["proven"] for r in repairs)


@each
def test_repairs_are_cheapest_first_and_touch_what_conflicts_alone(results, case):
    repairs = results[case["name"]]["conflict"]["repairs"]

    costs = [float(r["cost"]["amount"]) for r in repairs]
    assert costs == sorted(costs)
    assert {f"{r['change']['kind']} {r['change']['id']}" for r in repairs} <= set(case["items"])


def test_nothing_stopped_by_law_is_repaired_round_the_law(results):
    conflict = results["stopped by law"]["conflict"]

    assert conflict["fixed"]
    assert [r["change"]["kind"] for r in conflict["repairs"]] == ["demand"]
