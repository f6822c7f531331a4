from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from quoting.domain.allocation.certificate import budget_spend, recount, rule_value
from quoting.domain.allocation.problem import (
    AllocationProblem,
    Item,
    Lot,
    MoneyLimit,
    Need,
    PlanRule,
    PowerLimit,
    UnitCap,
    Use,
)

A, B = ("a", "d"), ("b", "d")
BOTH = frozenset({A, B})


def a_problem(**changes: object) -> AllocationProblem:
    """Two offers of two vendors for one demand of 10; a costs 100, from 8 on 90, and a charge of 50; b costs 80."""
    usual = AllocationProblem(
        lots=(
            Lot("a", "va", "c", "buy", thresholds=(1, 8), moq=2, multiple=2, stock=12, charge_minor=50),
            Lot("b", "vb", "c", "buy", thresholds=(1,)),
        ),
        uses=(
            Use("a", "d", "s", Fraction(1), (100, 90), days=7, watts=Fraction(10), figures={"memory_gb": Fraction(80)}),
            Use("b", "d", "s", Fraction(1), (80,), days=9, watts=Fraction(30)),
        ),
        needs=(Need("d", "s", Fraction(10)),),
    )
    return replace(usual, **changes)


def a_rule(kind: str, value: object = 0, **terms: object) -> PlanRule:
    return PlanRule(**{"id": "r", "kind": kind, "select": BOTH, "within": BOTH, "value": Fraction(str(value)), **terms})


def test_total_counts_the_break_of_the_whole_quantity_and_the_order_charge() -> None:
    count = recount(a_problem(), {A: 8, B: 2})

    assert (count.total_minor, count.breaks, count.holds) == (8 * 90 + 50 + 2 * 80, {"a": 1, "b": 0}, True)


def test_volume_group_takes_its_break_from_the_sum_over_its_members() -> None:
    problem = a_problem()
    a, b = problem.lots
    grouped = replace(problem, lots=(replace(a, group="g"), replace(b, group="g", thresholds=(1, 8))))
    grouped = replace(grouped, uses=(problem.uses[0], replace(problem.uses[1], unit_minor=(80, 70))))

    assert recount(grouped, {A: 4, B: 6}).total_minor == 4 * 90 + 50 + 6 * 70


@pytest.mark.parametrize(
    ("quantities", "fault"),
    [
        ({A: 1, B: 9}, "offer a: 1 < moq 2"),
        ({A: 3, B: 7}, "offer a: 3 is no multiple of 2"),
        ({A: 14}, "offer a: 14 > stock 12"),
    ],
)
def test_terms_of_an_offer_are_kept(quantities: dict[tuple[str, str], int], fault: str) -> None:
    assert fault in recount(a_problem(), quantities).faults


def test_dropped_supply_lifts_the_terms_of_the_offer() -> None:
    assert recount(a_problem(), {A: 1, B: 9}, {Item("supply", "a")}).holds


def test_pool_is_shared_by_its_offers() -> None:
    lots = tuple(replace(lot, pool="p") for lot in a_problem().lots)

    assert recount(a_problem(lots=lots, pool_stock={"p": 9}), {A: 4, B: 6}).faults == ("pool p: 10 > stock 9",)


def test_unmet_demand_is_unserved_and_no_fault() -> None:
    count = recount(a_problem(), {A: 8})

    assert (count.unserved, count.faults, count.holds) == (("d",), (), False)


def test_demand_for_as_much_as_can_be_had_is_met_by_one_piece() -> None:
    problem = a_problem(needs=(Need("d", "s", None),), objectives=("max_capability",))

    assert recount(problem, {B: 1}).holds
    assert recount(problem, {}).unserved == ("d",)
    assert recount(problem, {B: 3}).objectives == {"max_capability": 3}


def test_budget_counts_an_order_charge_in_full_when_any_line_of_the_offer_falls_under_it() -> None:
    budget = MoneyLimit("b", 0, frozenset({A}))

    assert budget_spend(a_problem(), {A: 2, B: 8}, budget) == 2 * 100 + 50
    assert budget_spend(a_problem(), {B: 10}, budget) == 0


def test_limits_of_money_power_and_licence_are_kept() -> None:
    problem = a_problem(
        budgets=(MoneyLimit("b", 899, BOTH),),
        powers=(PowerLimit("s", Fraction(219)),),
        unit_caps=(UnitCap("l", 5, frozenset({B})),),
    )

    assert recount(problem, {A: 4, B: 6}).faults == (
        "budget b: 930 > 899 minor units",
        "power at s: 220 > 219 W",
        "licence l: 6 > 5 units",
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (a_rule("share", "0.4", measure="units", op="<=", select=frozenset({A})), (True, Fraction(2, 5))),
        (a_rule("share", "0.39", measure="units", op="<=", select=frozenset({A})), (False, Fraction(2, 5))),
        (a_rule("share", "1", measure="memory_gb", op=">=", within=frozenset({B})), (True, None)),
        (a_rule("cap", 880, measure="spend", op="=="), (True, Fraction(880))),
        (a_rule("count", 1, op="<="), (False, Fraction(2))),
        (a_rule("count", 1, of="chips", op="<="), (True, Fraction(1))),
        (a_rule("exclude", select=frozenset({A})), (False, Fraction(4))),
        (a_rule("min_order", 5, measure="units", op=">="), (False, Fraction(4))),
        (a_rule("concentration", "0.6", measure="units", op="<="), (True, Fraction(3, 5))),
        (a_rule("concentration", "0.54", measure="spend", op="<="), (False, Fraction(480, 880))),
    ],
)
def test_rule_is_judged_on_the_value_it_reaches(rule: PlanRule, expected: tuple[bool, Fraction | None]) -> None:
    assert rule_value(a_problem(), {A: 4, B: 6}, rule) == expected


@pytest.mark.parametrize("kind", ["share", "min_order", "concentration", "exclude"])
def test_rule_that_speaks_of_nothing_in_the_plan_holds(kind: str) -> None:
    assert rule_value(a_problem(), {}, a_rule(kind, "0.5", measure="units", op=">="))[0]


def test_rule_with_a_priority_is_given_up_just_where_it_does_not_hold() -> None:
    rules = tuple(a_rule("cap", limit, id=f"r{limit}", measure="units", op="<=", priority=2) for limit in (9, 10))

    count = recount(a_problem(rules=rules), {A: 4, B: 6})

    assert (count.given_up, count.faults) == (("r9",), ())


def test_objectives_are_counted_each_in_its_own_units() -> None:
    problem = a_problem(objectives=("min_cost", "min_time"))
    weighed = replace(problem, uses=(problem.uses[0], replace(problem.uses[1], weight_minor=(Fraction(1, 3),))))

    assert recount(weighed, {A: 4, B: 6}).objectives == {"min_cost": 4 * 100 + 50 + 2, "min_time": 9}
