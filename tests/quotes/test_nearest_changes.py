"""What would have to change for an unused offer: found by solving again, and tried here by asking again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import a_request, an_offer, usd

UNITS = {"id": "d1", "site": "site1", "capability": {"metric": "units", "amount": 10}}


def row_of(result, offer="o2"):
    return next(row for row in result["why_not"] if row["offer"] == offer)


def used(result):
    return {line["offer"] for line in result["plans"][0]["lines"]}


def in_euro(price):
    return {
        "currency": "EUR",
        "price_breaks": [{"min_qty": 1, "unit_price": {"amount": price, "currency": "EUR"}}],
        "ships_from": "DE",
        "incoterm": "FCA",
    }


def with_breaks(*prices):
    return {"price_breaks": [{"min_qty": n, "unit_price": usd(price)} for n, price in prices]}


@pytest.mark.parametrize(
    "terms",
    [
        with_breaks((1, "9000.00")),
        with_breaks((1, "9500.00"), (6, "9000.00")),
        {**with_breaks((1, "9000.00")), "moq": 4, "order_charge": usd("2500.00")},
        in_euro("9000.00"),
    ],
    ids=["plain", "breaks", "least order and charge", "other currency and charges on the way"],
)
def test_an_offer_enters_just_at_its_entry_price(answer, terms):
    offers = [an_offer("o1", available_qty=7), an_offer("o3", price="8700.00"), an_offer("o2", **terms)]
    change = row_of(answer(a_request(offers=offers)))["nearest_change"]

    def asked_at(step):
        breaks = [
            {**b, "unit_price": {**b["unit_price"], "amount": str(Decimal(b["unit_price"]["amount"]) + step)}}
            for b in change["price_breaks"]
        ]
        return used(answer(a_request(offers=[*offers[:2], an_offer("o2", **{**terms, "price_breaks": breaks})])))

    assert (change["kind"], change["proof"]) == ("price", "exact")
    assert "o2" in asked_at(Decimal(0))
    assert "o2" not in asked_at(Decimal("0.02"))  # a minor unit higher it may be as good, and the order of ties decides


def test_the_distance_to_the_offered_price_is_said(answer):
    offers = [an_offer("o1", price="8000.00"), an_offer("o2", price="10000.00")]

    change = row_of(answer(a_request(offers=offers)))["nearest_change"]

    assert (change["from"], change["to"], change["below_percent"]) == (usd("10000.00"), usd("7999.99"), 20)
    assert "20.00 % below the offered price" in change["because"]


@pytest.mark.parametrize(
    ("code", "kind", "field", "request_"),
    [
        ("BELOW_MOQ", "supply", "moq", {"offers": [an_offer(), an_offer("o2", price="7000.00", moq=50)]}),
        (
            "NO_STOCK",
            "supply",
            "available_qty",
            {"offers": [an_offer(), an_offer("o2", price="7000.00", available_qty=5, order_charge=usd("8000.00"))]},
        ),
        (
            "RULE",
            "rule",
            "value",
            {
                "offers": [an_offer(), an_offer("o2", price="7000.00", available_qty=5)],
                "rules": [{"id": "r1", "kind": "count", "op": "<=", "value": 1}],
            },
        ),
        (
            "BUDGET",
            "budget",
            "max",
            {
                "offers": [an_offer(lead_days=30), an_offer("o2", price="9000.00", lead_days=1)],
                "budgets": [{"id": "b1", "max": usd("82000.00")}],
                "objective": ["min_time", "min_cost"],
            },
        ),
        (
            "POWER",
            "power",
            "power_kw",
            {
                "demand": [UNITS],
                "offers": [an_offer(), an_offer("o2", chip="nvidia-b200-hgx", price="7000.00", moq=4)],
                "sites": [{"id": "site1", "country": "US", "power_kw": 5, "power_usage_effectiveness": 1}],
            },
        ),
    ],
)
def test_a_limit_that_keeps_an_offer_out_together_with_others_is_the_reason(answer, code, kind, field, request_):
    row = row_of(answer(a_request(**request_)))

    assert row["code"] == code
    assert (row["nearest_change"]["kind"], row["nearest_change"]["field"]) == (kind, field)


@pytest.mark.parametrize(
    ("terms", "kind", "field"),
    [
        ({"valid_until": "2026-03-01"}, "terms", "valid_until"),
        ({"lead_days": 400}, "terms", "lead_days"),
        ({"available_qty": 3, "moq": 4}, "supply", "available_qty"),
    ],
)
def test_a_plain_obstacle_names_the_change_that_lifts_it(answer, terms, kind, field):
    demand = {"id": "d1", "site": "site1", "chip": "nvidia-l40s", "qty": 10, "needed_by": "2026-12-31"}
    row = row_of(answer(a_request(demand=[demand], offers=[an_offer(), an_offer("o2", **terms)])))

    assert (row["nearest_change"]["kind"], row["nearest_change"]["field"]) == (kind, field)
    assert row["nearest_change"]["because"]


def test_what_the_law_blocks_has_no_nearest_change(answer):
    request = a_request(
        parties=[
            {"id": "buyer", "name": "Lotus Delta Computing Co., Ltd.", "country": "CN", "hq_country": "CN"},
            {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
        ],
        sites=[{"id": "site1", "country": "CN"}],
        demand=[UNITS],
        offers=[
            an_offer("o1", chip="nvidia-l20"),
            an_offer("o2", chip="nvidia-h100-sxm-80gb", price="1.00"),
            an_offer("o3", chip="nvidia-h100-sxm-80gb", price="1.00", valid_until="2026-03-01"),
        ],
    )

    rows = [row_of(answer(request), offer) for offer in ("o2", "o3")]

    assert all("nearest_change" not in row for row in rows)


def test_a_rule_and_a_budget_that_bind_cost_what_the_plan_gains_without_them(answer):
    offers = [an_offer("o1", price="8000.00"), an_offer("o2", price="7000.00")]
    rules = [
        {
            "id": "r1",
            "kind": "share",
            "select": {"vendors": ["vendor-o1"]},
            "measure": "units",
            "op": ">=",
            "value": 0.6,
        },
        {"id": "r2", "kind": "cap", "measure": "units", "op": "<=", "value": 10},
    ]

    report = {row["id"]: row for row in answer(a_request(offers=offers, rules=rules))["rules_report"]}

    assert (report["r1"]["binding"], report["r1"]["cost"]) == (True, {**usd("6000.00"), "objective": "min_cost"})
    assert (report["r2"]["binding"], report["r2"]["cost"]) == (False, {**usd("0.00"), "objective": "min_cost"})


def test_a_budget_on_a_maximise_demand_costs_capability(answer):
    demand = {"id": "d1", "site": "site1", "capability": {"metric": "units"}, "maximise": True}
    request = a_request(
        demand=[demand],
        offers=[an_offer(available_qty=50)],
        budgets=[{"id": "b1", "max": usd("100000.00")}],
        objective=["max_capability", "min_cost"],
    )

    report = answer(request)["rules_report"][0]

    assert report["cost"] == {"amount": 38, "unit": "units", "objective": "max_capability"}


def test_a_rule_that_was_given_up_is_no_reason(answer):
    offers = [an_offer("o1", available_qty=4), an_offer("o2", price="8500.00"), an_offer("o3", price="9000.00")]
    rules = [{"id": "r1", "kind": "exclude", "select": {"offers": ["o2", "o3"]}, "priority": 4}]

    result = answer(a_request(offers=offers, rules=rules))

    assert result["plans"][0]["given_up_rules"] == ["r1"]
    assert row_of(result, "o3")["code"] == "DOMINATED"
