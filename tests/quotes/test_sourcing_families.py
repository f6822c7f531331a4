"""Requests with best known values: every plan is as good, within the gap that the request asks for."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "sourcing"
ROWS = csv.DictReader((DATA / "reference.csv").read_text(encoding="utf-8").splitlines())
REFERENCE = {row["file"]: row for row in ROWS if row["file"].endswith(".json")}  # the two largest are for the bench
SOLVED = sorted(name for name, row in REFERENCE.items() if row["best_known"])
INFEASIBLE = sorted(name for name, row in REFERENCE.items() if row["minimal_conflict"])


def request_of(name: str):
    """The request at `summary`: what is explained beyond has tests of its own."""
    return {**json.loads((DATA / name).read_text()), "explain": "summary"}


@pytest.mark.parametrize("name", SOLVED)
def test_the_plan_is_as_good_as_the_best_known_within_the_gap(answer, name):
    request, row = request_of(name), REFERENCE[name]

    plan = answer(request)["plans"][0]

    best, value = Decimal(row["best_known"]), Decimal(str(plan["objective_value"]))
    within = max(Decimal("0.005"), abs(best) * Decimal(str(request["solve"]["gap"])))
    assert plan["proven_optimal"]
    assert abs(value - best) <= within
    assert len(plan["given_up_rules"]) == sum(int(n) for n in row["rank"].split())


@pytest.mark.parametrize("name", INFEASIBLE)
def test_the_planted_conflict_is_found(answer, name):
    row = REFERENCE[name]
    must, _, may = row["minimal_conflict"].partition("|")

    result = answer(request_of(name))

    found = {f"{item['kind']}:{item['id']}" for item in result["conflict"]["items"]}
    assert result["verdict"] == "infeasible"
    assert set(must.split()) <= found <= set(must.split()) | set(may.replace("with", "").split())


@pytest.mark.parametrize("name", INFEASIBLE)
def test_the_repair_of_the_reference_is_among_those_proven(answer, name):
    kind, _, rest = REFERENCE[name]["repair_cost"].partition(":")

    repairs = answer(request_of(name))["conflict"]["repairs"]

    if kind == "budget":
        budget, _, to, raised = rest.split(" ")
        found = next(r for r in repairs if (r["change"]["kind"], r["change"]["id"]) == ("budget", budget))
        assert found["change"]["to"]["amount"] == to
        assert f"(+{found['cost']['amount']})" == raised
    else:
        assert {r["change"]["id"] for r in repairs if r["change"]["kind"] == "supply"} == {"o11", "o12", "o13"}


@pytest.mark.parametrize("name", INFEASIBLE)
def test_the_partial_plan_meets_the_most_at_the_least_cost(answer, name):
    row, request = REFERENCE[name], request_of(name)

    result = answer(request)

    partial = next(p for p in result["plans"] if p["kind"] == "partial")
    assert len(request["demand"]) - len(partial["unserved"]) == int(row["partial_met"])
    assert Decimal(partial["total"]["amount"]) == Decimal(row["partial_best"])
