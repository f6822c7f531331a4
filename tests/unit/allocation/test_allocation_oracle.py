"""The optimiser against an oracle that tries every plan, to the minor unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from quoting.domain.allocation.allocate import allocate, allocate_partial
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import Best, best_plan
from tests.unit.allocation.random_problems import random_problem

PROBLEMS = 300
LEAST_BINDING = 20


def exact_effort() -> Effort:
    return Effort(gap=0.0, limit_s=60.0, seed=0)


def summary(problem: AllocationProblem, found: Allocation | NoPlan | Best | None) -> object:
    """What both ways have to agree on: how many demands and rules are given up, and the objectives' values."""
    if found is None or isinstance(found, NoPlan):
        return None
    if isinstance(found, Best):
        return found.unmet, found.given_up, found.values
    priority = {rule.id: rule.priority for rule in problem.rules}
    given_up = [priority[rule] for rule in found.given_up]
    return (
        len(found.unserved),
        tuple(given_up.count(p) for p in (1, 2, 3, 4)),
        tuple(objective.value for objective in found.objectives),
    )


def only_first_breaks(problem: AllocationProblem) -> AllocationProblem:
    return replace(
        problem,
        lots=tuple(replace(lot, thresholds=lot.thresholds[:1]) for lot in problem.lots),
        uses=tuple(
            replace(use, unit_minor=use.unit_minor[:1], weight_minor=use.weight_minor and use.weight_minor[:1])
            for use in problem.uses
        ),
    )


def each_lot(problem: AllocationProblem, **terms: object) -> AllocationProblem:
    return replace(problem, lots=tuple(replace(lot, **terms) for lot in problem.lots))


WITHOUT: dict[str, Callable[[AllocationProblem], AllocationProblem]] = {
    "break": only_first_breaks,
    "moq": lambda problem: each_lot(problem, moq=1),
    "multiple": lambda problem: each_lot(problem, multiple=1),
    "stock": lambda problem: each_lot(problem, stock=100),
    "budget": lambda problem: replace(problem, budgets=()),
    "power": lambda problem: replace(problem, powers=()),
    "rule": lambda problem: replace(problem, rules=()),
}


def test_allocate_finds_what_trying_every_plan_finds() -> None:
    for seed in range(PROBLEMS):
        problem = random_problem(seed)

        found = allocate(problem, exact_effort(), Silent())

        assert summary(problem, found) == summary(problem, best_plan(problem)), f"seed {seed}"
        if isinstance(found, NoPlan):
            assert found.proven, f"seed {seed}"
        else:
            assert all(o.bound == o.value for o in found.objectives), f"seed {seed}"


def test_partial_plan_meets_the_most_demands_and_is_the_best_of_those() -> None:
    for seed in range(PROBLEMS):
        problem = random_problem(seed)
        if isinstance(allocate(problem, exact_effort(), Silent()), NoPlan):
            found = allocate_partial(problem, exact_effort(), Silent())

            assert summary(problem, found) == summary(problem, best_plan(problem, partial=True)), f"seed {seed}"


def test_random_problems_try_each_feature_often_enough() -> None:
    """A feature binds where the optimum is another one without it."""
    binding: Counter[str] = Counter(dict.fromkeys(WITHOUT, 0))
    for seed in range(PROBLEMS):
        problem = random_problem(seed)
        usual = summary(problem, allocate(problem, exact_effort(), Silent()))
        for feature, lift in WITHOUT.items():
            lifted = lift(problem)
            if lifted != problem:
                binding[feature] += usual != summary(lifted, allocate(lifted, exact_effort(), Silent()))
    print("binding in", PROBLEMS, "problems:", dict(binding))

    assert min(binding.values()) >= LEAST_BINDING, dict(binding)
