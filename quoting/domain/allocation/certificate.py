"""The recount: whole numbers and fractions only, nothing shared with the model. What it refuses is never shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quoting.domain.allocation.problem import (
    AllocationProblem,
    Item,
    Lot,
    MoneyLimit,
    Need,
    Pair,
    PlanRule,
    Use,
)
from quoting.domain.allocation.relaxation import without

_ENTITY: Mapping[str, Callable[[Lot], str]] = {
    "vendors": lambda lot: lot.vendor,
    "chips": lambda lot: lot.chip,
    "offers": lambda lot: lot.offer,
}


@dataclass(frozen=True, slots=True)
class Recount:
    """What a plan comes to.

    Units: money in minor units. `faults`: each broken constraint in words, demands apart, which are in `unserved`;
        `given_up`: rules with a priority that do not hold; `breaks`: index of the price break of each offer used.
    """

    faults: tuple[str, ...]
    unserved: tuple[str, ...]
    given_up: tuple[str, ...]
    breaks: Mapping[str, int]
    objectives: Mapping[str, Fraction]
    total_minor: int

    @property
    def holds(self) -> bool:
        """Whether every mandatory constraint and every demand holds."""
        return not self.faults and not self.unserved


def recount(
    problem: AllocationProblem, quantities: Mapping[Pair, int], dropped: Collection[Item] = frozenset()
) -> Recount:
    """Count a plan anew from the problem's own words.

    Args:
        dropped: items that are not asked for; a dropped supply lifts moq, multiple and stock of its offer.
    """
    asked = without(problem, dropped)
    plan = _Plan(asked, quantities)
    faults = [*plan.supply_faults(), *_limit_faults(asked, plan)]
    given_up = []
    for rule in asked.rules:
        if not plan.rule(rule)[0]:
            if rule.priority:
                given_up.append(rule.id)
            else:
                faults.append(f"rule {rule.id} ({rule.kind}) does not hold")
    return Recount(
        faults=tuple(faults),
        unserved=tuple(need.demand for need in asked.needs if not plan.meets(need)),
        given_up=tuple(given_up),
        breaks=plan.breaks,
        objectives={name: plan.objective(name) for name in asked.objectives},
        total_minor=plan.total_minor,
    )


def rule_value(
    problem: AllocationProblem, quantities: Mapping[Pair, int], rule: PlanRule
) -> tuple[bool, Fraction | None]:
    """Whether a rule holds in a plan, and the value it reaches (None where it speaks of nothing in the plan).

    Units: minor units for spend caps and least orders, a fraction for share and concentration, else a plain number.
    """
    return _Plan(problem, quantities).rule(rule)


def budget_spend(problem: AllocationProblem, quantities: Mapping[Pair, int], budget: MoneyLimit) -> int:
    """What a plan spends under a budget, order charges in full. Units: minor units."""
    return _Plan(problem, quantities).spend_under(budget)


def _limit_faults(problem: AllocationProblem, plan: _Plan) -> Iterable[str]:
    for budget in problem.budgets:
        if (spent := plan.spend_under(budget)) > budget.limit_minor:
            yield f"budget {budget.id}: {spent} > {budget.limit_minor} minor units"
    for power in problem.powers:
        watts = sum((n * plan.uses[p].watts for p, n in plan.taken.items() if plan.uses[p].site == power.site), _ZERO)
        if watts > power.watts:
            yield f"power at {power.site}: {watts} > {power.watts} W"
    for cap in problem.unit_caps:
        if (units := sum(n for p, n in plan.taken.items() if p in cap.pairs)) > cap.units:
            yield f"licence {cap.id}: {units} > {cap.units} units"


_ZERO = Fraction(0)


class _Plan:
    """Quantities with all that follows from them: breaks, spend, order charges."""

    def __init__(self, problem: AllocationProblem, quantities: Mapping[Pair, int]) -> None:
        self.problem = problem
        self.lots = {lot.offer: lot for lot in problem.lots}
        self.uses: dict[Pair, Use] = {use.pair: use for use in problem.uses}
        self.taken = {pair: n for pair, n in quantities.items() if n}
        self.pieces: dict[str, int] = defaultdict(int)
        for (offer, _), n in self.taken.items():
            self.pieces[offer] += n
        volume: dict[str, int] = defaultdict(int)
        for offer, n in self.pieces.items():
            volume[self._volume_key(offer)] += n
        self.volume = {offer: volume[self._volume_key(offer)] for offer in self.pieces}
        self.breaks = {
            offer: max(sum(threshold <= self.volume[offer] for threshold in self.lots[offer].thresholds) - 1, 0)
            for offer in self.pieces
        }
        self.spend = {pair: n * self.uses[pair].unit_minor[self.breaks[pair[0]]] for pair, n in self.taken.items()}
        self.charges = {offer: self.lots[offer].charge_minor for offer in self.pieces}
        self.total_minor = sum(self.spend.values()) + sum(self.charges.values())

    def _volume_key(self, offer: str) -> str:
        group = self.lots[offer].group
        return f"offer {offer}" if group is None else f"group {group}"

    def supply_faults(self) -> Iterable[str]:
        """Broken terms of the offers themselves."""
        pooled: dict[str, int] = defaultdict(int)
        for pair, n in self.taken.items():
            if n < 0:
                yield f"offer {pair[0]} for {pair[1]}: {n} pieces"
        for offer, n in self.pieces.items():
            lot = self.lots[offer]
            if self.volume[offer] < lot.thresholds[0]:
                yield f"offer {offer}: {self.volume[offer]} is below its first break {lot.thresholds[0]}"
            if n < lot.moq:
                yield f"offer {offer}: {n} < moq {lot.moq}"
            if n % lot.multiple:
                yield f"offer {offer}: {n} is no multiple of {lot.multiple}"
            if lot.stock is not None and n > lot.stock:
                yield f"offer {offer}: {n} > stock {lot.stock}"
            if lot.pool is not None:
                pooled[lot.pool] += n
        for pool, n in pooled.items():
            if pool in self.problem.pool_stock and n > self.problem.pool_stock[pool]:
                yield f"pool {pool}: {n} > stock {self.problem.pool_stock[pool]}"

    def meets(self, need: Need) -> bool:
        taken = [(pair, n) for pair, n in self.taken.items() if pair[1] == need.demand]
        if need.amount is None:
            return bool(taken)
        return sum((n * self.uses[pair].counts for pair, n in taken), _ZERO) >= need.amount

    def spend_under(self, budget: MoneyLimit) -> int:
        touched = {pair[0] for pair in self.taken if pair in budget.pairs}
        return sum(s for pair, s in self.spend.items() if pair in budget.pairs) + sum(self.charges[o] for o in touched)

    def measure(self, name: str, pairs: Iterable[Pair]) -> Fraction:
        """Spend in minor units, pieces, or a capability over pairs of the plan."""
        if name == "spend":
            return Fraction(sum(self.spend[p] for p in pairs))
        if name == "units":
            return Fraction(sum(self.taken[p] for p in pairs))
        return sum((self.taken[p] * self.uses[p].figures.get(name, _ZERO) for p in pairs), _ZERO)

    def rule(self, rule: PlanRule) -> tuple[bool, Fraction | None]:
        chosen = [p for p in self.taken if p in rule.select]
        if rule.kind == "exclude":
            units = self.measure("units", chosen)
            return units == 0, units
        if rule.kind == "count":
            entity = _ENTITY[rule.of or "vendors"]
            different = Fraction(len({entity(self.lots[offer]) for offer, _ in chosen}))
            return _compares(different, rule.op, rule.value), different
        measure = rule.measure or "units"
        if rule.kind == "share":
            base = self.measure(measure, [p for p in self.taken if p in rule.within])
            part = self.measure(measure, chosen)
            return not base or _compares(part, rule.op, rule.value * base), part / base if base else None
        if rule.kind == "cap":
            part = self.measure(measure, chosen)
            return _compares(part, rule.op, rule.value), part
        by_vendor: dict[str, list[Pair]] = defaultdict(list)
        for pair in chosen:
            by_vendor[self.lots[pair[0]].vendor].append(pair)
        parts = [self.measure(measure, pairs) for pairs in by_vendor.values()]
        if rule.kind == "min_order":
            return all(part >= rule.value for part in parts), min(parts, default=None)
        if rule.kind == "concentration":
            base = sum(parts, _ZERO)
            return all(part <= rule.value * base for part in parts), max(parts) / base if base else None
        raise ValueError(f"unknown kind of rule {rule.kind!r}")

    def objective(self, name: str) -> Fraction:
        if name == "min_cost":
            weighed = (n * self._weight(pair) for pair, n in self.taken.items())
            return sum(weighed, Fraction(sum(self.charges.values())))
        if name == "max_capability":
            most = {need.demand for need in self.problem.needs if need.amount is None}
            return sum((n * self.uses[p].counts for p, n in self.taken.items() if p[1] in most), _ZERO)
        if name == "min_time":
            return Fraction(max((self.uses[p].days or 0 for p in self.taken), default=0))
        raise ValueError(f"unknown objective {name!r}")

    def _weight(self, pair: Pair) -> Fraction:
        use, index = self.uses[pair], self.breaks[pair[0]]
        return Fraction(use.unit_minor[index]) if use.weight_minor is None else use.weight_minor[index]


def _compares(left: Fraction, op: str | None, right: Fraction) -> bool:
    if op == "<=":
        return left <= right
    if op == ">=":
        return left >= right
    if op == "==":
        return left == right
    raise ValueError(f"unknown comparison {op!r}")
