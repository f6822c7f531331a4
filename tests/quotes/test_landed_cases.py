"""Landed cost through the whole pipeline: every expectation of the cases that came with the facts."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "data" / "landed-cases.jsonl").read_text(encoding="utf-8")
CASES = [json.loads(line) for line in TEXT.splitlines()]


def lines_of(result):
    return {(line["offer"], line["demand"]): line for line in result["plans"][0]["lines"]}


def charge(line, kind):
    return next((c for c in line["cost_tree"] if c["kind"] == kind), None)


@pytest.fixture(scope="module")
def results(answer):
    return {case["id"]: answer(case["request"]) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_plan_has_just_the_expected_lines(results, case):
    lines = lines_of(results[case["id"]])

    assert {k: line["qty"] for k, line in lines.items()} == {
        (e["offer"], e["demand"]): e["qty"] for e in case["expect"]["lines"]
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_charge_is_as_expected(results, case):
    lines = lines_of(results[case["id"]])
    for expected in case["expect"]["lines"]:
        line = lines[expected["offer"], expected["demand"]]
        if "duty_rate" in expected:
            duty = charge(line, "duty")
            assert Decimal("0" if duty is None else str(duty["rate"])) == Decimal(expected["duty_rate"])
        if "additional_duty" in expected:
            check_charge(charge(line, "additional_duty"), expected["additional_duty"])
        if "tax" in expected:
            check_charge(charge(line, "tax"), expected["tax"])
        if "unit_landed" in expected:
            want = expected["unit_landed"]
            off = abs(Decimal(line["unit_landed"]["amount"]) - Decimal(want["amount"]))
            assert line["unit_landed"]["currency"] == want["currency"]
            assert off <= Decimal(want.get("within", "0"))
        if "landed_over_goods" in expected:
            low, high = map(Decimal, expected["landed_over_goods"])
            ratio = Decimal(line["unit_landed"]["amount"]) / Decimal(charge(line, "goods")["amount"])
            assert low <= ratio <= high


def check_charge(found, expected):
    if expected is None:
        assert found is None
    elif found is None:
        assert expected.get("optional")
    else:
        rates = expected["rate"] if isinstance(expected["rate"], list) else [expected["rate"]]
        assert Decimal(str(found["rate"])) in map(Decimal, rates)
        assert found["counted"] is expected["counted"]


@pytest.mark.parametrize("case", [c for c in CASES if "fx" in c["expect"]], ids=lambda case: case["id"])
def test_the_rate_is_that_of_the_last_publication(results, case):
    used = [charge(line, "goods")["fx"] for line in lines_of(results[case["id"]]).values()]
    for expected in case["expect"]["fx"]:
        fx = next(f for f in used if (f["from"], f["to"]) == (expected["from"], expected["to"]))
        assert fx["date"] == expected["date"]
        assert abs(Decimal(str(fx["rate"])) / Decimal(expected["rate"]) - 1) < Decimal("0.00001")


@pytest.mark.parametrize("case", [c for c in CASES if "total" in c["expect"]], ids=lambda case: case["id"])
def test_the_total_is_the_sum_that_was_worked_out_by_hand(results, case):
    assert results[case["id"]]["plans"][0]["total"]["amount"] == case["expect"]["total"]["amount"]
