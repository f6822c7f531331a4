"""Of plans that are equally good: the fewest offers, then the lowest ids in order. Contract 2.2 no. 11."""

from __future__ import annotations

from dataclasses import replace

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import best_plan
from tests.unit.allocation.random_problems import random_problem

PROBLEMS = 150
LEAST_TIED = 4
COARSE = 50_000  # minor units: prices rounded to it are often equal


def coarse(problem: AllocationProblem) -> AllocationProblem:
    """The same problem with prices that are often equal, and no order charges."""
    uses = tuple(
        replace(use, unit_minor=tuple(max(round(p / COARSE), 1) * COARSE for p in use.unit_minor), weight_minor=None)
        for use in problem.uses
    )
    return replace(problem, uses=uses, budgets=(), lots=tuple(replace(lot, charge_minor=0) for lot in problem.lots))


def offers_of(found: object) -> list[str] | None:
    return sorted({offer for offer, _ in found.quantities}) if isinstance(found, Allocation) else None


def test_the_first_of_equals_is_taken() -> None:
    otherwise = 0
    for seed in range(PROBLEMS):
        problem = coarse(random_problem(seed))
        effort = Effort(gap=0.0, limit_s=60.0, seed=0)
        best = best_plan(problem, ordered=True)

        found = allocate(problem, effort, Silent(), ordered=True)

        assert offers_of(found) == (None if best is None else sorted({o for o, _ in best.plan})), f"seed {seed}"
        if isinstance(found, Allocation):
            assert found.first_of_equals
            assert best is not None and tuple(o.value for o in found.objectives) == best.values
            otherwise += offers_of(allocate(problem, effort, Silent())) != offers_of(found)
    print("taken otherwise without the order:", otherwise, "of", PROBLEMS)

    assert otherwise >= LEAST_TIED


def test_with_a_gap_the_order_is_said_to_be_open() -> None:
    found = allocate(random_problem(19), Effort(gap=0.01, limit_s=60.0, seed=0), Silent(), ordered=True)

    assert isinstance(found, Allocation)
    assert found.first_of_equals is False
