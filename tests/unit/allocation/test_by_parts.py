"""A model taken apart by volume groups: its bounds hold, and a search by them finds what trying every plan finds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from bench.instances import total_quantity_discount
from quoting.domain.allocation import by_parts, highs
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.bundle import Bundle, added, ask, begun, weighed, within
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.objective import OBJECTIVES
from quoting.domain.allocation.parts import Parts
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, Lot, Need, NoPlan, Use
from quoting.domain.errors import Cancelled
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import best_plan, number_of_plans
from tests.unit.allocation.random_problems import random_problem

SEEDS = range(60)


def grouped_problem(seed: int) -> AllocationProblem:
    """Two or three suppliers with a discount on all that is bought of them, for one or two demands."""
    rng = Random(seed)
    while True:
        needs = tuple(Need(f"d{i}", "site", Fraction(rng.randint(2, 9), 2)) for i in range(rng.choice((1, 2, 2))))
        lots, uses = [], []
        for k in range(rng.choice((2, 2, 3))):
            group = None if rng.random() < 0.15 else f"g{k}"
            ends = sorted(rng.sample(range(2, 9), rng.choice((1, 2))))
            thresholds = (rng.choice((1, 1, 2)), *(end for end in ends if end > 2))
            for i in range(1 if group is None else rng.choice((1, 2))):
                name = f"o{k}.{i}"
                moq, multiple = rng.choice((1, 1, 1, 2)), rng.choice((1, 1, 1, 2))
                charge = rng.choice((0, 0, rng.randint(1, 5_000)))
                stock = rng.choice((None, rng.randint(2, 5)))
                lots.append(Lot(name, f"v{k}", "c", "buy", thresholds, moq, multiple, stock, group, None, charge))
                price = rng.randint(2_000, 9_000)
                unit = tuple(price - 700 * t for t in range(len(thresholds)))
                uses += [
                    Use(name, need.demand, "site", rng.choice((Fraction(1), Fraction(3, 2))), unit, days=0)
                    for need in needs
                    if rng.random() < 0.8
                ]
        problem = AllocationProblem(tuple(lots), tuple(uses), needs)
        if number_of_plans(problem) <= 4_000:
            return problem


def problems() -> Iterator[AllocationProblem]:
    for seed in SEEDS:
        yield grouped_problem(seed)
        yield replace(random_problem(seed, rules=False), objectives=("min_cost",))


def test_no_plan_costs_less_than_the_bound_whatever_the_prices() -> None:
    bounded = 0
    for seed, problem in enumerate(problems()):
        best = best_plan(problem)
        if best is None or any(need.amount is None for need in problem.needs):
            continue
        model = PlanModel(problem, Silent())
        parts = Parts(model, OBJECTIVES["min_cost"].terms(model))
        rng = np.random.default_rng(seed)
        for most in (0.0, 3_000.0, 9_000.0, 90_000.0):
            prices = rng.uniform(0.0, most, len(parts.amounts))
            bound = ask(parts, prices, parts.open).bound
            assert bound <= float(best.values[0]) * (1 + 1e-9) + 1e-6, problem
            bounded += bound > 0
    assert bounded > 50


def test_a_bundle_where_breaks_are_shut_is_what_it_would_have_been_had_they_never_been_open() -> None:
    shut = 0
    for seed, problem in enumerate(problems()):
        model = PlanModel(problem, Silent())
        if not model.sources or any(need.amount is None for need in problem.needs):
            continue
        parts = Parts(model, OBJECTIVES["min_cost"].terms(model))
        bundle = climbed(parts, begun(parts, parts.open), 6)
        rng = np.random.default_rng(seed)
        open_ = parts.open & (rng.random(parts.open.shape) < 0.6)
        open_[:, 0] |= ~open_.any(axis=1)
        narrowed = within(parts, bundle, open_)
        for j, prices in enumerate(narrowed.prices):
            asked = ask(parts, prices, open_)
            assert asked.bound == pytest.approx(narrowed.values[j], rel=1e-9, abs=1e-6)
            assert asked.slope == pytest.approx(narrowed.slopes[j], rel=1e-9, abs=1e-6)
            assert asked.at.tolist() == narrowed.at[j].tolist()
        shut += int((narrowed.values > bundle.values).any())
    assert shut > 20


def test_prices_climb_to_the_best_bound_there_is() -> None:
    problem = total_quantity_discount(8, 12, 3, 1)
    model = PlanModel(problem, Silent())
    terms = OBJECTIVES["min_cost"].terms(model)
    parts = Parts(model, terms)
    relaxed = highs.relax(model.linear, terms, Effort(0.0, 60.0, 0), Silent())
    assert relaxed is not None

    bundle = climbed(parts, begun(parts, parts.open), 400)

    assert bundle.bound >= relaxed.value * (1 - 1e-5)
    assert bundle.bound <= relaxed.value * (1 + 2e-2)  # it may be higher: each part is whole at its own breaks
    assert bundle.shares(parts.open.shape[1]).sum(axis=1) == pytest.approx(1.0)


def climbed(parts: Parts, bundle: Bundle, steps: int) -> Bundle:
    for _ in range(steps):
        bundle, prices, foreseen = weighed(parts, bundle)
        bundle = added(bundle, ask(parts, prices, parts.open), foreseen)
    return weighed(parts, bundle)[0]


def test_a_search_by_parts_finds_what_trying_every_plan_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_parts, "_WIDE", 0)
    searched = 0
    for problem in problems():
        best, found = best_plan(problem), allocate(problem, Effort(0.0, 60.0, 0), Silent())
        if best is None:
            assert isinstance(found, NoPlan)
            assert found.proven
            continue
        assert isinstance(found, Allocation), problem
        assert found.objectives[0].value == found.objectives[0].bound == best.values[0], problem
        searched += by_parts.falls_apart(PlanModel(problem, Silent()), "min_cost")
    assert searched > 20


@pytest.mark.parametrize("gap", [1e-2, 1e-3, 1e-4])
def test_a_bound_within_a_gap_is_not_above_the_best_plan(monkeypatch: pytest.MonkeyPatch, gap: float) -> None:
    open_gaps = 0
    for seed in range(12):
        problem = total_quantity_discount(8, 12, 3, seed)
        monkeypatch.setattr(by_parts, "_WIDE", math.inf)
        best = allocate(problem, Effort(0.0, 60.0, 0), Silent())
        monkeypatch.setattr(by_parts, "_WIDE", 0)
        found = allocate(problem, Effort(gap, 60.0, 0), Silent())
        assert isinstance(best, Allocation)
        assert isinstance(found, Allocation)
        least, value, bound = best.objectives[0].value, found.objectives[0].value, found.objectives[0].bound
        assert bound <= least <= value, seed
        assert value - bound <= Fraction(gap) * value, seed
        open_gaps += bound < value
    assert open_gaps > 2


def test_a_drawn_total_quantity_discount_is_proven_to_the_minor_unit() -> None:
    problem = total_quantity_discount(30, 50, 4, 1)

    found = allocate(problem, Effort(0.0, 120.0, 0), Silent())

    assert by_parts.falls_apart(PlanModel(problem, Silent()), "min_cost")
    assert isinstance(found, Allocation)
    assert found.stopped is None
    assert found.objectives[0].value == found.objectives[0].bound


def test_a_search_by_parts_that_time_cuts_short_says_so() -> None:
    found = allocate(total_quantity_discount(50, 100, 4, 1), Effort(0.0, 8.0, 0), Silent())

    assert isinstance(found, Allocation)
    assert found.stopped == "time_limit"
    assert found.objectives[0].bound < found.objectives[0].value


def test_a_watch_that_stops_cancels_a_search_by_parts() -> None:
    with pytest.raises(Cancelled):
        allocate(total_quantity_discount(12, 100, 4, 1), Effort(0.0, 60.0, 0), StopsInTheSearch())


class StopsInTheSearch(Silent):
    """Stops with the first plan that is heard of."""

    def __init__(self) -> None:
        self.heard = False

    def incumbent(self, value: float, bound: float | None) -> None:
        self.heard = True

    def stopped(self) -> bool:
        return self.heard
