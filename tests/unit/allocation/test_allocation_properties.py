"""What has to hold between the optima of related problems, at gap 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort
from quoting.domain.watch import Silent
from tests.unit.allocation.random_problems import random_problem

SEEDS = range(1000, 1080)
LEAST_TELLING = 4  # problems where a rule was given up, and those where the change made it worse


def cost(problem: AllocationProblem) -> Fraction | None:
    """The least cost, None where there is no plan."""
    found = optimum(problem)
    return found.objectives[0].value if found else None


def optimum(problem: AllocationProblem) -> Allocation | None:
    found = allocate(replace(problem, objectives=("min_cost",)), Effort(0.0, 60.0, 0), Silent())
    return found if isinstance(found, Allocation) else None


def never_cheaper(harder: AllocationProblem, easier: AllocationProblem) -> bool:
    harder_cost, easier_cost = cost(harder), cost(easier)
    return harder_cost is None or (easier_cost is not None and harder_cost >= easier_cost)


Rank = tuple[tuple[int, ...], Fraction]


def rank(problem: AllocationProblem) -> Rank | None:
    """Rules given up of priority 1 to 4, then the first objective as a cost: the less the better; None: no plan."""
    found = allocate(problem, Effort(0.0, 60.0, 0), Silent())
    if not isinstance(found, Allocation):
        return None
    priority = {rule.id: rule.priority for rule in problem.rules}
    given_up = [priority[rule] for rule in found.given_up]
    value = found.objectives[0].value
    return tuple(given_up.count(p) for p in (1, 2, 3, 4)), -value if found.objectives[0].name[:3] == "max" else value


def never_better(harder: AllocationProblem, easier: AllocationProblem, tally: Counter[str]) -> bool:
    harder_rank, easier_rank = rank(harder), rank(easier)
    tally["given up"] += bool(easier_rank and sum(easier_rank[0]))
    tally["worse"] += harder_rank != easier_rank
    return harder_rank is None or (easier_rank is not None and harder_rank >= easier_rank)


def with_priorities() -> Iterator[AllocationProblem]:
    """Problems whose every rule may be given up."""
    for seed in SEEDS:
        problem, rng = random_problem(seed), Random(seed)
        rules = tuple(replace(rule, priority=rule.priority or rng.randint(1, 4)) for rule in problem.rules)
        if rules:
            yield replace(problem, rules=rules)


def test_with_priorities_more_demand_is_never_better() -> None:
    tally: Counter[str] = Counter()
    for problem in with_priorities():
        last = problem.needs[-1]
        if last.amount is not None:
            more = replace(problem, needs=(*problem.needs[:-1], replace(last, amount=last.amount + 1)))

            assert never_better(more, problem, tally)
    assert min(tally["given up"], tally["worse"]) >= LEAST_TELLING, tally


def test_with_priorities_one_offer_less_is_never_better() -> None:
    tally: Counter[str] = Counter()
    for problem in with_priorities():
        for lot in problem.lots[:2]:
            fewer = without_pairs(problem, {use.pair for use in problem.uses if use.offer == lot.offer})

            assert never_better(fewer, problem, tally)
    assert min(tally["given up"], tally["worse"]) >= LEAST_TELLING, tally


def test_with_priorities_a_stricter_law_is_never_better() -> None:
    tally: Counter[str] = Counter()
    for problem in with_priorities():
        for use in problem.uses[::3]:
            assert never_better(without_pairs(problem, {use.pair}), problem, tally)
    assert min(tally["given up"], tally["worse"]) >= LEAST_TELLING, tally


def problems(*, rules: bool = False) -> Iterator[AllocationProblem]:
    return (random_problem(seed, priorities=False, rules=rules) for seed in SEEDS)


def without_pairs(problem: AllocationProblem, gone: set[tuple[str, str]]) -> AllocationProblem:
    return replace(
        problem,
        uses=tuple(use for use in problem.uses if use.pair not in gone),
        budgets=tuple(replace(b, pairs=b.pairs - gone) for b in problem.budgets),
        rules=tuple(replace(r, select=r.select - gone, within=r.within - gone) for r in problem.rules),
        unit_caps=tuple(replace(c, pairs=c.pairs - gone) for c in problem.unit_caps),
    )


def test_more_demand_is_never_cheaper() -> None:
    for problem in problems(rules=True):
        first, *others = problem.needs
        if first.amount is not None:
            more = replace(problem, needs=(replace(first, amount=first.amount + Fraction(1, 2)), *others))

            assert never_cheaper(more, problem)


def test_one_offer_less_is_never_cheaper() -> None:
    for problem in problems(rules=True):
        offer = problem.lots[0].offer
        fewer = without_pairs(problem, {use.pair for use in problem.uses if use.offer == offer})

        assert never_cheaper(replace(fewer, lots=problem.lots[1:]), problem)


def test_a_stricter_law_is_never_cheaper() -> None:
    for problem in problems(rules=True):
        assert never_cheaper(without_pairs(problem, {problem.uses[-1].pair}), problem)


def test_a_tighter_budget_is_never_cheaper() -> None:
    for problem in problems():
        tighter = tuple(replace(b, limit_minor=b.limit_minor * 9 // 10) for b in problem.budgets)

        assert never_cheaper(replace(problem, budgets=tighter), problem)


def test_the_order_of_the_request_does_not_matter() -> None:
    for seed in SEEDS:
        problem, rng = random_problem(seed), Random(seed)
        shuffled = replace(
            problem,
            lots=tuple(rng.sample(problem.lots, len(problem.lots))),
            uses=tuple(rng.sample(problem.uses, len(problem.uses))),
            needs=tuple(rng.sample(problem.needs, len(problem.needs))),
            rules=tuple(rng.sample(problem.rules, len(problem.rules))),
        )

        one, other = optimum(problem), optimum(shuffled)

        assert (one and one.quantities) == (other and other.quantities), f"seed {seed}"


def test_a_total_is_the_sum_of_its_lines_and_order_charges() -> None:
    for problem in problems(rules=True):
        found = optimum(problem)
        if found:
            unit = {use.pair: use.unit_minor for use in problem.uses}
            lines = sum(n * unit[pair][found.breaks[pair[0]]] for pair, n in found.quantities.items())
            charges = sum(lot.charge_minor for lot in problem.lots if lot.offer in found.breaks)

            assert found.total_minor == lines + charges


def test_money_of_any_size_is_counted_to_the_minor_unit() -> None:
    """A million times the money: totals beyond 10 ** 11 minor units, and the very same plan is the best."""
    for problem in problems(rules=True):
        usual, dear = cost(problem), cost(times_the_money(problem, 10**6))

        assert dear == (None if usual is None else usual * 10**6)


def times_the_money(problem: AllocationProblem, factor: int) -> AllocationProblem:
    money = {"cap", "min_order"}
    return replace(
        problem,
        lots=tuple(replace(lot, charge_minor=lot.charge_minor * factor) for lot in problem.lots),
        uses=tuple(
            replace(
                use,
                unit_minor=tuple(price * factor for price in use.unit_minor),
                weight_minor=use.weight_minor and tuple(weight * factor for weight in use.weight_minor),
            )
            for use in problem.uses
        ),
        budgets=tuple(replace(b, limit_minor=b.limit_minor * factor) for b in problem.budgets),
        rules=tuple(
            replace(r, value=r.value * factor) if r.kind in money and r.measure == "spend" else r for r in problem.rules
        ),
    )
