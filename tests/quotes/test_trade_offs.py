"""What could be traded: frontiers, the gain of clearing, scenarios, what an answer to an open question is worth."""

from __future__ import annotations

import json

from click.testing import CliRunner

from quoting.cli.frontier import frontier
from tests.builders import a_request, an_offer, usd

SLOW_AND_FAST = [an_offer("o1", lead_days=60), an_offer("o2", price="9000.00", lead_days=20)]
BUYER_IN_CHINA = {
    "parties": [
        {"id": "buyer", "name": "Lotus Delta Computing Co., Ltd.", "country": "CN", "hq_country": "CN"},
        {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
    ],
    "sites": [{"id": "site1", "country": "CN"}],
    "demand": [{"id": "d1", "site": "site1", "capability": {"metric": "units", "amount": 10}}],
    "offers": [
        an_offer("o1", chip="nvidia-l20", price="8000.00"),
        an_offer("o2", chip="nvidia-h20-96gb", price="5000.00", lead_days=4),
    ],
    "unknown_policy": "both",
}


def points(result, against):
    found = next(f for f in result["frontier"] if f["against"] == against)
    return [(p["total"]["amount"], p["days"]) for p in found["points"]]


def test_the_frontier_of_delivery_goes_from_cheap_to_quick(answer):
    result = answer(a_request(offers=SLOW_AND_FAST))

    assert points(result, "delivery") == [("80000.00", 60), ("90000.00", 20)]


def test_the_frontier_of_capability_tells_the_cost_of_less_and_of_more(answer):
    result = answer(a_request(offers=SLOW_AND_FAST))

    assert [total for total, _ in points(result, "capability")] == [
        "64000.00",  # 8 of 10: three quarters, in whole pieces
        "72000.00",
        "80000.00",
        "88000.00",
        "104000.00",
    ]


def test_the_frontier_of_a_maximise_demand_gives_up_capability_for_money(answer):
    demand = {"id": "d1", "site": "site1", "capability": {"metric": "units"}, "maximise": True}
    budget = {"id": "b1", "max": usd("160000.00")}

    result = answer(
        a_request(demand=[demand], budgets=[budget], objective=["max_capability", "min_cost"], offers=SLOW_AND_FAST)
    )

    assert [total for total, _ in points(result, "capability")] == [
        "40000.00",
        "80000.00",
        "120000.00",
        "144000.00",
        "160000.00",
    ]


def test_there_is_no_frontier_at_summary(answer):
    assert answer(a_request(explain="summary"))["frontier"] == []


def test_the_frontier_is_drawn_in_the_terminal(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(a_request(offers=SLOW_AND_FAST)), encoding="utf-8")

    drawn = CliRunner().invoke(frontier, [str(file)])

    assert drawn.exit_code == 0
    assert "Cost against delivery" in drawn.output
    assert "90,000.00" in drawn.output


def test_the_gain_of_clearing_is_told_in_money_and_days(answer):
    result = answer(a_request(**BUYER_IN_CHINA))

    assert result["gain"]["cheaper"] == usd("30000.00")
    assert result["gain"]["days_sooner"] == 10
    assert (
        "If what is open were cleared, the plan would be USD\u00a030,000.00 cheaper, 10 days sooner."
        in result["answer"]
    )


HOSTED_BY_A_COMPANY_OF_UNKNOWN_HOME = {
    "parties": [
        *a_request()["parties"],
        {"id": "host", "name": "Orchard Hosting", "country": "MY", "hq_country": None},
    ],
    "sites": [{"id": "site1", "country": "MY", "owner": "host", "operator": "host"}],
    "demand": BUYER_IN_CHINA["demand"],
    "unknown_policy": "both",
}
H100 = an_offer("o2", chip="nvidia-h100-sxm-80gb", price="6000.00")


def worths(result):
    return {q["fact"].rsplit(".", 1)[-1]: q["worth"] for q in result["open_questions"]}


def test_an_answer_to_an_open_question_is_worth_what_the_plan_gains(answer):
    offers = [an_offer("o1", chip="nvidia-t4", price="8000.00"), H100]

    result = answer(a_request(**HOSTED_BY_A_COMPANY_OF_UNKNOWN_HOME, offers=offers))

    assert worths(result)["hq_country"] == {**usd("20000.00"), "objective": "min_cost"}


def test_an_answer_that_makes_a_safe_plan_possible_is_worth_that(answer):
    result = answer(a_request(**HOSTED_BY_A_COMPANY_OF_UNKNOWN_HOME, offers=[H100]))

    assert result["verdict"] == "feasible_if_cleared"
    assert worths(result)["hq_country"] == "a plan that meets every demand"


def test_an_answer_that_opens_no_better_plan_is_worth_nothing(answer):
    offers = [an_offer("o1", chip="nvidia-t4", price="5000.00"), H100]

    result = answer(a_request(**HOSTED_BY_A_COMPANY_OF_UNKNOWN_HOME, offers=offers))

    assert worths(result)["hq_country"].startswith("nothing")


def test_a_scenario_with_its_own_rule_has_a_plan_and_a_report_of_its_own(answer):
    scenario = {"name": "one vendor", "rules": [{"id": "only", "kind": "exclude", "select": {"offers": ["o1"]}}]}

    result = answer(a_request(offers=SLOW_AND_FAST, scenarios=[scenario]))

    plan = next(p for p in result["plans"] if p["name"] == "one vendor")
    assert plan["total"] == usd("90000.00")
    assert [r["id"] for r in result["rules_report"] if r["plan"] == "one vendor"] == ["only"]


def test_a_scenario_has_a_plan_on_each_basis_where_what_is_open_counts(answer):
    result = answer(a_request(**BUYER_IN_CHINA, scenarios=[{"name": "again"}]))

    plans = {p["basis"]: p["total"] for p in result["plans"] if p["name"] == "again"}
    assert plans == {"safe": usd("80000.00"), "if_cleared": usd("50000.00")}


def test_a_scenario_has_its_own_objective_and_its_own_budget(answer):
    scenarios = [
        {"name": "sooner", "objective": "min_time"},
        {"name": "poorer", "budgets": [{"id": "half", "max": usd("40000.00")}]},
    ]

    result = answer(a_request(offers=SLOW_AND_FAST, scenarios=scenarios))

    plans = {p["name"]: p["total"] for p in result["plans"] if p["name"]}
    assert plans == {"sooner": usd("90000.00")}
    assert result["plans"][0]["total"] == usd("80000.00")


def test_where_no_plan_meets_every_demand_the_partial_plan_meets_the_most_for_the_least(answer):
    demands = [{"id": f"d{n}", "site": "site1", "chip": "nvidia-l40s", "qty": n} for n in (3, 4, 5)]
    budget = {"id": "b1", "max": usd("64000.00")}

    result = answer(a_request(demand=demands, budgets=[budget], offers=[an_offer("o1", price="8000.00")]))

    partial = next(p for p in result["plans"] if p["kind"] == "partial")
    assert result["verdict"] == "infeasible"
    assert partial["total"] == usd("56000.00")
    assert [missed["demand"] for missed in partial["unserved"]] == ["d5"]
