"""What limits cost, at which price an offer enters, and what repairs a conflict: against trying every plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.certificate import recount
from quoting.domain.allocation.conflict import minimal_conflict
from quoting.domain.allocation.problem import AllocationProblem, Effort, Item, NoPlan
from quoting.domain.allocation.relaxation import without
from quoting.domain.allocation.repairs import Repair, cheapest_repairs
from quoting.domain.allocation.what_if import WhatIf, offers_of
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import Best, best_plan, least_of
from tests.unit.allocation.random_problems import random_problem

PROBLEMS = 100
CONFLICTS = 150


def effort() -> Effort:
    return Effort(gap=0.0, limit_s=300.0, seed=0)


def feasible_problems(*, rules: bool = True) -> Iterator[tuple[int, AllocationProblem]]:
    for seed in range(PROBLEMS):
        problem = random_problem(seed, priorities=False, rules=rules)
        if best_plan(problem) is not None:
            yield seed, problem


def test_a_limit_costs_what_the_best_plan_without_it_gains() -> None:
    binding = 0
    for seed, problem in feasible_problems():
        what_if, best = WhatIf(problem, effort(), Silent()), best_plan(problem)
        items = [*(Item("rule", r.id) for r in problem.rules), *(Item("budget", b.id) for b in problem.budgets)]
        for item in items:
            lifted = without(problem, [item])
            found, oracle = what_if.solve(lifted), best_plan(lifted)
            assert found is not None and oracle is not None and best is not None
            worth = what_if.worth(found)
            gained = next((abs(a - b) for a, b in zip(best.values, oracle.values, strict=True) if a != b), None)

            assert (None if worth is None else worth.amount) == gained, f"seed {seed}: {item}"
            binding += gained is not None

    assert binding >= 10


def at_price(problem: AllocationProblem, offer: str, offered: int, price: int) -> AllocationProblem:
    """The problem with an offer's prices in proportion to a price of its first break."""
    uses = tuple(
        replace(use, unit_minor=tuple(p * price // offered for p in use.unit_minor), weight_minor=None)
        if use.offer == offer
        else use
        for use in problem.uses
    )
    return replace(problem, uses=uses)


def better(problem: AllocationProblem, one: Best, other: Best) -> bool:
    pairs = zip(problem.objectives, one.values, other.values, strict=True)
    first = next(((name, a, b) for name, a, b in pairs if a != b), None)
    return first is not None and (first[1] > first[2] if first[0] == "max_capability" else first[1] < first[2])


def test_an_offer_enters_at_its_entry_price_and_not_a_minor_unit_above() -> None:
    entered = 0
    for seed, problem in feasible_problems(rules=False):
        what_if, best = WhatIf(problem, effort(), Silent()), best_plan(problem)
        assert best is not None
        for lot in problem.lots:
            mine = [use for use in problem.uses if use.offer == lot.offer]
            forced = what_if.forced(lot.offer) if mine and lot.offer not in offers_of(what_if.base) else None
            if forced is None or any(use.weight_minor for use in mine):
                continue
            offered = mine[0].unit_minor[0]
            entry = what_if.entry(offered, partial(at_price, problem, lot.offer, offered), forced)
            for price, enters in ((entry.at, True), ((entry.at or 0) + 1, False)):
                if price and price < offered:
                    oracle = best_plan(at_price(problem, lot.offer, offered, price))
                    assert oracle is not None
                    assert better(problem, oracle, best) is enters, f"seed {seed}: {lot.offer} at {price}"
            entered += entry.at is not None

    assert entered >= 12


def conflicts() -> Iterator[tuple[int, AllocationProblem, list[Repair]]]:
    for seed in range(CONFLICTS):
        problem = random_problem(seed, priorities=False)
        if isinstance(allocate(problem, effort(), Silent()), NoPlan):
            items, _ = minimal_conflict(problem, effort(), Silent())
            repairs = cheapest_repairs(problem, items, effort(), Silent())
            assert not repairs.untried
            yield seed, problem, list(repairs.found)


def repaired(problem: AllocationProblem, repair: Repair) -> AllocationProblem:
    """The problem with the change, made here anew."""
    kind, name, to = repair.item.kind, repair.item.id, repair.to
    if to is None:
        uses = (use for use in problem.uses if (kind, use.demand) != ("demand", name))  # nor is anything bought for it
        return replace(without(problem, [repair.item]), uses=tuple(uses))
    if kind == "supply":
        assert isinstance(to, dict)
        names = {"available_qty": "stock"}
        terms = {names.get(term, term): n for term, n in to.items()}
        loose = {"pool": None} if "stock" in terms else {}
        lots = tuple(replace(lot, **terms, **loose) if lot.offer == name else lot for lot in problem.lots)
        return replace(problem, lots=lots)
    assert isinstance(to, Fraction)
    return replace(
        problem,
        budgets=tuple(
            replace(b, limit_minor=int(to)) if (kind, b.id) == ("budget", name) else b for b in problem.budgets
        ),
        powers=tuple(replace(p, watts=to) if (kind, p.site) == ("power", name) else p for p in problem.powers),
        needs=tuple(replace(n, amount=to) if (kind, n.demand) == ("demand", name) else n for n in problem.needs),
        rules=tuple(replace(r, value=to) if (kind, r.id) == ("rule", name) else r for r in problem.rules),
    )


def test_every_repair_makes_a_plan_possible_and_its_plan_is_the_best() -> None:
    kinds: set[tuple[str, bool]] = set()
    for seed, problem, repairs in conflicts():
        for repair in repairs:
            changed = repaired(problem, repair)
            best = best_plan(changed)

            assert repair.proven, f"seed {seed}"
            assert best is not None, f"seed {seed}: {repair.item} to {repair.to}"
            assert recount(changed, repair.allocation.quantities).holds
            assert tuple(o.value for o in repair.allocation.objectives) == best.values, f"seed {seed}: {repair.item}"
            kinds.add((repair.item.kind, repair.to is None))

    assert {("budget", False), ("power", False), ("demand", False), ("demand", True), ("rule", True)} <= kinds
    assert ("supply", False) in kinds


def test_a_repaired_limit_is_the_least_and_a_repaired_demand_the_most() -> None:
    for seed, problem, repairs in conflicts():
        uses = {use.pair: use for use in problem.uses}
        charges = {lot.offer: lot.charge_minor for lot in problem.lots}
        for repair in repairs:
            name, to, lifted = repair.item.id, repair.to, without(problem, [repair.item])
            if repair.item.kind == "budget":
                pairs = next(b.pairs for b in problem.budgets if b.id == name)

                def spent(plan, breaks, pairs=pairs, uses=uses, charges=charges):
                    lines = [p for p in plan if p in pairs]
                    spend = sum(plan[p] * uses[p].unit_minor[breaks[p[0]]] for p in lines)
                    return Fraction(spend + sum(charges[offer] for offer in {o for o, _ in lines}))

                assert to == least_of(lifted, spent), f"seed {seed}"
            elif repair.item.kind == "power":

                def drawn(plan, breaks, name=name, uses=uses):
                    return sum((n * uses[p].watts for p, n in plan.items() if uses[p].site == name), Fraction(0))

                assert to == least_of(lifted, drawn), f"seed {seed}"
            elif repair.item.kind == "demand" and to is not None:

                def missed(plan, breaks, name=name, uses=uses):
                    return -sum((n * uses[p].counts for p, n in plan.items() if p[1] == name), Fraction(0))

                assert to == math.floor(-least_of(lifted, missed)), f"seed {seed}"
