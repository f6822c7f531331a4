"""As many rules kept as can be: what relaxations say must go, against trying every plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from quoting.domain.allocation import allocate as stages
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.highs import Status
from quoting.domain.allocation.keeping import Keeping
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, Lot, Need, PlanRule, Use
from quoting.domain.allocation.search import Search
from quoting.domain.watch import Silent
from tests.unit.allocation.brute_force import best_plan
from tests.unit.allocation.random_problems import random_problem, random_rule

SEEDS = range(2000, 2140)
LEAST_TELLING = 5  # problems of each outcome


def with_many_rules() -> Iterator[tuple[int, AllocationProblem]]:
    """Problems with four to six rules more, all of two priorities, so that many cannot be kept together."""
    for seed in SEEDS:
        problem, rng = random_problem(seed), Random(seed)
        if any(lot.stock is None for lot in problem.lots):  # trying every plan has no end there
            continue
        more = (random_rule(rng, problem, 10 + i, True) for i in range(rng.randint(4, 6)))
        rules = (replace(rule, priority=rng.randint(1, 2)) for rule in (*problem.rules, *more))
        yield seed, replace(problem, rules=tuple(rules))


def given_up(problem: AllocationProblem, found: Allocation) -> tuple[int, ...]:
    priorities = [rule.priority for rule in problem.rules if rule.id in found.given_up]
    return tuple(priorities.count(p) for p in (1, 2, 3, 4))


def test_as_few_rules_are_given_up_as_trying_every_plan_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tally: Counter[str] = Counter()

    class Counted(Keeping):
        def settle(self) -> Status:
            status = super().settle()
            tally["hope was false"] += status is Status.OPTIMAL
            return status

    monkeypatch.setattr(stages, "Keeping", Counted)
    for seed, problem in with_many_rules():
        found, best = allocate(problem, Effort(0.0, 60.0, 0), Silent()), best_plan(problem)

        assert isinstance(found, Allocation) is (best is not None), f"seed {seed}"
        if best is not None and isinstance(found, Allocation):
            assert given_up(problem, found) == best.given_up, f"seed {seed}"
            assert tuple(o.value for o in found.objectives) == best.values, f"seed {seed}"
            tally["rules go"] += any(best.given_up)
    print(tally)

    assert min(tally["hope was false"], tally["rules go"]) >= LEAST_TELLING, tally


def four_vendors(*rules: PlanRule) -> AllocationProblem:
    """Ten pieces of one chip, of which each of four vendors has plenty, the later ones dearer."""
    lots = tuple(Lot(f"o{i}", f"v{i}", "chip", "buy", (1,), stock=20) for i in range(4))
    uses = tuple(Use(lot.offer, "d", "site", Fraction(1), (100 + i,), days=0) for i, lot in enumerate(lots))
    return AllocationProblem(lots, uses, (Need("d", "site", Fraction(10)),), rules=rules)


def rule(
    name: str,
    kind: str,
    value: Fraction | int,
    vendors: int = 4,
    *,
    op: str = "<=",
    of: str | None = None,
    priority: int = 1,
) -> PlanRule:
    within = frozenset((f"o{i}", "d") for i in range(4))
    select = frozenset((f"o{i}", "d") for i in range(vendors))
    return PlanRule(name, kind, select, within, "units", op, of, Fraction(value), priority)


def hoped(problem: AllocationProblem) -> list[str]:
    """The rules that hope makes mandatory."""
    search = Search(problem, Effort(0.0, 60.0, 0), Silent(), partial=False)
    Keeping(search).hope()
    columns = {name: column for keeps in search.keeps.values() for name, column in keeps.items()}
    return sorted(name for name, column in columns.items() if search.model.linear.lower[column] == 1)


def test_a_rule_that_no_plan_keeps_is_seen_before_any_plan_is_looked_for() -> None:
    problem = four_vendors(rule("few", "cap", 9), rule("half", "share", Fraction(1, 2), vendors=2))

    assert hoped(problem) == ["half"]


def test_the_problem_hoped_for_is_one_without_the_rules_that_go() -> None:
    few, half = rule("few", "cap", 9), rule("half", "share", Fraction(1, 2), vendors=2)

    def firm(*rules: PlanRule) -> AllocationProblem | None:
        return Keeping(Search(four_vendors(*rules), Effort(0.0, 60.0, 0), Silent(), partial=False)).hope()

    smaller = firm(few, half)
    assert smaller is not None
    assert smaller.rules == (replace(half, priority=0),)
    assert firm(half) is None  # its bounds say as much


def test_of_rules_that_bar_each_other_neither_is_given_up_before_a_plan_says_which() -> None:
    most, least = rule("most", "cap", 3, vendors=2), rule("least", "cap", 4, vendors=2, op=">=")
    problem = four_vendors(most, least, rule("spread", "concentration", Fraction(1, 2)))
    found = allocate(problem, Effort(0.0, 60.0, 0), Silent())

    assert hoped(problem) == []
    assert isinstance(found, Allocation)
    assert found.given_up == ("most",)


def test_rules_of_a_later_priority_are_asked_with_what_the_earlier_ones_keep() -> None:
    half = rule("half", "cap", 5, vendors=2, op=">=")
    few = rule("few", "cap", 4, vendors=2, priority=2)

    assert hoped(four_vendors(half, few)) == ["half"]
    assert hoped(four_vendors(replace(half, priority=3), few)) == ["few"]


def test_shares_that_ask_for_more_vendors_than_a_count_allows_are_seen_without_whole_numbers() -> None:
    spread = rule("spread", "concentration", Fraction(2, 5))
    two = rule("two", "count", 2, of="vendors", priority=2)

    assert hoped(four_vendors(spread, two)) == ["spread"]
    assert hoped(four_vendors(spread, replace(two, value=Fraction(3)))) == ["spread", "two"]
