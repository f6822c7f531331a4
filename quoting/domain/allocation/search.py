"""One objective at a time: solves of one model that narrows as they go, each plan recounted before it counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quoting.domain.allocation import highs
from quoting.domain.allocation.by_parts import Tree, Tried, falls_apart
from quoting.domain.allocation.certificate import Recount, recount
from quoting.domain.allocation.highs import How, Solution, Status
from quoting.domain.allocation.linear import Number, Terms, greatest, least
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.narrowing import affordable, favoured, likely, reachable
from quoting.domain.allocation.objective import OBJECTIVES, Objective
from quoting.domain.allocation.problem import AllocationProblem, Effort, ObjectiveValue, Pair
from quoting.domain.allocation.rules import add_rules
from quoting.domain.watch import Watch

ROOM = 4  # see `sources.read_sources`
_WIDE = 250  # columns from which on a model is narrowed first
_VERY_WIDE = 20_000  # from which on it is narrowed twice, as it is where the first plan is not near the relaxation
_NEAR = 0.05
_FAR, _AIM = 0.005, 0.25  # room above the relaxation from which on a part of it is searched first, and that part
_ROUGH = ((0.7, 1e-2), (3.0, 5e-5))  # columns let in beside each one the relaxation uses, gap of the plan that narrows
_FEW = 6  # offers let in beside those the relaxation uses, where offers stand apart
_FEW_GAP, _FEW_NODES = 3e-4, 80  # of the plan that narrows then, and the branches it may take
# Branches looked at before a solve is begun anew with another seed, and whether it forgets the plan in hand: what takes
# one search hours takes another seconds, and which is not known before.
_ATTEMPTS: tuple[tuple[int | None, bool], ...] = ((4_000, False), (4_000, True), (20_000, False), (None, True))
_FINEST_GRAIN = 10**6  # weights of a finer grain than one part of this are no longer held exactly in a row
_BOUND_TOLERANCE = Fraction(1, 10**9)  # of the solver's arithmetic, relative


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that passed the recount, with the column values that it was read from."""

    values: list[int]
    quantities: Mapping[Pair, int]
    count: Recount


