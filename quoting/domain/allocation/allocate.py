"""The best plan: as many rules kept as can be, then each objective in turn among the plans the earlier ones leave."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quoting.domain.allocation import highs
from quoting.domain.allocation.certificate import Recount, recount
from quoting.domain.allocation.highs import How, Solution, Status
from quoting.domain.allocation.linear import Number, Terms, greatest, least
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.narrowing import affordable, favoured, likely, reachable
from quoting.domain.allocation.objective import OBJECTIVES, Objective
from quoting.domain.allocation.problem import (
    Allocation,
    AllocationProblem,
    Effort,
    NoPlan,
    ObjectiveValue,
    Pair,
)
from quoting.domain.allocation.rules import add_rules
from quoting.domain.allocation.ties import break_ties
from quoting.domain.watch import Watch

_ROOM = 4  # see `sources.read_sources`
_MORE_ROOM = 400
_WIDE = 250  # columns from which on a model is narrowed first
_VERY_WIDE = 5_000  # from which on it is narrowed twice, as it is where the first plan is not near the relaxation
_NEAR = 0.05
_ROUGH = ((0.7, 1e-2), (3.0, 5e-5))  # columns let in beside each one the relaxation uses, gap of the plan that narrows
_FEW = 6  # offers let in beside those the relaxation uses, where offers stand apart
_FEW_GAP, _FEW_NODES = 3e-4, 80  # of the plan that narrows then, and the branches it may take
# Branches looked at before a solve is begun anew with another seed, and whether it forgets the plan in hand: what takes
# one search hours takes another seconds, and which is not known before.
_ATTEMPTS: tuple[tuple[int | None, bool], ...] = ((4_000, False), (4_000, True), (20_000, False), (None, True))
_FINEST_GRAIN = 10**6  # weights of a finer grain than one part of this are no longer held exactly in a row
_BOUND_TOLERANCE = Fraction(1, 10**9)  # of the solver's arithmetic, relative


def allocate(problem: AllocationProblem, effort: Effort, watch: Watch, *, ordered: bool = False) -> Allocation | NoPlan:
    """Choose how many pieces of each offer go to each demand.

    Rules with a priority are given up as little as possible, priority 4 first; then each objective is optimised among
    the plans whose earlier ones are no worse than the values reported. The plan is recounted in whole numbers before it
    is returned. The order of lots, uses, needs and rules does not matter; of plans that are equally good one is taken,
    always the same for the same problem and seed.

    Units: money in minor units.

    Args:
        ordered: of plans that are equally good take the first by the order of `ties`, where the gap asked for is 0.

    Raises:
        Cancelled: the watch said stop.
    """
    search = _Search(problem, effort, watch, partial=False, ordered=ordered)
    found = search.run()
    if isinstance(found, NoPlan) and found.proven and not search.model.all_bounded:
        found = _Search(problem, effort, watch, partial=False, room=_MORE_ROOM, ordered=ordered).run()
    return found


def allocate_partial(
    problem: AllocationProblem, effort: Effort, watch: Watch, *, ordered: bool = False
) -> Allocation | None:
    """The best of the plans that meet as many demands as can be met together; None when not one can be met.

    Raises:
        Cancelled: the watch said stop.
    """
    found = _Search(problem, effort, watch, partial=True, ordered=ordered).run()
    return None if isinstance(found, NoPlan) else found


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan that passed the recount, with the column values that it was read from."""

    values: list[int]
    quantities: Mapping[Pair, int]
    count: Recount


