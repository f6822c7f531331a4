"""What a buyer could trade: cost against delivery, and against capability, each point the best plan of its kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, Need, NoPlan, PlanRule
from quoting.domain.answer import Frontier, FrontierPoint, Plan
from quoting.domain.explain.gains import capability_unit, decimal
from quoting.domain.money import Money
from quoting.domain.request import Objective, QuoteRequest
from quoting.domain.watch import Watch

_MOST_POINTS = 8
_WORK = 8000  # solves of one column each in a second, as a rule: sizes the number of points, not their time
_PARTS = (Fraction(1), Fraction(9, 10), Fraction(3, 4), Fraction(1, 2), Fraction(1, 4))  # of the most that can be had
_TIMES = (Fraction(1), Fraction(11, 10), Fraction(9, 10), Fraction(5, 4), Fraction(3, 4))  # what is asked for
_HELD = "~frontier"


class FrontierFinder:
    """Finds the frontiers of one problem, to the gap that the request asks for, within its time."""

    def __init__(
        self, request: QuoteRequest, problem: AllocationProblem, leading: Plan, size: int, effort: Effort, watch: Watch
    ) -> None:
        """`leading`: the plan whose problem it is; `size`: columns of its model."""
        self._basis = leading.basis
        self._request, self._problem, self._effort, self._watch = request, problem, effort, watch
        self._most = min(_MOST_POINTS, max(2, int(effort.limit_s * _WORK / max(size, 1) ** 1.5)))
        self._cut = False

    def frontiers(self) -> tuple[Frontier, ...]:
        """Cost against delivery, then cost against capability.

        Raises:
            Cancelled: the watch said stop.
        """
        return (
            self._frontier("delivery", self._by_delivery),
            self._frontier("capability", self._by_capability),
        )

    def _frontier(self, name: str, points: Callable[[], Iterable[FrontierPoint]]) -> Frontier:
        self._cut = False
        found = list(points())
        note = "time ran out before all points were found" if self._cut else None
        return Frontier(name, self._basis, tuple(found), note)

    def _by_delivery(self) -> Iterable[FrontierPoint]:
        """From the plan that takes its time to the quickest: each has to be there sooner than the one before."""
        wanted = tuple(o for o in self._problem.objectives if o != Objective.MIN_TIME) or ("min_cost",)
        problem = replace(self._problem, objectives=wanted)
        if any(use.days is None for use in problem.uses):
            problem = replace(problem, uses=tuple(use for use in problem.uses if use.days is not None))
        days = {use.pair: use.days or 0 for use in problem.uses}
        points: list[FrontierPoint] = []
        for _ in range(self._most):
            plan = self._solve(problem)
            if plan is None:
                break
            latest = max((days[pair] for pair in plan.quantities), default=0)
            point = self._point(plan, latest, None)
            points = [p for p in points if p.total.amount < point.total.amount or p.capability != point.capability]
            points.append(point)
            problem = replace(problem, uses=tuple(use for use in problem.uses if days[use.pair] < latest))
        return points

    def _by_capability(self) -> Iterable[FrontierPoint]:
        """For parts of the most that can be had, or for more and less than what is asked, the least cost."""
        greedy = {need.demand for need in self._problem.needs if need.amount is None}
        cheapest = replace(self._problem, objectives=("min_cost",))
        if greedy:
            most = self._solve(replace(self._problem, objectives=("max_capability",)))
            if most is None:
                return []
            reached = most.objectives[0].value
            problems = [(part, _at_least(cheapest, greedy, part * reached)) for part in _PARTS]
        else:
            problems = [(times, replace(cheapest, needs=_scaled(cheapest.needs, times))) for times in _TIMES]
        points = []
        for part, problem in problems[: self._most]:
            plan = self._solve(problem)
            if plan is not None:
                days = {use.pair: use.days for use in problem.uses}
                taken = [days[pair] for pair in plan.quantities]
                known = [day for day in taken if day is not None]
                latest = max(known, default=0) if len(known) == len(taken) else None
                points.append(self._point(plan, latest, part))
        return sorted(points, key=lambda point: point.part or 0)

    def _solve(self, problem: AllocationProblem) -> Allocation | None:
        found = allocate(problem, self._effort, self._watch)
        if isinstance(found, NoPlan):
            self._cut = self._cut or not found.proven
            return None
        self._cut = self._cut or found.stopped is not None
        return found

    def _point(self, plan: Allocation, days: int | None, part: Fraction | None) -> FrontierPoint:
        uses = {use.pair: use for use in self._problem.uses}
        greedy = {need.demand for need in self._problem.needs if need.amount is None}
        capability = sum(
            (n * uses[pair].counts for pair, n in plan.quantities.items() if pair[1] in greedy), Fraction(0)
        )
        return FrontierPoint(
            total=Money.of_minor(plan.total_minor, self._request.report_currency),
            days=days,
            capability=decimal(capability) if greedy else None,
            unit=capability_unit(self._request) if greedy else None,
            part=None if part is None else decimal(part),
        )


def _at_least(problem: AllocationProblem, greedy: set[str], amount: Fraction) -> AllocationProblem:
    """The problem with a least sum over the demands that take all they can get, counted by a figure of its own."""
    uses = tuple(replace(u, figures={**u.figures, _HELD: u.counts}) if u.demand in greedy else u for u in problem.uses)
    pairs = frozenset(use.pair for use in uses if use.demand in greedy)
    rule = PlanRule(_HELD, "cap", pairs, pairs, measure=_HELD, op=">=", value=amount)
    return replace(problem, uses=uses, rules=(*problem.rules, rule))


def _scaled(needs: Iterable[Need], times: Fraction) -> tuple[Need, ...]:
    return tuple(
        need if need.amount is None else replace(need, amount=Fraction(math.ceil(need.amount * times)))
        for need in needs
    )
