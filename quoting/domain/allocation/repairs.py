"""What one change would make a plan possible again: the least change of each thing that a conflict names.

Every repair is a solve of the whole problem with that one change, and its plan is recounted. Law is no item of a
conflict: what may not be used is not in the problem, so nothing here can bring it back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quoting.domain.allocation import highs
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.certificate import budget_spend, recount, rule_value
from quoting.domain.allocation.highs import How, Status
from quoting.domain.allocation.linear import Terms, added, scaled
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.problem import (
    Allocation,
    AllocationProblem,
    Effort,
    Item,
    Lot,
    Need,
    NoPlan,
    Pair,
    PlanRule,
)
from quoting.domain.allocation.relaxation import without
from quoting.domain.allocation.rules import add_rules
from quoting.domain.watch import Watch

_ROOM = 40  # see `sources.read_sources`
_MOST_ROUNDS = 12
_ENDLESS = 10**6  # pieces: a limit that holds so many stands in no one's way, yet tells its pairs from the others
_PART = 0.7  # of the time that is left: other explanations need some too
_ORDER = ("budget", "power", "rule", "supply", "demand")  # the quick ones first
_SHARE_DIGITS = 6  # a moved share is rounded towards the looser side to so many digits

To = Fraction | Mapping[str, int] | None
Weighing = Callable[[PlanModel], Terms]


@dataclass(frozen=True, slots=True)
class Repair:
    """One change after which a plan meets every demand, and the best plan then.

    Units of `to`: minor units of a budget or a spend cap, watts, the demand's own unit, a share; for supply the
        changed terms {moq, multiple, available_qty}; None drops the item. `proven`: no smaller change of this item
        would do, and the plan is the best.
    """

    item: Item
    to: To
    allocation: Allocation
    proven: bool


@dataclass(frozen=True, slots=True)
class Repairs:
    """`hopeless`: items of which no change alone is enough; `untried`: those that time did not allow to try in full."""

    found: tuple[Repair, ...]
    hopeless: tuple[Item, ...]
    untried: tuple[Item, ...]


def cheapest_repairs(problem: AllocationProblem, items: Sequence[Item], effort: Effort, watch: Watch) -> Repairs:
    """For each item of a conflict the least change of it alone that makes a plan possible, and what dropping it gives.

    Raises:
        Cancelled: the watch said stop.
    """
    found: list[Repair] = []
    hopeless: list[Item] = []
    untried: list[Item] = []
    exact = replace(effort, gap=0.0, limit_s=effort.left_s * _PART, spent_s=0.0)
    for item in sorted(items, key=lambda item: _ORDER.index(item.kind)):
        repairing = _Repairing(problem, item, exact, watch)
        mine = list(repairing.repairs())
        found += mine
        if repairing.cut:
            untried.append(item)
        elif not mine:
            hopeless.append(item)
    effort.spent_s += exact.spent_s
    return Repairs(tuple(found), tuple(hopeless), tuple(untried))


class _Repairing:
    """The search for the repairs of one item. `cut`: a solve ended before it was known whether there is a plan."""

    def __init__(self, problem: AllocationProblem, item: Item, effort: Effort, watch: Watch) -> None:
        self.problem, self.item, self.effort, self.watch, self.cut = problem, item, effort, watch, False

    def repairs(self) -> Iterable[Repair]:
        if self.item.kind == "supply":
            yield from self._supply()
        elif self.item.kind == "budget":
            yield from self._budget()
        elif self.item.kind == "power":
            yield from self._power()
        elif self.item.kind == "demand":
            yield from self._to(None, self._left_out())
            yield from self._demand()
        else:
            yield from self._rule()
            yield from self._to(None, without(self.problem, [self.item]))

    def _to(self, to: To, changed: AllocationProblem, *, least: bool = True) -> Iterable[Repair]:
        """The repair, where the changed problem has a plan."""
        found = allocate(changed, self.effort, self.watch)
        if isinstance(found, NoPlan):
            self.cut = self.cut or not found.proven
        else:
            yield Repair(self.item, to, found, least and found.stopped is None)

    # ---- limits: the least of what they count

    def _budget(self) -> Iterable[Repair]:
        budget = next(b for b in self.problem.budgets if b.id == self.item.id)

        def at(limit: int) -> AllocationProblem:
            budgets = (replace(b, limit_minor=limit) if b is budget else b for b in self.problem.budgets)
            return replace(self.problem, budgets=tuple(budgets))

        endless = at(_ENDLESS * max((max(use.unit_minor) for use in self.problem.uses), default=1))
        found = self._extreme(endless, lambda model: _spend(model, budget.pairs))
        if found is not None:
            plan, least = found
            limit = budget_spend(endless, plan, budget)
            yield from self._to(Fraction(limit), at(limit), least=least)

    def _power(self) -> Iterable[Repair]:
        power = next(p for p in self.problem.powers if p.site == self.item.id)
        drawing = {use.pair: use.watts for use in self.problem.uses if use.site == power.site and use.watts}

        def at(watts: Fraction) -> AllocationProblem:
            powers = (replace(p, watts=watts) if p is power else p for p in self.problem.powers)
            return replace(self.problem, powers=tuple(powers))

        endless = at(_ENDLESS * max(drawing.values(), default=Fraction(1)))
        found = self._extreme(endless, lambda model: _each(model, drawing))
        if found is not None:
            plan, least = found
            watts = sum((n * drawing.get(pair, Fraction(0)) for pair, n in plan.items()), Fraction(0))
            yield from self._to(watts, at(watts), least=least)

    # ---- demands: left out, or the most that fits

    def _left_out(self) -> AllocationProblem:
        """Nothing is bought for what is not asked for, not even to please a rule."""
        uses = tuple(use for use in self.problem.uses if use.demand != self.item.id)
        return replace(without(self.problem, [self.item]), uses=uses)

    def _demand(self) -> Iterable[Repair]:
        need = next(n for n in self.problem.needs if n.demand == self.item.id)
        if need.amount is None:
            return
        found = allocate(_as_much_as_fits(self.problem, need.demand), self.effort, self.watch)
        if isinstance(found, NoPlan):
            self.cut = self.cut or not found.proven
            return
        whole = math.floor(found.objectives[0].value)
        if whole >= 1:
            needs = tuple(replace(n, amount=Fraction(whole)) if n is need else n for n in self.problem.needs)
            yield from self._to(Fraction(whole), replace(self.problem, needs=needs), least=found.stopped is None)

    # ---- rules: the value moved as little as will do

    def _rule(self) -> Iterable[Repair]:
        rule = next(r for r in self.problem.rules if r.id == self.item.id)
        if rule.kind not in ("cap", "share") or rule.op == "==":
            return
        loose = Fraction(0) if rule.op == ">=" else Fraction(1)
        if rule.kind == "cap" and rule.op == "<=":
            loose = self._most(rule)
        endless = self._at(rule, loose)
        moved = self._cap(rule, endless) if rule.kind == "cap" else self._share(rule, endless)
        value = None if moved is None else rule_value(endless, moved[0], rule)[1]
        if moved is None or value is None:
            return
        if rule.kind == "share":
            scale = 10**_SHARE_DIGITS
            value = Fraction((math.floor if rule.op == ">=" else math.ceil)(value * scale), scale)
        yield from self._to(value, self._at(rule, value), least=moved[1])

    def _at(self, rule: PlanRule, value: Fraction) -> AllocationProblem:
        rules = (replace(r, value=value) if r is rule else r for r in self.problem.rules)
        return replace(self.problem, rules=tuple(rules))

    def _most(self, rule: PlanRule) -> Fraction:
        """More than a cap can ever have to hold."""
        measure = rule.measure or "units"
        each = (
            {"spend": Fraction(max(use.unit_minor)), "units": Fraction(1)}.get(measure) or use.figures.get(measure)
            for use in self.problem.uses
        )
        return _ENDLESS * max((figure for figure in each if figure is not None), default=Fraction(1))

    def _cap(self, rule: PlanRule, endless: AllocationProblem) -> tuple[Mapping[Pair, int], bool] | None:
        def part(model: PlanModel) -> Terms:
            return model.measure(rule.measure or "units", model.blocks(rule.select))

        return self._extreme(endless, part, maximise=rule.op == ">=")

    def _share(self, rule: PlanRule, endless: AllocationProblem) -> tuple[Mapping[Pair, int], bool] | None:
        """The plan whose share is nearest to what the rule asks for, by Dinkelbach's iteration on the ratio."""
        measure, maximise, share = rule.measure or "units", rule.op == ">=", rule.value
        best: tuple[Mapping[Pair, int], bool] | None = None
        for _ in range(_MOST_ROUNDS):

            def distance(model: PlanModel, share: Fraction = share) -> Terms:
                part = model.measure(measure, model.blocks(rule.select))
                return added(part, scaled(model.measure(measure, model.blocks(rule.within)), -share))

            found = self._extreme(endless, distance, maximise=maximise)
            reached = None if found is None else rule_value(endless, found[0], rule)[1]
            if found is None or reached is None:
                return best
            if best is not None and reached == share:
                return found
            best, share = (found[0], False), reached
        return best

    # ---- supply: one term of one offer

    def _supply(self) -> Iterable[Repair]:
        lot = next(lot for lot in self.problem.lots if lot.offer == self.item.id)
        mine = {use.pair: Fraction(1) for use in self.problem.uses if use.offer == lot.offer}
        any_moq = _with_lot(self.problem, replace(lot, moq=1))
        if lot.moq > 1 and (found := self._extreme(any_moq, lambda model: _each(model, mine), maximise=True)):
            taken = sum(n for pair, n in found[0].items() if pair in mine)
            if taken:
                moq = min(taken, lot.moq)
                yield from self._to({"moq": moq}, _with_lot(self.problem, replace(lot, moq=moq)), least=found[1])
        if lot.multiple > 1:
            yield from self._to({"multiple": 1}, _with_lot(self.problem, replace(lot, multiple=1)))
        if lot.stock is not None:
            endless = _with_lot(self.problem, replace(lot, stock=None, pool=None))
            if found := self._extreme(endless, lambda model: _each(model, mine)):
                taken = sum(n for pair, n in found[0].items() if pair in mine)
                stocked = _with_lot(self.problem, replace(lot, stock=taken, pool=None))
                yield from self._to({"available_qty": taken}, stocked, least=found[1])

    # ---- one solve

    def _extreme(
        self, problem: AllocationProblem, terms: Weighing, *, maximise: bool = False
    ) -> tuple[Mapping[Pair, int], bool] | None:
        """A plan that has the least (or most) of what the terms count, and whether that was proven."""
        firm = replace(problem, rules=tuple(r for r in problem.rules if not r.priority), objectives=())
        model = PlanModel(firm, self.watch, room=_ROOM)
        add_rules(model)
        solution = highs.solve(model.linear, terms(model), self.effort, self.watch, How(maximise=maximise))
        if solution.values is None:
            self.cut = self.cut or solution.status is not Status.INFEASIBLE
            return None
        plan = model.plan(solution.values)
        if not recount(firm, plan).holds:
            self.cut = True
            return None
        return plan, solution.status is Status.OPTIMAL


