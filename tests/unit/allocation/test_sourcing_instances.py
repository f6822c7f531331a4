"""The carried sourcing requests against their reference values."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from quoting.domain.allocation.allocate import allocate, allocate_partial
from quoting.domain.allocation.problem import Allocation, Effort, NoPlan, ObjectiveValue
from quoting.domain.watch import Silent
from tests.unit.allocation.instance_reader import SOURCING, read_figures, read_problem, read_request

REFERENCE = {
    row["file"]: row for row in csv.DictReader((SOURCING / "reference.csv").read_text(encoding="utf-8").splitlines())
}
HERE = sorted(p.name for p in SOURCING.glob("*-[SM]-*.json") if not p.name.startswith("legal"))  # law is not read here
FEASIBLE = [name for name in HERE if REFERENCE[name]["status"] != "infeasible"]
INFEASIBLE = [name for name in HERE if REFERENCE[name]["status"] == "infeasible"]
FIGURES = read_figures()


def effort(name: str) -> Effort:
    solve = read_request(SOURCING / name)["solve"]
    return Effort(gap=float(solve["gap"]), limit_s=120.0, seed=solve["seed"])


def major(objective: ObjectiveValue) -> tuple[Fraction, Fraction]:
    """Value and bound in the units of the reference."""
    scale = 100 if objective.name == "min_cost" else 1
    return objective.value / scale, objective.bound / scale


@pytest.mark.parametrize("name", FEASIBLE)
def test_value_is_within_the_gap_of_the_best_known(name: str) -> None:
    problem, asked = read_problem(read_request(SOURCING / name), FIGURES), effort(name)

    found = allocate(problem, asked, Silent())

    assert isinstance(found, Allocation)
    value, bound = major(found.objectives[0])
    best, gap = Fraction(REFERENCE[name]["best_known"]), Fraction(asked.gap)
    assert found.stopped is None
    assert abs(value - best) <= gap * best
    assert abs(value - bound) <= gap * value
    assert (bound <= best <= value + gap * best) or (bound >= best >= value - gap * best)


@pytest.mark.parametrize("name", [name for name in FEASIBLE if REFERENCE[name]["second"]])
def test_second_objective_is_as_good_as_the_best_known(name: str) -> None:
    found = allocate(read_problem(read_request(SOURCING / name), FIGURES), effort(name), Silent())

    assert isinstance(found, Allocation)
    assert major(found.objectives[1])[0] <= Fraction(REFERENCE[name]["second"]) * (1 + Fraction(effort(name).gap))


@pytest.mark.parametrize("name", [name for name in FEASIBLE if REFERENCE[name]["given_up"]])
def test_as_few_rules_are_given_up_as_can_be(name: str) -> None:
    problem = read_problem(read_request(SOURCING / name), FIGURES)

    found = allocate(problem, effort(name), Silent())

    assert isinstance(found, Allocation)
    priority = {rule.id: rule.priority for rule in problem.rules}
    rank = [sum(priority[rule] == p for rule in found.given_up) for p in (1, 2, 3, 4)]
    assert rank == [int(n) for n in REFERENCE[name]["rank"].split()]


@pytest.mark.parametrize("name", INFEASIBLE)
def test_partial_plan_meets_the_most_demands_at_the_best_known_cost(name: str) -> None:
    problem = read_problem(read_request(SOURCING / name), FIGURES)

    refused = allocate(problem, effort(name), Silent())
    found = allocate_partial(problem, effort(name), Silent())

    assert isinstance(refused, NoPlan)
    assert refused.proven
    assert found is not None
    assert len(problem.needs) - len(found.unserved) == int(REFERENCE[name]["partial_met"])
    best = Fraction(REFERENCE[name]["partial_best"])
    assert abs(major(found.objectives[0])[0] - best) <= Fraction(effort(name).gap) * best


def test_partial_plan_of_the_worked_example_leaves_out_the_demand_worked_out_by_hand() -> None:
    found = allocate_partial(
        read_problem(read_request(SOURCING / "partial-S-1.json"), FIGURES), effort("partial-S-1.json"), Silent()
    )

    assert found is not None
    assert (found.unserved, found.total_minor) == (("d3",), 43_300_000)


def test_lease_of_the_worked_example_weighs_rents_against_ownership() -> None:
    found = allocate(
        read_problem(read_request(SOURCING / "lease-S-1.json"), FIGURES), effort("lease-S-1.json"), Silent()
    )

    assert isinstance(found, Allocation)
    assert found.quantities == {("o1", "d1"): 8, ("o2", "d1"): 12}
    assert (found.objectives[0].value, found.total_minor) == (41_146_400, 45_920_000)
