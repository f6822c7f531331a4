from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.conflict import minimal_conflict
from quoting.domain.allocation.problem import AllocationProblem, Effort, Item, NoPlan
from quoting.domain.allocation.relaxation import without
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import best_plan
from tests.unit.allocation.instance_reader import SOURCING, read_figures, read_problem, read_request
from tests.unit.allocation.random_problems import random_problem

PROBLEMS = 150


def effort(limit_s: float = 60.0) -> Effort:
    return Effort(gap=0.0, limit_s=limit_s, seed=0)


def can_hold(problem: AllocationProblem, kept: Collection[Item], *dropped: Item) -> bool:
    """Whether the kept items can hold together, by trying every plan; supply that is not dropped stays in force."""
    everything = [
        *(Item("demand", n.demand) for n in problem.needs),
        *(Item("budget", b.id) for b in problem.budgets),
        *(Item("rule", r.id) for r in problem.rules),
        *(Item("power", p.site) for p in problem.powers),
    ]
    asked = without(problem, [*(item for item in everything if item not in kept), *dropped])
    return best_plan(replace(asked, objectives=())) is not None


def test_conflict_cannot_hold_and_any_item_less_can() -> None:
    seen = 0
    for seed in range(PROBLEMS):
        problem = random_problem(seed, priorities=False)
        if isinstance(allocate(problem, effort(), Silent()), NoPlan):
            items, proven = minimal_conflict(problem, effort(), Silent())

            assert proven, f"seed {seed}"
            assert not can_hold(problem, items), f"seed {seed}"
            for item in items:
                rest = [other for other in items if other != item]
                assert can_hold(problem, rest, item), f"seed {seed}: {items} without {item}"
            seen += 1

    assert seen >= 40


def test_no_conflict_is_named_where_there_is_a_plan() -> None:
    problem = read_problem(read_request(SOURCING / "plain-S-101.json"), read_figures())

    assert minimal_conflict(problem, effort(), Silent()) == ((), False)


def test_no_conflict_is_named_when_there_is_no_time() -> None:
    problem = read_problem(read_request(SOURCING / "infeas-S-105.json"), read_figures())

    assert minimal_conflict(problem, effort(limit_s=0.0), Silent()) == ((), False)


def test_conflict_names_the_budget_that_is_too_small() -> None:
    problem = read_problem(read_request(SOURCING / "infeas-S-105.json"), read_figures())

    items, _ = minimal_conflict(problem, effort(), Silent())

    assert set(items) == {Item("budget", "b1"), *(Item("demand", d) for d in ("d1", "d2", "d3"))}


def test_conflict_of_demands_alone_names_the_supply_in_the_way() -> None:
    problem = read_problem(read_request(SOURCING / "infeas-S-109.json"), read_figures())

    items, _ = minimal_conflict(problem, effort(), Silent())

    assert set(items) == {Item("demand", "d1"), *(Item("supply", o) for o in ("o11", "o12", "o13"))}
