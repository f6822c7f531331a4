"""The bench compares what is comparable: one problem, three solvers, one optimum."""

from __future__ import annotations

import pytest

from bench.instances import instance
from bench.stages import WRAPPED, owner_of
from bench.yardsticks import solve_in_cp_sat, solve_in_highs
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, Effort
from quoting.domain.watch import Silent

SMALL = ["rules-S-101", "charges-S-101", "soft-S-101", "plain-14x2-1", "tqd-4x5x3-1"]


@pytest.mark.parametrize("name", SMALL)
def test_the_textbook_model_in_both_solvers_has_our_optimum(name: str) -> None:
    problem = instance(name).problem

    ours = allocate(problem, Effort(0.0, 60.0, 0), Silent())

    assert isinstance(ours, Allocation)
    for solve in (solve_in_highs, solve_in_cp_sat):
        run = solve(problem, 0.0, 60.0)
        assert run.value == float(ours.objectives[0].value), solve.__name__
        assert sum(run.given_up) == len(ours.given_up), solve.__name__


@pytest.mark.parametrize("path", [path for _, path in WRAPPED])
def test_what_the_bench_times_is_there(path: str) -> None:
    owner, name = owner_of(path)

    assert callable(getattr(owner, name))


@pytest.mark.parametrize("name", ["plain-60x4-3", "rules-60x4-3", "charges-60x4-3", "soft-60x4-3", "tqd-6x9x4-3"])
def test_a_drawn_instance_is_the_same_each_time(name: str) -> None:
    assert instance(name) == instance(name)