def _spend(model: PlanModel, pairs: Iterable[Pair]) -> Terms:
    """What a budget counts: the lines of its pairs, and in full each order charge that they bring about."""
    keys = model.blocks(pairs)
    by_source: dict[int, list[tuple[int, int]]] = {}
    for key in keys:
        by_source.setdefault(key[0], []).append(key)
    charges = []
    for s, mine in by_source.items():
        source = model.sources[s]
        if source.lot.charge_minor:
            whole = len(mine) == len(source.blocks)
            charges.append(scaled(model.used(s) if whole else {model.any_used(mine): 1}, source.lot.charge_minor))
    return added(model.measure("spend", keys), *charges)


def _each(model: PlanModel, weight: Mapping[Pair, Fraction]) -> Terms:
    """Pieces, each at the weight of its pair."""
    terms = (scaled(model.pieces([key]), weight[model.block(key).use.pair]) for key in model.blocks(weight))
    return added(*terms)


def _as_much_as_fits(problem: AllocationProblem, demand: str) -> AllocationProblem:
    """The same problem with one demand for as much as can be had; others of that kind ask for the one piece."""
    greedy = {need.demand for need in problem.needs if need.amount is None}
    return replace(
        problem,
        uses=tuple(replace(u, counts=Fraction(1)) if u.demand in greedy else u for u in problem.uses),
        needs=tuple(
            Need(n.demand, n.site, None)
            if n.demand == demand
            else Need(n.demand, n.site, Fraction(1))
            if n.demand in greedy
            else n
            for n in problem.needs
        ),
        objectives=("max_capability",),
    )


def _with_lot(problem: AllocationProblem, lot: Lot) -> AllocationProblem:
    return replace(problem, lots=tuple(lot if one.offer == lot.offer else one for one in problem.lots))