class Search:
    """The solves of one problem, one after the other, on one model that narrows as they go.

    `best`: the plan in hand; `keeps`: by priority the columns that say which rules are kept; `stopped`: a solve ended
    before its gap was closed.
    """

    def __init__(
        self,
        problem: AllocationProblem,
        effort: Effort,
        watch: Watch,
        *,
        partial: bool,
        room: int = ROOM,
    ) -> None:
        self.problem, self.effort, self.watch, self.partial, self.room = problem, effort, watch, partial, room
        self.model = PlanModel(problem, watch, partial=partial, room=room)
        self.keeps = add_rules(self.model)
        self.terms = {name: OBJECTIVES[name].terms(self.model) for name in problem.objectives if name in OBJECTIVES}
        self.best: Plan | None = None
        self.guide: str | None = None  # the objective last solved, whose weights lead a search for any plan
        self.stopped = False

    # ---- objectives

    def optimise(self, name: str, *, halved: bool = False) -> tuple[Status, ObjectiveValue | None]:
        """Optimise one objective and narrow to plans that are no worse in it.

        Args:
            halved: of the time that is left, half is enough to find no plan in.
        """
        if name == "min_time":
            return self._soonest()
        objective, terms = OBJECTIVES[name], self.terms[name]
        grain = _grain(terms)
        until = self.effort.spent_s + self.effort.left_s
        seek_until = until - self.effort.left_s * (0.5 if halved else 0.0)
        asked = How(
            maximise=objective.maximise,
            gap=self.effort.gap,
            resolution=0.01 if grain is None else 1 / grain,
            tell=True,
        )
        upper, solution = self._approach(name, asked, seek_until)
        for shift, (nodes, fresh) in enumerate(_ATTEMPTS):
            end = seek_until if self.best is None else until
            if solution is not None:
                if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or self.effort.spent_s >= end:
                    break
                if shift and self.effort.most_nodes is not None:  # who counts nodes wants no proof at any price
                    break
            how = replace(asked, upper=None if fresh else upper, nodes=nodes, shift=shift, within=self._better(name))
            solution = self.solve(terms, self._until(how, end), fresh=fresh)
            if solution.status is Status.INFEASIBLE and how.within is not None:
                solution = replace(solution, status=Status.OPTIMAL)
        assert solution is not None
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

    def _approach(self, name: str, asked: How, until: float) -> tuple[list[int] | None, Solution | None]:
        """In a wide model, upper bounds of its columns that lose no plan better than one that is soon found; and what
        was found, where that was the best already."""
        model, terms = self.model, self.terms[name]
        if (by_parts := self._by_parts(name, asked, until)) is not None:
            return None, by_parts
        relaxed = self._relax(name, model.linear.upper) if len(model.linear.lower) >= _WIDE else None
        if relaxed is None:
            return None, None
        self._look_around(name, relaxed, asked, until)
        start = self._start()
        if start is None or self.best is None:
            return None, None
        value = self.best.count.objectives[name]
        upper = affordable(model, value) if name == "min_cost" else model.linear.upper
        upper = [max(bounds) for bounds in zip(upper, start, strict=True)]
        relaxed = self._relax(name, upper)
        if relaxed is None:
            return upper, None
        room = self._room(name, relaxed)
        if room > _FAR * abs(relaxed.value):
            aim = relaxed.value + room * _AIM
            near = replace(
                asked,
                within=-aim if asked.maximise else aim,
                upper=reachable(model, upper, relaxed, aim),
                nodes=_ATTEMPTS[0][0],
            )
            solution = self.solve(terms, self._until(near, until, 0.25), fresh=True)
            if solution.status is Status.OPTIMAL:
                return None, solution
            start, room = self._start(), self._room(name, relaxed)
            assert start is not None
        upper = reachable(model, upper, relaxed, relaxed.value + room)
        return [max(bounds) for bounds in zip(upper, start, strict=True)], None

    def _by_parts(self, name: str, asked: How, until: float) -> Solution | None:
        """The least cost by a search over volume groups; None where that does not apply or finds no plan."""
        if self._start() is not None or self.effort.most_nodes is not None or not falls_apart(self.model, name):
            return None

        def attempt(upper: list[int]) -> Tried:
            solution = self.solve(self.terms[name], self._until(replace(asked, upper=upper), until))
            value = None if self.best is None else float(self.best.count.objectives[name])
            nothing = math.inf if solution.status is Status.INFEASIBLE else -math.inf
            return Tried(value, nothing if solution.bound is None else solution.bound)

        tree = Tree(self.model, self.terms[name], self.effort, self.watch, attempt, until, asked.resolution)
        closed = tree.run()
        if self.best is None:
            return None
        return Solution(Status.OPTIMAL if closed else Status.FEASIBLE, self.best.values, tree.bound)

    def _look_around(self, name: str, relaxed: highs.Relaxation, asked: How, until: float) -> None:
        """Look for a plan near the relaxation in small models, unless one is in hand."""
        very_wide = len(self.model.linear.lower) >= _VERY_WIDE
        near = self._room(name, relaxed) <= _NEAR * abs(relaxed.value)
        for upper, gap, nodes in () if near else self._kernels(relaxed):
            rough = replace(asked, gap=max(gap, asked.gap), upper=upper, nodes=nodes)
            self.solve(self.terms[name], self._until(rough, until, 0.25))
            if not very_wide and self._room(name, relaxed) <= _NEAR * abs(relaxed.value):
                break

    def _better(self, name: str) -> float | None:
        """The value from which on a plan is better than that in hand by more than the gap asked for; None in a narrow
        model, whose solves are short and then say more than that."""
        if not self.effort.gap or self._start() is None or self.best is None or len(self.model.linear.lower) < _WIDE:
            return None
        value = float(self.best.count.objectives[name])
        step = self.effort.gap * highs.CLOSE_ENOUGH * abs(value)
        return value + step if OBJECTIVES[name].maximise else value - step

    def _relax(self, name: str, upper: Sequence[int]) -> highs.Relaxation | None:
        maximise = OBJECTIVES[name].maximise
        return highs.relax(self.model.linear, self.terms[name], self.effort, self.watch, maximise=maximise, upper=upper)

    def _room(self, name: str, relaxed: highs.Relaxation) -> float:
        """By how much the plan in hand is above the relaxation, in its sense."""
        if self.best is None or self._start() is None:
            return math.inf
        value = float(self.best.count.objectives[name])
        return (-value if OBJECTIVES[name].maximise else value) - relaxed.value

    def _until(self, how: How, until: float, part: float = 1.0) -> How:
        return replace(how, limit_s=max(until - self.effort.spent_s, 0.0) * part)

    def _kernels(self, relaxed: highs.Relaxation) -> Iterator[tuple[list[int], float, int | None]]:
        """Upper bounds that leave a small model in which a plan is looked for, one after the other, with the gap and
        the branches to look for it."""
        apart = not self.problem.rules and all(source.lot.group is None for source in self.model.sources)
        rough: Sequence[tuple[float, float]] = _ROUGH
        if apart and len(self.model.linear.lower) < _VERY_WIDE:
            yield likely(self.model, relaxed, _FEW), _FEW_GAP, _FEW_NODES
            rough = _ROUGH[1:]
        for favour, gap in rough:
            yield favoured(self.model, relaxed, favour), gap, _ATTEMPTS[0][0]

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
            status = self.solve({}, How(first=True)).status
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
            status = self.solve(guide, How(first=True, maximise=self._guide_maximises)).status
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

    # ---- one solve

    def solve(self, terms: Terms, how: How, *, fresh: bool = False) -> Solution:
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
                    self.best = Plan(solution.values, quantities, count)
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


def _grain(terms: Mapping[int, Number]) -> int | None:
    """The number of equal parts of one unit that every value of the terms comes in; None where they are too fine."""
    parts = math.lcm(*(value.denominator for value in terms.values()))
    return parts if parts <= _FINEST_GRAIN else None
