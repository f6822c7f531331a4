"""Whole requests against trying every plan: JSON to quote on one side, a reader and a judge of their own on the other.

The reader (`instance_reader`) and the judge (`brute_force`) share nothing with what they check but the words of an
allocation problem. Every value is equal to the cent, at gap 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from quoting.adapters.market import PackagedMarket
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort
from quoting.domain.answer import PlanKind, Quote, Verdict
from quoting.domain.quote import make_quote
from quoting.domain.watch import Silent
from quoting.wire.request import load_request
from tests.quotes.random_requests import AS_OF, Case, random_case
from tests.unit.allocation.brute_force import Best, best_plan

LEAN, WHOLE = 60, 1000
LEAST_BINDING = 15  # of WHOLE
Json = dict[str, Any]
Summary = tuple[int, tuple[int, ...], tuple[Any, ...]] | None


def quote_of(case: Case, market: PackagedMarket) -> Quote:
    snapshot = market.snapshot(market.pin(AS_OF))
    request = replace(load_request(case.request, snapshot.catalogue.chips), known_on=AS_OF)
    if case.seen:
        snapshot = replace(snapshot, catalogue=case.catalogue(snapshot.catalogue.chips))
    return make_quote(request, snapshot, Silent())


def told(case: Case, quote: Quote, kind: PlanKind) -> Summary:
    """Of the plan of a kind: demands not met, rules given up by priority, and the objectives' values."""
    plan = next((p for p in quote.plans if p.kind is kind), None)
    if plan is None:
        return None
    priority = {rule["id"]: rule.get("priority", 0) for rule in case.request["rules"]}
    given_up = [priority[rule] for rule in plan.given_up_rules]
    assert all(o.bound == o.value for o in plan.objectives)
    values = tuple(o.value * 100 if o.name == "min_cost" else o.value for o in plan.objectives)
    return len(plan.unserved), tuple(given_up.count(p) for p in (1, 2, 3, 4)), values


def tried(best: Best | None) -> Summary:
    return None if best is None else (best.unmet, best.given_up, best.values)


def check(seed: int, market: PackagedMarket) -> None:
    case = random_case(seed)
    quote, best = quote_of(case, market), best_plan(case.problem())

    assert told(case, quote, PlanKind.SAFE) == tried(best), f"seed {seed}"
    if best is None:
        assert quote.verdict is Verdict.INFEASIBLE, f"seed {seed}"
        assert quote.conflict is not None and quote.conflict.proven_minimal, f"seed {seed}"
        partial = best_plan(case.problem(), partial=True)
        assert told(case, quote, PlanKind.PARTIAL) == tried(partial), f"seed {seed}"


def test_a_quote_is_what_trying_every_plan_finds(market: PackagedMarket) -> None:
    for seed in range(LEAN):
        check(seed, market)


# ---- how often each feature matters: the optimum is another one without it


def each_offer(**terms: object) -> Callable[[Json], None]:
    """Set terms of every offer; None takes one away."""

    def change(request: Json) -> None:
        for offer in request["offers"]:
            for name, value in terms.items():
                offer.pop(name, None)
                if value is not None:
                    offer[name] = value

    return change


def each_demand(*names: str) -> Callable[[Json], None]:
    def change(request: Json) -> None:
        for demand in request["demand"]:
            for name in names:
                demand.pop(name, None)

    return change


def without(*names: str) -> Callable[[Json], None]:
    def change(request: Json) -> None:
        for name in names:
            request.pop(name, None)

    return change


def without_rules(holds: Callable[[Json], bool]) -> Callable[[Json], None]:
    def change(request: Json) -> None:
        request["rules"] = [rule for rule in request["rules"] if not holds(rule)]

    return change


def first_break_only(request: Json) -> None:
    for offer in request["offers"]:
        del offer["price_breaks"][1:]


def without_power(request: Json) -> None:
    for site in request["sites"]:
        site.pop("power_kw", None)


