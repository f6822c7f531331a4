"""The yardstick of `bench.allocation`: the plain textbook model of an allocation problem, as it is.

A column for the pieces of each pair, one for those of each offer at each price break (of each pair, where its price
differs between demands or money is counted on some of them only), a 0-1 column for each break, one big bound; for each
rule with a priority a 0-1 column that gives it up. Nothing is tightened beforehand; the first objective only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from quoting.domain.allocation.linear import LinearModel, Number, added, greatest, least, scaled
from quoting.domain.allocation.problem import AllocationProblem, Lot, Pair, PlanRule, Use
from quoting.domain.watch import Silent

_ENTITY: dict[str, Callable[[Lot], str]] = {
    "vendors": lambda lot: lot.vendor,
    "chips": lambda lot: lot.chip,
    "offers": lambda lot: lot.offer,
}


@dataclass(frozen=True)
class Aim:
    """What is optimised: the sum of `terms`, least or most."""

    terms: dict[int, Number]
    maximise: bool


class Textbook:
    """The model in `linear`, and its `aims` one after the other: rules given up by priority, then the objective."""

    def __init__(self, problem: AllocationProblem) -> None:
        barred: set[Pair] = set().union(*(r.select for r in problem.rules if r.kind == "exclude" and not r.priority))
        self.problem, self.linear = problem, LinearModel(Silent())
        self.uses = {use.pair: use for use in problem.uses if use.pair not in barred}
        self.lots = {lot.offer: lot for lot in problem.lots}
        self.needs = {need.demand: need for need in problem.needs}
        self.by_offer: dict[str, list[Use]] = defaultdict(list)
        for use in self.uses.values():
            self.by_offer[use.offer].append(use)
        self.x: dict[Pair, dict[int, Number]] = {}  # pieces of a pair
        self.q: dict[str, list[tuple[list[Use], list[int]]]] = {}  # of an offer: uses that share columns, one a break
        self.used: dict[str, dict[int, Number]] = {}
        self.most = {offer: self._most(self.lots[offer], uses) for offer, uses in self.by_offer.items()}
        self._supply()
        self._wishes()
        given_up: dict[int, dict[int, Number]] = defaultdict(dict)
        for rule in problem.rules:
            self.lifted: int | None = None
            if rule.priority:
                self.lifted = self.linear.column(1)
                given_up[rule.priority][self.lifted] = 1
            if rule.priority or rule.kind != "exclude":
                self._rule(rule)
        self.aims = [Aim(columns, False) for _, columns in sorted(given_up.items())]
        first = problem.objectives[0]
        self.aims.append(Aim(self._objective(first), first == "max_capability"))

    def _most(self, lot: Lot, uses: Iterable[Use]) -> int:
        needs = [(self.needs[use.demand].amount, use) for use in uses]
        wanted = sum(10**4 if amount is None else math.ceil(amount / use.counts) for amount, use in needs)
        most = 3 * wanted + max(lot.thresholds[-1], lot.moq) + lot.multiple
        return min(most, most if lot.stock is None else lot.stock)

    def _supply(self) -> None:
        linear = self.linear
        groups: dict[str, list[str]] = defaultdict(list)
        for offer, uses in self.by_offer.items():
            lot, most = self.lots[offer], self.most[offer]
            self.q[offer] = []
            for joined in [uses] if self._alike(uses) else [[use] for use in uses]:
                columns = [linear.column(most) for _ in lot.thresholds]
                self.q[offer].append((joined, columns))
                if len(joined) == 1:
                    self.x[joined[0].pair] = dict.fromkeys(columns, 1)
                    continue
                for use in joined:
                    self.x[use.pair] = {linear.column(most): 1}
                split = added(*(self.x[use.pair] for use in joined), dict.fromkeys(columns, -1))
                linear.row(split, lower=0, upper=0)
            if lot.multiple > 1:
                linear.row(added(self._units([offer]), {linear.column(most): -lot.multiple}), lower=0, upper=0)
            if lot.group is not None:
                groups[lot.group].append(offer)
                y = linear.column(1)
                self.used[offer] = {y: 1}
                linear.row(added(self._units([offer]), {y: -most}), upper=0)
                linear.row(added(self._units([offer]), {y: -lot.moq}), lower=0)
            else:
                self.used[offer] = dict.fromkeys(self._breaks([offer], lot.moq), 1)
        for members in groups.values():
            self._breaks(members, 1)

    def _breaks(self, offers: list[str], moq: int) -> list[int]:
        """The 0-1 columns of the breaks that offers share."""
        thresholds = self.lots[offers[0]].thresholds
        most = sum(self.most[offer] for offer in offers)
        taken = [self.linear.column(1) for _ in thresholds]
        for j, (threshold, z) in enumerate(zip(thresholds, taken, strict=True)):
            units = self._units(offers, j)
            end = min(thresholds[j + 1] - 1, most) if j + 1 < len(thresholds) else most
            self.linear.row(added(units, {z: -end}), upper=0)
            self.linear.row(added(units, {z: -max(threshold, moq)}), lower=0)
        self.linear.row(dict.fromkeys(taken, 1), upper=1)
        return taken

    def _alike(self, uses: list[Use]) -> bool:
        """Whether money is counted alike on all uses of an offer."""
        counted = [b.pairs for b in self.problem.budgets]
        counted += [s for r in self.problem.rules if r.measure == "spend" for s in (r.select, r.within)]
        return len({(use.unit_minor, use.weight_minor) for use in uses}) == 1 and all(
            len({use.pair in pairs for use in uses}) == 1 for pairs in counted
        )

    def _units(self, offers: Iterable[str], at: int | None = None) -> dict[int, Number]:
        return {
            column: 1
            for offer in offers
            for _, columns in self.q[offer]
            for j, column in enumerate(columns)
            if at is None or j == at
        }

    def _count(self, pairs: Iterable[Pair], each: Callable[[Use], Number]) -> dict[int, Number]:
        return added(*(scaled(self.x[pair], each(self.uses[pair])) for pair in pairs if pair in self.x))

    def _money(self, pairs: Collection[Pair], each: Callable[[Use, int], Number]) -> dict[int, Number]:
        return {
            column: each(uses[0], j)
            for offer in self.q
            for uses, columns in self.q[offer]
            if uses[0].pair in pairs
            for j, column in enumerate(columns)
        }

    def _wishes(self) -> None:
        problem, linear = self.problem, self.linear
        for need in problem.needs:
            pairs = [pair for pair in self.uses if pair[1] == need.demand]
            if need.amount is None:
                linear.row(self._count(pairs, lambda _: 1), lower=1)
            else:
                linear.row(self._count(pairs, lambda use: use.counts), lower=need.amount)
        for budget in problem.budgets:
            spend = self._money(budget.pairs, lambda use, j: use.unit_minor[j])
            charged = {offer for offer, _ in budget.pairs if self.by_offer[offer] and self.lots[offer].charge_minor}
            charges = (scaled(self.used[offer], self.lots[offer].charge_minor) for offer in sorted(charged))
            linear.row(added(spend, *charges), upper=budget.limit_minor)
        for power in problem.powers:
            pairs = [pair for pair, use in self.uses.items() if use.site == power.site]
            linear.row(added(self._count(pairs, lambda use: use.watts)), upper=power.watts)

    def _measure(self, rule: PlanRule, pairs: Collection[Pair]) -> dict[int, Number]:
        if rule.measure == "spend":
            return self._money(pairs, lambda use, j: use.unit_minor[j])
        if rule.measure in (None, "units") or rule.kind == "exclude":
            return self._count(pairs, lambda _: 1)
        return self._count(pairs, lambda use: use.figures.get(str(rule.measure), Fraction(0)))

    def _rule(self, rule: PlanRule) -> None:
        groups: dict[str, list[Pair]] = defaultdict(list)
        entity = _ENTITY[(rule.of or "vendors") if rule.kind == "count" else "vendors"]
        for pair in sorted(rule.select & self.uses.keys()):
            groups[entity(self.lots[pair[0]])].append(pair)
        whole = self._measure(rule, rule.select)
        if rule.kind == "share":
            self._compare(added(whole, scaled(self._measure(rule, rule.within), -rule.value)), rule.op, 0)
        elif rule.kind in ("cap", "exclude"):  # an exclude is a cap of nothing
            self._compare(whole, rule.op or "<=", rule.value)
        elif rule.kind == "concentration":
            for pairs in groups.values():
                self._compare(added(self._measure(rule, pairs), scaled(whole, -rule.value)), "<=", 0)
        else:
            marks: dict[int, Number] = {}
            for pairs in groups.values():
                u = self.linear.column(1)
                marks[u] = 1
                units = self._count(pairs, lambda _: 1)
                self.linear.row(added(units, {u: -sum(self.most[o] for o in {o for o, _ in pairs})}), upper=0)
                self.linear.row(added(units, {u: -1}), lower=0)
                if rule.kind == "min_order":
                    self._compare(added(self._measure(rule, pairs), {u: -rule.value}), ">=", 0)
            if rule.kind == "count":
                self._compare(marks, rule.op, rule.value)

    def _compare(self, terms: dict[int, Number], op: str | None, right: Number) -> None:
        for sense in ("<=", ">=") if op == "==" else (op,):
            bounds = {"upper" if sense == "<=" else "lower": right}
            if self.lifted is None:
                self.linear.row(terms, **bounds)
            elif sense == "<=":
                room = max(greatest(self.linear, terms) - right, 0)
                self.linear.row(added(terms, {self.lifted: -room}), upper=right)
            else:
                room = max(right - least(self.linear, terms), 0)
                self.linear.row(added(terms, {self.lifted: room}), lower=right)

    def _objective(self, name: str) -> dict[int, Number]:
        if name == "max_capability":
            greedy = {need.demand for need in self.problem.needs if need.amount is None}
            return self._count([p for p in self.uses if p[1] in greedy], lambda use: use.counts)
        charges = (scaled(used, self.lots[offer].charge_minor) for offer, used in self.used.items())
        return added(self._money(self.uses, lambda use, j: (use.weight_minor or use.unit_minor)[j]), *charges)
