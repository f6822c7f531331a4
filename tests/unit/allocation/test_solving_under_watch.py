"""Cancel, time limits and what the watch hears."""

from __future__ import annotations

from fractions import Fraction

import pytest

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.conflict import minimal_conflict
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan
from quoting.domain.errors import Cancelled
from quoting.domain.watch import Silent
from tests.unit.allocation.instance_reader import SOURCING, read_figures, read_problem, read_request


class Listener(Silent):
    """Hears of incumbents, and says stop after it was asked so many times, or once there is a plan."""

    def __init__(self, patience: int | None = None, *, stops_at_a_plan: bool = False) -> None:
        self.patience, self.stops_at_a_plan = patience, stops_at_a_plan
        self.heard = list[tuple[float, float | None]]()

    def incumbent(self, value: float, bound: float | None) -> None:
        self.heard.append((value, bound))

    def stopped(self) -> bool:
        if self.patience is not None:
            self.patience -= 1
            return self.patience < 0
        return self.stops_at_a_plan and bool(self.heard)


def problem_of(name: str) -> AllocationProblem:
    return read_problem(read_request(SOURCING / name), read_figures())


def test_a_watch_that_stops_cancels_in_the_middle_of_a_solve() -> None:
    watch = Listener(stops_at_a_plan=True)

    with pytest.raises(Cancelled):
        allocate(problem_of("tqd-M-102.json"), Effort(gap=0.0, limit_s=60.0, seed=0), watch)

    assert watch.heard


def test_a_watch_that_stops_cancels_while_the_model_is_built() -> None:
    with pytest.raises(Cancelled):
        PlanModel(problem_of("tqd-M-102.json"), Listener(patience=3))


def test_a_watch_that_stops_cancels_the_search_for_a_conflict() -> None:
    with pytest.raises(Cancelled):
        minimal_conflict(problem_of("infeas-S-105.json"), Effort(0.0, 60.0, 0), Listener(patience=0))


def test_the_watch_hears_of_better_and_better_plans_in_minor_units() -> None:
    watch = Listener()

    found = allocate(problem_of("charges-S-101.json"), Effort(0.0, 60.0, 0), watch)

    assert isinstance(found, Allocation)
    values = [value for value, _ in watch.heard]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(float(found.objectives[0].value))


def test_a_plan_that_time_cut_short_says_so_and_its_bound_is_honest() -> None:
    problem = problem_of("tqd-M-102.json")
    best = Fraction(963_052_130)  # reference.csv: proven optimal
    effort = Effort(gap=0.0, limit_s=0.4, seed=0)

    found = allocate(problem, effort, Silent())

    assert isinstance(found, Allocation)
    assert found.stopped == "time_limit"
    assert found.objectives[0].bound <= best <= found.objectives[0].value


def test_no_time_at_all_is_no_proof_that_there_is_no_plan() -> None:
    found = allocate(problem_of("plain-S-101.json"), Effort(gap=0.0, limit_s=0.0, seed=0), Silent())

    assert isinstance(found, NoPlan)
    assert not found.proven


def test_time_spent_is_added_to_the_effort() -> None:
    effort = Effort(gap=0.0, limit_s=60.0, seed=0)

    allocate(problem_of("plain-S-101.json"), effort, Silent())

    assert 0.0 < effort.spent_s < 60.0


def test_solving_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    allocate(problem_of("plain-S-101.json"), Effort(gap=0.0, limit_s=60.0, seed=0), Silent())

    assert capfd.readouterr() == ("", "")