def without_leases(request: Json) -> None:
    request["offers"] = [offer for offer in request["offers"] if offer["mode"] == "buy"]


def all_mandatory(request: Json) -> None:
    for rule in request["rules"]:
        rule.pop("priority", None)


def each_for_one(request: Json) -> None:
    for demand in request["demand"]:
        for substitute in demand.get("substitutes", ()):
            substitute["rate"] = 1


def other_order(request: Json) -> None:
    if isinstance(request["objective"], list):
        request["objective"].reverse()


def without_time(request: Json) -> None:
    if isinstance(request["objective"], list):
        request["objective"] = [name for name in request["objective"] if name != "min_time"]


KINDS = ("share", "cap", "count", "exclude", "min_order", "concentration", "prefer")
LIFTED: dict[str, Callable[[Json], None]] = {
    "price breaks": first_break_only,
    "volume group": each_offer(volume_group=None),
    "moq": each_offer(moq=None),
    "multiple": each_offer(multiple=None),
    "stock": each_offer(available_qty=100),
    "shared supply": lambda request: None,  # lifted in the case, see `lifted`
    "order charge": each_offer(order_charge=None),
    "budget": without("budgets"),
    "power": without_power,
    "licence units": lambda request: [li.update(units=100) for li in request.get("licences", ())],
    "soft rules": all_mandatory,
    **{kind: without_rules(lambda rule, kind=kind: rule["kind"] == kind) for kind in KINDS},
    "lease": without_leases,
    "residual and energy": lambda request: [
        each_demand("residual_percent")(request),
        [site.pop("electricity_price", None) for site in request["sites"]],
    ],
    "discount rate": without("discount_rate"),
    "substitutes": each_demand("substitutes"),
    "rates": each_for_one,
    "requires": each_demand("requires"),
    "needed by": each_demand("needed_by"),
    "min_time": without_time,
    "order of objectives": other_order,
}


def lifted(case: Case, feature: str) -> AllocationProblem | None:
    """The case's problem without a feature; None where it has none of it."""
    request = deepcopy(case.request)
    LIFTED[feature](request)
    if feature == "shared supply":
        return replace(case, supply=100).problem() if case.seen else None
    return None if request == case.request else case.problem(request)


def optimum(problem: AllocationProblem) -> object:
    """Rules given up and values by name: equal for problems that differ in nothing that counts."""
    found = allocate(problem, Effort(0.0, 60.0, 0), Silent())
    if not isinstance(found, Allocation):
        return None
    priority = {rule.id: rule.priority for rule in problem.rules}
    return sorted(priority[rule] for rule in found.given_up), {o.name: o.value for o in found.objectives}


def binding(case: Case) -> set[str]:
    problem = case.problem()
    usual, found = optimum(problem), set()
    for feature in LIFTED:
        other = lifted(case, feature)
        if other is None:
            continue
        now = optimum(other)
        if feature == "min_time" and usual is not None and now is not None:
            usual_cost, now_cost = usual[1]["min_cost"], now[1]["min_cost"]
            found |= {feature} if usual_cost != now_cost else set()
        elif now != usual:
            found.add(feature)
    return found


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_quotes_are_what_trying_every_plan_finds_and_each_feature_counts(market: PackagedMarket) -> None:
    bound: Counter[str] = Counter(dict.fromkeys(LIFTED, 0))
    outcomes: Counter[str] = Counter()
    for seed in range(WHOLE):
        check(seed, market)
        case = random_case(seed)
        bound.update(binding(case))
        outcomes["a plan" if best_plan(case.problem()) is not None else "no plan"] += 1
        outcomes["maximise"] += any(d.get("maximise") for d in case.request["demand"])
    print(f"\n{WHOLE} requests, every value equal to the cent: {dict(outcomes)}")
    for feature, times in sorted(bound.items(), key=lambda item: -item[1]):
        print(f"  {feature:22}{times:5}")

    assert min(bound.values()) >= LEAST_BINDING, dict(bound)
