"""For every offer that is not used there is a reason, and it is the right one."""

from __future__ import annotations

import pytest

from quoting.domain.errors import RequestInvalid
from tests.builders import a_request, an_offer, usd

BUYER_IN_CHINA = [
    {"id": "buyer", "name": "Lotus Delta Computing Co., Ltd.", "country": "CN", "hq_country": "CN"},
    {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
]
CHEAP = an_offer("o1", price="5000.00")


def code_of(result, offer="o2"):
    return next(row["code"] for row in result["why_not"] if row["offer"] == offer)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_until": "2026-03-01"}, "EXPIRED"),
        ({"valid_from": "2026-03-03"}, "EXPIRED"),
        ({"delivers_to": ["DE"]}, "NOT_DELIVERED_THERE"),
        ({"lead_days": 400}, "TOO_LATE"),
        ({"lead_days": None}, "UNKNOWN_FACT"),
        (
            {"currency": "TWD", "price_breaks": [{"min_qty": 1, "unit_price": {"amount": "9", "currency": "TWD"}}]},
            "NO_PRICE",
        ),
        ({"available_qty": 3, "moq": 4}, "NO_STOCK"),
        ({"price_breaks": [{"min_qty": 1, "unit_price": usd("9000.00")}]}, "DOMINATED"),
    ],
)
def test_the_reason_against_an_offer_is_named(answer, changes, code):
    demand = {"id": "d1", "site": "site1", "chip": "nvidia-l40s", "qty": 10, "needed_by": "2026-12-31"}
    second = {k: v for k, v in an_offer("o2", **changes).items() if v is not None}

    assert code_of(answer(a_request(demand=[demand], offers=[CHEAP, second]))) == code


def test_a_blocked_purchase_names_its_determination_and_citation(answer):
    request = a_request(
        parties=BUYER_IN_CHINA,
        sites=[{"id": "site1", "country": "CN"}],
        demand=[{"id": "d1", "site": "site1", "capability": {"metric": "units", "amount": 10}}],
        offers=[an_offer("o1", chip="nvidia-l20"), an_offer("o2", chip="nvidia-h100-sxm-80gb", price="1.00")],
    )

    result = answer(request)

    row = next(row for row in result["why_not"] if row["offer"] == "o2")
    held = {d["id"]: d for d in result["determinations"]}[row["determination"]]
    assert row["code"] == "BLOCKED_LAW"
    assert row["citations"]
    assert (held["outcome"], held["review_policy"]) == ("licence_required", "presumption_of_denial")


def test_a_chip_below_the_floor_or_without_the_figure_does_not_serve(answer):
    demand = {
        "id": "d1",
        "site": "site1",
        "capability": {"metric": "bf16_dense_tflops", "amount": 1000},
        "requires": {"memory_gb": 80},
    }
    offers = [
        an_offer("o1", chip="nvidia-h100-sxm-80gb"),
        an_offer("o2", chip="nvidia-t4"),
        an_offer("o3", chip="cambricon-mlu590"),
    ]

    result = answer(a_request(demand=[demand], offers=offers))

    assert code_of(result, "o2") == "BELOW_SPEC"
    assert code_of(result, "o3") == "NO_FIGURE"


def test_an_excluded_offer_is_said_to_be_excluded(answer):
    rules = [{"id": "r1", "kind": "exclude", "select": {"offers": ["o2"]}}]

    assert code_of(answer(a_request(rules=rules, offers=[CHEAP, an_offer("o2", price="1.00")]))) == "EXCLUDED"


def test_at_summary_each_unused_offer_has_one_row(answer):
    demands = [{"id": f"d{n}", "site": "site1", "chip": "nvidia-l40s", "qty": 10} for n in (1, 2)]

    result = answer(a_request(demand=demands, offers=[CHEAP, an_offer("o2")], explain="summary"))

    assert [row["offer"] for row in result["why_not"]] == ["o2"]


def test_a_declared_licence_puts_a_blocked_offer_into_the_safe_plan_up_to_its_units(answer):
    request = a_request(
        parties=BUYER_IN_CHINA,
        sites=[{"id": "site1", "country": "CN"}],
        demand=[{"id": "d1", "site": "site1", "capability": {"metric": "units", "amount": 10}}],
        offers=[an_offer("o1", chip="nvidia-l20"), an_offer("o2", chip="nvidia-h100-sxm-80gb", price="1.00")],
        licences=[{"id": "l1", "authority": "BIS", "number": "D1", "chips": ["nvidia-h100-sxm-80gb"], "units": 4}],
    )

    plan = answer(request)["plans"][0]

    taken = {line["chip"]: (line["qty"], line.get("licence")) for line in plan["lines"]}
    assert taken == {"nvidia-h100-sxm-80gb": (4, "l1"), "nvidia-l20": (6, None)}
    assert any("not verified" in condition["text"] for condition in plan["conditions"])


def test_rules_and_budgets_are_reported_with_value_and_slack(answer):
    budgets = [{"id": "b1", "max": usd("60000.00")}]
    rules = [{"id": "r1", "kind": "cap", "measure": "units", "op": "<=", "value": 12}]

    report = {row["id"]: row for row in answer(a_request(budgets=budgets, rules=rules, offers=[CHEAP]))["rules_report"]}

    assert (report["b1"]["met"], report["b1"]["value"], report["b1"]["slack"]) == (True, 50000, 10000)
    assert (report["r1"]["met"], report["r1"]["value"], report["r1"]["slack"]) == (True, 10, 2)


def test_a_budget_without_which_a_maximise_demand_has_no_end_binds_and_has_no_price(answer):
    demand = {"id": "d1", "site": "site1", "capability": {"metric": "units"}, "maximise": True}
    budgets = [{"id": "b1", "max": usd("60000.00")}]

    result = answer(
        a_request(demand=[demand], budgets=budgets, objective=["max_capability", "min_cost"], offers=[CHEAP])
    )

    report = result["rules_report"][0]
    assert (report["id"], report["binding"], report.get("cost")) == ("b1", True, None)
    assert "budget b1: without it nothing bounds how much is bought" in result["explain_notes"]


def test_a_budget_in_a_currency_without_a_rate_is_refused_by_name(answer):
    with pytest.raises(RequestInvalid) as refused:
        answer(a_request(budgets=[{"id": "b1", "max": {"amount": "1.00", "currency": "TWD"}}]))

    assert refused.value.faults[0].pointer == "/budgets/0/max/currency"