class _Search:
    """The solves of one problem, one after the other, on one model that narrows as they go."""

    def __init__(
        self,
        problem: AllocationProblem,
        effort: Effort,
        watch: Watch,
        *,
        partial: bool,
        room: int = _ROOM,
        ordered: bool = False,
    ) -> None:
        self.ordered = ordered
        self.problem, self.effort, self.watch, self.partial = problem, effort, watch, partial
        self.model = PlanModel(problem, partial=partial, room=room)
        self.keeps = add_rules(self.model)
        self.terms = {name: OBJECTIVES[name].terms(self.model) for name in problem.objectives if name in OBJECTIVES}
        self.best: _Plan | None = None
        self.guide: str | None = None  # the objective last solved, whose weights lead a search for any plan
        self.stopped = False

    def run(self) -> Allocation | NoPlan:
        status = self._meet_most() if self.partial else Status.OPTIMAL
        if status is Status.INFEASIBLE:
            return NoPlan(True, self.model.size)
        first, *others = self.problem.objectives
        any_rules = self.best
        if any_rules is not None and any_rules.count.given_up:
            self.best = None  # first look for a plan that keeps every rule
        self._keep_all(1)
        status, reached = self._optimise(first, halved=bool(self.keeps))
        if reached is None and self.keeps:
            self.stopped = self.stopped or status is Status.UNKNOWN
            self._keep_all(0)
            self.best = any_rules
            if self._keep_most() is not Status.INFEASIBLE:
                status, reached = self._optimise(first)
        if reached is None or self.best is None:
            return NoPlan(status is Status.INFEASIBLE, self.model.size)
        values = [reached]
        for name in others:
            _, reached = self._optimise(name)
            assert reached is not None
            values.append(reached)
        first_of_equals = self._first_of_equals() if self.ordered else None
        count = self.best.count
        # A later objective never worsens an earlier one, but may better it within its gap.
        values = [replace(v, value=count.objectives[v.name]) for v in values]
        return Allocation(
            quantities=self.best.quantities,
            breaks=count.breaks,
            objectives=tuple(values),
            total_minor=count.total_minor,
            given_up=count.given_up,
            unserved=count.unserved,
            stopped="time_limit" if self.stopped else None,
            size=self.model.size,
            first_of_equals=first_of_equals,
        )

    # ---- before the objectives: demands met, rules kept

    def _meet_most(self) -> Status:
        """Narrow to plans that meet as many demands as can be met; infeasible where that is none."""
        met = dict.fromkeys(self.model.met.values(), 1)
        status = self._solve(met, How(maximise=True)).status
        if self.best is None:
            return status
        number = len(self.problem.needs) - len(self.best.count.unserved)
        self.model.linear.row(met, lower=number)
        self.stopped = self.stopped or status is not Status.OPTIMAL
        return Status.OPTIMAL if number else Status.INFEASIBLE

    def _keep_all(self, lower: int) -> None:
        for keeps in self.keeps.values():
            for column in keeps.values():
                self.model.linear.lower[column] = lower

    def _keep_most(self) -> Status:
        """Narrow to plans that keep as many rules of priority 1 as can be kept, then of 2, 3, 4."""
        for priority, keeps in sorted(self.keeps.items()):
            kept = dict.fromkeys(keeps.values(), 1)
            status = self._solve(kept, How(maximise=True)).status
            if status is Status.INFEASIBLE or self.best is None:
                return status
            self.stopped = self.stopped or status is not Status.OPTIMAL
            number = self._kept(self.best.count)[priority]
            self.model.linear.row(kept, lower=number)
            if number == len(keeps):
                for column in keeps.values():
                    self.model.linear.lower[column] = 1
        return Status.OPTIMAL

    def _kept(self, count: Recount) -> dict[int, int]:
        return {p: sum(rule not in count.given_up for rule in keeps) for p, keeps in self.keeps.items()}

    # ---- objectives

    def _optimise(self, name: str, *, halved: bool = False) -> tuple[Status, ObjectiveValue | None]:
        """Optimise one objective and narrow to plans that are no worse in it."""
        if name == "min_time":
            return self._soonest()
        objective, terms = OBJECTIVES[name], self.terms[name]
        grain = _grain(terms)
        until = self.effort.spent_s + self.effort.left_s * (0.5 if halved else 1.0)
        upper = self._narrow(name, until)
        for shift, (nodes, fresh) in enumerate(_ATTEMPTS):
            how = How(
                maximise=objective.maximise,
                gap=self.effort.gap,
                resolution=0.01 if grain is None else 1 / grain,
                limit_s=max(until - self.effort.spent_s, 0.0),
                upper=None if fresh else upper,
                nodes=nodes,
                shift=shift,
                tell=True,
            )
            solution = self._solve(terms, how, fresh=fresh)
            if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or self.effort.spent_s >= until:
                break
            if self.effort.most_nodes is not None:  # who counts nodes wants one try, not a proof at any price
                break
        if self.best is None:
            return solution.status, None
        if solution.status is Status.INFEASIBLE:  # not so: there is the plan in hand
            solution = Solution(Status.UNKNOWN)
        self.stopped = self.stopped or solution.status is not Status.OPTIMAL
        value = self.best.count.objectives[name]
        bound = self._bound(solution, objective, terms, grain, value)
        self._hold(objective, terms, grain, value)
        self.guide = name
        return solution.status, ObjectiveValue(name, value, bound)

    def _narrow(self, name: str, until: float) -> list[int] | None:
        """In a wide model, upper bounds of its columns that lose no plan better than one that is soon found."""
        objective, terms, linear = OBJECTIVES[name], self.terms[name], self.model.linear
        if len(linear.lower) < _WIDE:
            return None
        if self._start() is None:
            relaxed = highs.relax(linear, terms, self.effort, self.watch, maximise=objective.maximise)
            if relaxed is None:
                return None
            for upper, gap, nodes in self._kernels(relaxed):
                rough = How(
                    maximise=objective.maximise,
                    gap=max(gap, self.effort.gap),
                    limit_s=max(until - self.effort.spent_s, 0.0) / 4,
                    upper=upper,
                    nodes=nodes,
                    tell=True,
                )
                self._solve(terms, rough)
                if self.best is not None and len(linear.lower) < _VERY_WIDE:
                    value = self.best.count.objectives[name]
                    if abs(float(value) - abs(relaxed.value)) <= _NEAR * abs(relaxed.value):
                        break
        start = self._start()
        if start is None or self.best is None:
            return None
        value = self.best.count.objectives[name]
        upper = affordable(self.model, value) if name == "min_cost" else list(linear.upper)
        upper = [max(bounds) for bounds in zip(upper, start, strict=True)]
        relaxed = highs.relax(linear, terms, self.effort, self.watch, maximise=objective.maximise, upper=upper)
        if relaxed is not None:
            upper = reachable(linear, upper, relaxed, float(-value if objective.maximise else value))
        return [max(bounds) for bounds in zip(upper, start, strict=True)]

    def _kernels(self, relaxed: highs.Relaxation) -> Iterator[tuple[list[int], float, int | None]]:
        """Upper bounds that leave a small model in which a plan is looked for, one after the other, with the gap and
        the branches to look for it."""
        apart = not self.problem.rules and all(source.lot.group is None for source in self.model.sources)
        rough: Sequence[tuple[float, float]] = _ROUGH
        if apart and len(self.model.linear.lower) < _VERY_WIDE:
            yield likely(self.model, relaxed, _FEW), _FEW_GAP, _FEW_NODES
            rough = _ROUGH[1:]
        for favour, gap in rough:
            yield favoured(self.model.linear, relaxed, favour), gap, _ATTEMPTS[0][0]

    def _hold(self, objective: Objective, terms: Terms, grain: int | None, value: Fraction) -> None:
        if grain is None:  # rounded against the plan, which stays within the row all the same
            terms = {c: Fraction(math.ceil(v * _FINEST_GRAIN), _FINEST_GRAIN) for c, v in terms.items()}
            assert self.best is not None
            value = Fraction(sum(v * self.best.values[c] for c, v in terms.items()))
        if objective.maximise:
            self.model.linear.row(terms, lower=value)
        else:
            self.model.linear.row(terms, upper=value)

    def _bound(
        self, solution: Solution, objective: Objective, terms: Terms, grain: int | None, value: Fraction
    ) -> Fraction:
        """What no plan can better: the solver's bound, rounded outwards, never on the wrong side of the value."""
        if solution.status is Status.OPTIMAL and self.effort.gap == 0:
            return value
        sign = -1 if objective.maximise else 1
        if solution.bound is None:
            extreme = greatest if objective.maximise else least
            return Fraction(sign * min(sign * extreme(self.model.linear, terms), sign * value))
        bound = sign * Fraction(solution.bound)
        bound -= _BOUND_TOLERANCE * max(Fraction(1), abs(bound))
        if grain is not None:
            bound = Fraction(math.ceil(bound * grain), grain)
        return sign * min(bound, sign * value)

    def _soonest(self) -> tuple[Status, ObjectiveValue | None]:
        """The least day by which everything can be there, found by halving the days on which something arrives."""
        if self.best is None:
            status = self._solve({}, How(first=True)).status
            if self.best is None:
                return status, None
        arrivals: dict[int, list[int]] = {}  # day to the columns that arrive on it
        for s, source in enumerate(self.model.sources):
            for b, block in enumerate(source.blocks):
                columns = (q.column for q in self.model.quantities((s, b)))
                arrivals.setdefault(block.use.days or 0, []).extend(columns)
        upper = list(self.model.linear.upper)
        open_days = sorted(day for day in {0, *arrivals} if day < self.best.count.objectives["min_time"])
        while open_days:
            middle = open_days[(len(open_days) - 1) // 2]
            self._bar(arrivals, middle)
            guide = {} if self.guide is None else self.terms[self.guide]
            status = self._solve(guide, How(first=True, maximise=self._guide_maximises)).status
            self.model.linear.upper[:] = upper
            if status is Status.INFEASIBLE:
                open_days = [day for day in open_days if day > middle]
            elif status is Status.UNKNOWN:
                break
            else:
                open_days = [day for day in open_days if day < self.best.count.objectives["min_time"]]
        value = self.best.count.objectives["min_time"]
        self._bar(arrivals, int(value))
        self.stopped = self.stopped or bool(open_days)
        return Status.OPTIMAL, ObjectiveValue("min_time", value, Fraction(open_days[0]) if open_days else value)

    @property
    def _guide_maximises(self) -> bool:
        return self.guide is not None and OBJECTIVES[self.guide].maximise

    def _bar(self, arrivals: Mapping[int, list[int]], after: int) -> None:
        for day, columns in arrivals.items():
            for column in columns if day > after else ():
                self.model.linear.upper[column] = 0

    # ---- after them: the first of plans that are equally good

    def _first_of_equals(self) -> bool:
        """Take the first by the order of `ties`; False where the gap asked for or the time leaves that open."""
        if self.effort.gap or self.stopped or self.best is None:
            return False
        before = self.best
        broken = break_ties(self.model, _offers(before), self._offers_of)
        worse = any(self.best.count.objectives[name] != value for name, value in before.count.objectives.items())
        if worse or not broken:
            self.best = before  # half-settled ties would hang on the time they took
        return broken and not worse

    def _offers_of(self, terms: Terms, maximise: bool) -> set[str] | None:
        status = self._solve(terms, How(maximise=maximise, limit_s=self.effort.left_s / 4)).status
        return _offers(self.best) if status is Status.OPTIMAL and self.best is not None else None

    # ---- one solve

    def _solve(self, terms: Terms, how: How, *, fresh: bool = False) -> Solution:
        """Solve and recount. A plan that passes becomes the best; one that fails is looked for again, more strictly."""
        bound = None
        for strict in (False, True):
            asked = replace(how, start=None if fresh else self._start(), strict=strict)
            solution = highs.solve(self.model.linear, terms, self.effort, self.watch, asked)
            if solution.values is None:
                return solution
            bound = solution.bound if bound is None else bound
            quantities = self.model.plan(solution.values)
            count = recount(self.problem, quantities)
            if self._stands(count):
                if how.first or not self._worse(terms, solution.values, how.maximise):
                    self.best = _Plan(solution.values, quantities, count)
                return solution
        return Solution(Status.UNKNOWN, None, bound)

    def _start(self) -> list[int] | None:
        """The plan in hand, where the model has had no further columns since."""
        best = self.best
        return best.values if best is not None and len(best.values) == len(self.model.linear.lower) else None

    def _worse(self, terms: Terms, values: Sequence[int], maximise: bool) -> bool:
        """Whether a plan is worse than the one in hand, which a solve cut short may return."""
        start = self._start()
        if start is None:
            return False
        gain = sum(value * (values[column] - start[column]) for column, value in terms.items())
        return gain < 0 if maximise else gain > 0

    def _stands(self, count: Recount) -> bool:
        return not count.faults and (self.partial or not count.unserved)


def _offers(plan: _Plan) -> set[str]:
    return {offer for offer, _ in plan.quantities}


def _grain(terms: Mapping[int, Number]) -> int | None:
    """The number of equal parts of one unit that every value of the terms comes in; None where they are too fine."""
    parts = math.lcm(*(value.denominator for value in terms.values()))
    return parts if parts <= _FINEST_GRAIN else None
