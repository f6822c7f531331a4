"""What another problem would have given: the plan beside which a limit, an offer or an answer is weighed.

A plan is better than another when it gives up fewer rules, the first priority first, or gives up as many and is better
in the first objective in which they differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.certificate import Recount, recount
from quoting.domain.allocation.objective import OBJECTIVES
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan, PlanRule
from quoting.domain.allocation.reduced_costs import least_discounts
from quoting.domain.allocation.sources import read_sources
from quoting.domain.watch import Watch

Score = tuple[Fraction, ...]

_WORK = 20_000  # solves of one column each in a second, as a rule: sizes the number of solves, not their time
_MOST_ROUNDS = 40
_FORCED = "~forced"  # id of the rule that makes a plan use an offer; an id of the caller's never reaches the solver


class OutOfTime(Exception):
    """A solve ended before its answer was proven."""


@dataclass(frozen=True, slots=True)
class Worth:
    """How much better a plan is in the first objective in which it differs. Units: those of the objective."""

    objective: str
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Entry:
    """The price at which an offer enters: the highest on its grid at which the best plan has to use it.

    `at` None: at no price above zero. `plan` is one that uses it at that price.
    """

    at: int | None
    plan: Allocation | None


class WhatIf:
    """Solves of one problem's neighbours, all to gap 0, within what is left of the effort."""

    def __init__(
        self, problem: AllocationProblem, effort: Effort, watch: Watch, known: Allocation | None = None
    ) -> None:
        """`known`: a plan of the problem; where it is proven to be the best, it is not looked for again."""
        self.problem, self.effort, self._watch = problem, effort, watch
        self._priorities = {rule.id: rule.priority for rule in problem.rules}
        self.solves = 0
        base = known if known is not None and _proven(known) else self.solve(problem)
        if base is None:
            raise OutOfTime
        self.base = base
        self.allowance = int(effort.limit_s * _WORK / max(base.size.columns, 1) ** 1.5)

    def solve(self, problem: AllocationProblem) -> Allocation | None:
        """The best plan of a problem, proven; None where there is none.

        Raises:
            OutOfTime: it was not proven in the time that is left.
            Cancelled: the watch said stop.
        """
        self.solves += 1
        exact = replace(self.effort, gap=0.0, limit_s=self.effort.left_s, spent_s=0.0)
        found = allocate(problem, exact, self._watch)
        self.effort.spent_s += exact.spent_s
        if isinstance(found, NoPlan):
            if found.proven:
                return None
            raise OutOfTime
        if not _proven(found):
            raise OutOfTime
        return found

    def better(self, plan: Allocation | Recount) -> bool:
        return self._score(plan) < self._score(self.base)

    def worth(self, plan: Allocation) -> Worth | None:
        """What a better plan gains on the base; None where it is no better or gives up fewer rules."""
        if self._given_up(plan) != self._given_up(self.base):
            return None
        for before, after in zip(self.base.objectives, plan.objectives, strict=True):
            if before.value != after.value:
                gain = (after.value - before.value) * (1 if _maximised(before.name) else -1)
                return Worth(before.name, gain) if gain > 0 else None
        return None

    def forced(self, offer: str) -> Allocation | None:
        """The best plan of those that use the offer. Raises as `solve`."""
        pairs = frozenset(use.pair for use in self.problem.uses if use.offer == offer)
        rule = PlanRule(_FORCED, "count", pairs, pairs, op=">=", of="offers", value=Fraction(1))
        return self.solve(replace(self.problem, rules=(*self.problem.rules, rule)))

    def least_discounts(self) -> Mapping[str, Mapping[int, float]]:
        """What the relaxation tells of offers that are not used, see `reduced_costs`. Raises Cancelled."""
        return least_discounts(self.problem, self.base.objectives[0].value, self.effort, self._watch)

    def entry(self, offered: int, at: Callable[[int], AllocationProblem], plan: Allocation) -> Entry:
        """The highest price of an unused offer at which the best plan uses it.

        A plan that uses the offer tells up to which price it would be the better one; the solve just above that price
        either finds another such plan or proves that there is none. Where the first objective is not money, the price
        is halved in between instead.

        Args:
            offered: the offer's price, in steps of its grid.
            at: the problem with the offer at another price.
            plan: the best of the plans that use it at the offered price.

        Raises:
            OutOfTime, Cancelled: as `solve`.
        """
        enters, stays_out = 0, offered
        witness: Allocation | None = None
        by_cost = self.problem.objectives[0] == "min_cost"
        reached = self._holds_up_to(plan, at, offered)
        if reached:
            enters, witness = reached, plan
        for _ in range(_MOST_ROUNDS):
            if stays_out - enters <= 1:
                break
            price = enters + 1 if by_cost or not enters else (enters + stays_out) // 2
            found = self.solve(at(price))
            if found is None or not self.better(found):
                stays_out = price
                continue
            witness, enters = found, max(price, self._holds_up_to(found, at, stays_out))
        else:
            raise OutOfTime
        return Entry(enters or None, witness)

    def _holds_up_to(self, plan: Allocation, at: Callable[[int], AllocationProblem], below: int) -> int:
        """The highest price under `below` at which this very plan is lawful in its limits and better than the base."""
        low, high = 0, below
        while high - low > 1:
            middle = (low + high) // 2
            count = recount(at(middle), plan.quantities)
            low, high = (middle, high) if count.holds and self.better(count) else (low, middle)
        return low

    def _score(self, plan: Allocation | Recount) -> tuple[Score, Score]:
        values = plan.objectives
        named: Mapping[str, Fraction] = (
            values if isinstance(values, Mapping) else {objective.name: objective.value for objective in values}
        )
        signed = tuple(-named[n] if _maximised(n) else named[n] for n in self.problem.objectives)
        return self._given_up(plan), signed

    def _given_up(self, plan: Allocation | Recount) -> Score:
        given = Counter(self._priorities.get(rule, 0) for rule in plan.given_up)
        return tuple(Fraction(given[priority]) for priority in (1, 2, 3, 4))


def endless(problem: AllocationProblem) -> bool:
    """Whether nothing bounds what a maximise demand could take: its best plan is then a convention, not an optimum."""
    most = {need.demand for need in problem.needs if need.amount is None}
    uses = tuple(use for use in problem.uses if use.demand in most)
    return not read_sources(replace(problem, uses=uses), 1).all_bounded


def _proven(plan: Allocation) -> bool:
    return plan.stopped is None and all(o.value == o.bound for o in plan.objectives)


def offers_of(plan: Allocation) -> set[str]:
    return {offer for offer, _ in plan.quantities}


def _maximised(name: str) -> bool:
    return name in OBJECTIVES and OBJECTIVES[name].maximise
