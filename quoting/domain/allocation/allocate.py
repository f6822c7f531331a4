"""The best plan: as many rules kept as can be, then each objective in turn among the plans the earlier ones leave."""

from __future__ import annotations

from dataclasses import replace

from quoting.domain.allocation.certificate import recount
from quoting.domain.allocation.highs import How, Status
from quoting.domain.allocation.keeping import Keeping
from quoting.domain.allocation.linear import Terms
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan, ObjectiveValue
from quoting.domain.allocation.search import Plan, Search
from quoting.domain.allocation.ties import break_ties
from quoting.domain.watch import Watch

_MORE_ROOM = 400  # see `sources.read_sources`


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
    search = Search(problem, effort, watch, partial=False)
    found = _Stages(search, ordered).run()
    if isinstance(found, NoPlan) and found.proven and not search.model.all_bounded:
        found = _Stages(Search(problem, effort, watch, partial=False, room=_MORE_ROOM), ordered).run()
    return found


def allocate_partial(
    problem: AllocationProblem, effort: Effort, watch: Watch, *, ordered: bool = False
) -> Allocation | None:
    """The best of the plans that meet as many demands as can be met together; None when not one can be met.

    Raises:
        Cancelled: the watch said stop.
    """
    found = _Stages(Search(problem, effort, watch, partial=True), ordered).run()
    return None if isinstance(found, NoPlan) else found


class _Stages:
    """The order of the solves: demands met, rules kept, objectives, and the first of equals where it is asked for."""

    def __init__(self, search: Search, ordered: bool) -> None:
        self.search, self.problem, self.ordered = search, search.problem, ordered

    @property
    def model(self) -> PlanModel:
        return self.search.model

    def run(self) -> Allocation | NoPlan:
        status = self._meet_most() if self.search.partial else Status.OPTIMAL
        if status is Status.INFEASIBLE:
            return NoPlan(True, self.model.size)
        first, *others = self.search.problem.objectives
        status, reached = self._under_rules(first) if self.search.keeps else self.search.optimise(first)
        if reached is None or self.search.best is None:
            return NoPlan(status is Status.INFEASIBLE, self.model.size)
        values = [reached]
        for name in others:
            _, reached = self.search.optimise(name)
            assert reached is not None
            values.append(reached)
        first_of_equals = self._first_of_equals() if self.ordered else None
        count = recount(self.problem, self.search.best.quantities)
        # A later objective never worsens an earlier one, but may better it within its gap.
        values = [replace(v, value=count.objectives[v.name]) for v in values]
        return Allocation(
            quantities=self.search.best.quantities,
            breaks=count.breaks,
            objectives=tuple(values),
            total_minor=count.total_minor,
            given_up=count.given_up,
            unserved=count.unserved,
            stopped="time_limit" if self.search.stopped else None,
            size=self.model.size,
            first_of_equals=first_of_equals,
        )

    def _under_rules(self, first: str) -> tuple[Status, ObjectiveValue | None]:
        """The first objective among the plans that keep as many rules as can be kept."""
        whole = self.search
        any_rules = whole.best
        if any_rules is not None and any_rules.count.given_up:
            whole.best = None
        keeping = Keeping(whole)
        firm = keeping.hope()
        if firm is not None and not whole.partial:
            self.search = Search(firm, whole.effort, whole.watch, partial=False, room=whole.room)
            Keeping(self.search).hope()
        status, reached = self.search.optimise(first, halved=True)
        if reached is None:
            self.search = whole
            whole.stopped = whole.stopped or status is Status.UNKNOWN
            whole.best = any_rules
            keeping.despair()
            status = keeping.settle()
            if status is not Status.INFEASIBLE:
                status, reached = whole.optimise(first)
        return status, reached

    # ---- before the objectives: demands met

    def _meet_most(self) -> Status:
        """Narrow to plans that meet as many demands as can be met; infeasible where that is none."""
        met = dict.fromkeys(self.model.met.values(), 1)
        status = self.search.solve(met, How(maximise=True)).status
        if self.search.best is None:
            return status
        number = len(self.search.problem.needs) - len(self.search.best.count.unserved)
        self.model.linear.row(met, lower=number)
        self.search.stopped = self.search.stopped or status is not Status.OPTIMAL
        return Status.OPTIMAL if number else Status.INFEASIBLE

    # ---- after them: the first of plans that are equally good

    def _first_of_equals(self) -> bool:
        """Take the first by the order of `ties`; False where the gap asked for or the time leaves that open."""
        if self.search.effort.gap or self.search.stopped or self.search.best is None:
            return False
        before = self.search.best
        broken = break_ties(self.model, _offers(before), self._offers_of)
        worse = any(self.search.best.count.objectives[name] != value for name, value in before.count.objectives.items())
        if worse or not broken:
            self.search.best = before  # half-settled ties would hang on the time they took
        return broken and not worse

    def _offers_of(self, terms: Terms, maximise: bool) -> set[str] | None:
        status = self.search.solve(terms, How(maximise=maximise, limit_s=self.search.effort.left_s / 4)).status
        return _offers(self.search.best) if status is Status.OPTIMAL and self.search.best is not None else None


def _offers(plan: Plan) -> set[str]:
    return {offer for offer, _ in plan.quantities}
