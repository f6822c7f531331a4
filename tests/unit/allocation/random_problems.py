"""Seeded random problems, small enough to try every plan, with all features of the model."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

from quoting.domain.allocation.problem import (
    AllocationProblem,
    Lot,
    MoneyLimit,
    Need,
    PlanRule,
    PowerLimit,
    UnitCap,
    Use,
)
from tests.unit.allocation.brute_force import best_plan, number_of_plans

_MOST_PLANS = 4000
_SITES = ("s1", "s2")


@cache
def random_problem(seed: int, *, priorities: bool = True, rules: bool = True) -> AllocationProblem:
    """A problem of two to four offers; its budgets and power limits are set near what its best plan needs."""
    rng = Random(seed)
    while True:
        problem = _supply(rng, gaining=(gaining := rules and rng.random() < 0.5))
        if number_of_plans(problem) <= _MOST_PLANS:
            break
    if gaining or rng.random() < 0.3:
        problem = replace(
            problem, rules=tuple(random_rule(rng, problem, i, priorities) for i in range(rng.randint(1, 3)))
        )
    if not rules:
        problem = replace(problem, rules=())
    return _limits(rng, problem)


def _supply(rng: Random, *, gaining: bool) -> AllocationProblem:
    greedy = rng.random() < 0.15
    needs = [Need(f"d{i}", rng.choice(_SITES), Fraction(rng.randint(2, 8), 2)) for i in (1, 2)]
    needs = needs[: rng.choice((1, 2, 2))]
    if greedy:
        needs[0] = replace(needs[0], amount=None)
    lots, uses = [], []
    thresholds = _thresholds(rng)
    for i in range(rng.randint(2, 4)):
        group = "g" if i < 2 and rng.random() < 0.35 else None
        lot = Lot(
            offer=f"o{i + 1}",
            vendor=rng.choice(("v1", "v2", "v3")),
            chip=rng.choice(("c1", "c2")),
            mode="buy",
            thresholds=thresholds if group else _thresholds(rng),
            moq=rng.choice((1, 1, 2, 3, 4)),
            multiple=rng.choice((1, 1, 1, 2, 3)),
            stock=rng.randint(2, 6) if gaining or greedy or rng.random() < 0.6 else None,
            group=group,
            pool="p" if rng.random() < 0.1 else None,
            charge_minor=rng.choice((0, 0, rng.randint(1, 90_000))),
        )
        lots.append(lot)
        uses += _uses(rng, lot, needs)
    timed = rng.random() < 0.2
    objectives = ("max_capability", "min_cost") if greedy else ("min_cost",)
    if timed:
        objectives = rng.choice(((*objectives, "min_time"), ("min_time", *objectives)))
    return AllocationProblem(
        lots=tuple(lots),
        uses=tuple(uses),
        needs=tuple(needs),
        objectives=objectives,
        pool_stock={"p": rng.randint(2, 6)},
    )


def _thresholds(rng: Random) -> tuple[int, ...]:
    first = rng.choice((1, 1, 1, 2))
    return tuple(
        sorted({first, *(rng.randint(2, 6) for _ in range(rng.randint(0, 2)))} - ({1} if first == 2 else set()))
    )


def _uses(rng: Random, lot: Lot, needs: list[Need]) -> list[Use]:
    base, counts = rng.randint(40_000, 60_000), rng.choice((Fraction(1), Fraction(1), Fraction(3, 2), Fraction(2)))
    steps = [base]
    for _ in lot.thresholds[1:]:
        steps.append(steps[-1] - rng.randint(0, 15_000))
    uses = []
    for need in needs:
        if uses and rng.random() < 0.5:
            continue
        extra = rng.choice((0, 0, rng.randint(1, 5_000)))
        unit = tuple(int(price * counts) + extra for price in steps)
        factor = rng.choice((None, None, None, None, Fraction(4, 5), Fraction(2, 3)))
        uses.append(
            Use(
                offer=lot.offer,
                demand=need.demand,
                site=need.site,
                counts=counts,
                unit_minor=unit,
                weight_minor=None if factor is None else tuple(factor * price for price in unit),
                days=rng.choice((7, 14, 30)),
                watts=Fraction(rng.randint(300, 1000)) * Fraction(13, 10),
                figures={"units": Fraction(1), "memory_gb": counts * 80}
                if lot.chip == "c1"
                else {"units": Fraction(1)},
            )
        )
    return uses


def random_rule(rng: Random, problem: AllocationProblem, index: int, priorities: bool) -> PlanRule:
    pairs = [use.pair for use in problem.uses]
    within = frozenset(p for p in pairs if rng.random() < 0.8)
    vendor = rng.choice(problem.lots).vendor
    mine = {lot.offer for lot in problem.lots if lot.vendor == vendor}
    select = frozenset(p for p in within if p[0] in mine)
    kind = rng.choice(("share", "cap", "count", "exclude", "min_order", "concentration"))
    measure = rng.choice(("spend", "units", "memory_gb"))
    op, of, value = rng.choice(("<=", "<=", ">=", ">=", "==")), None, Fraction(0)
    if kind == "share":
        value = Fraction(rng.randint(1, 9), 10)
        op = rng.choice(("<=", ">="))
    elif kind == "cap":
        value = {"spend": Fraction(rng.randint(40_000, 300_000)), "units": Fraction(rng.randint(1, 5))}.get(
            measure, Fraction(rng.randint(80, 400))
        )
        op = op if measure == "units" else rng.choice(("<=", ">="))
    elif kind == "count":
        of, value, select = rng.choice(("vendors", "chips", "offers")), Fraction(rng.randint(1, 3)), within
    elif kind == "min_order":
        value, select, op = Fraction(rng.randint(2, 5)), within, ">="
        value *= {"spend": 50_000, "units": 1}.get(measure, 80)
    elif kind == "concentration":
        value, select, op = Fraction(rng.randint(4, 9), 10), within, "<="
    priority = rng.choice((0, 0, 0, 1, 2, 3, 4)) if priorities else 0
    return PlanRule(f"r{index}", kind, select, within, measure, op, of, value, priority)


def _limits(rng: Random, problem: AllocationProblem) -> AllocationProblem:
    found = best_plan(replace(problem, objectives=tuple(o for o in problem.objectives if o != "min_time")))
    if found is None:
        return problem
    uses = {use.pair: use for use in problem.uses}
    if rng.random() < 0.5:
        pairs = frozenset(uses if rng.random() < 0.6 else (p for p in uses if uses[p].site == "s1"))
        charge = {lot.offer: lot.charge_minor for lot in problem.lots}
        spend = sum(n * uses[p].unit_minor[-1] for p, n in found.plan.items() if p in pairs)
        spend += sum(charge[o] for o in {o for o, d in found.plan if (o, d) in pairs})
        limit = spend + rng.choice((-1, 0, 1, rng.randint(0, 80_000)))
        problem = replace(problem, budgets=(MoneyLimit("b", max(limit, 0), pairs),))
    if rng.random() < 0.5:
        site = rng.choice(_SITES)
        watts = sum((n * uses[p].watts for p, n in found.plan.items() if uses[p].site == site), Fraction(0))
        problem = replace(problem, powers=(PowerLimit(site, watts * Fraction(rng.randint(75, 105), 100)),))
    if rng.random() < 0.15:
        pairs = frozenset(p for p in uses if rng.random() < 0.5)
        problem = replace(problem, unit_caps=(UnitCap("l", rng.randint(1, 4), pairs),))
    return problem
