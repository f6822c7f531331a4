"""The oracle: every plan of a small problem, looked at one by one. Shares nothing with what it judges."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quoting.domain.allocation.problem import AllocationProblem, Lot, Need, Pair, PlanRule, Use

MOST = 9  # pieces of an offer without stock; small problems want no more


@dataclass(frozen=True)
class Best:
    """`unmet` demands, rules `given_up` of priority 1 to 4, and the values of the objectives in order."""

    unmet: int
    given_up: tuple[int, ...]
    values: tuple[Fraction, ...]
    plan: Mapping[Pair, int]


def best_plan(problem: AllocationProblem, *, partial: bool = False, ordered: bool = False) -> Best | None:
    """The best plan by trying all; None where there is none. `ordered`: of equals the first by contract 2.2 no. 11."""
    judge = _Judge(problem)
    best: tuple[tuple[object, ...], Best] | None = None
    for plan in plans(problem):
        unmet = sum(not judge.met(need, plan) for need in problem.needs)
        if (unmet and not partial) or not judge.allowed(plan):
            continue
        broken = [rule.priority for rule in problem.rules if not judge.rule(rule, plan)]
        if 0 in broken:
            continue
        given_up = tuple(broken.count(priority) for priority in (1, 2, 3, 4))
        values = tuple(judge.objective(name, plan) for name in problem.objectives)
        key = (
            unmet,
            given_up,
            tuple(-v if n == "max_capability" else v for n, v in zip(problem.objectives, values, strict=True)),
            (len(names := sorted({offer for offer, _ in plan})), names) if ordered else (),
        )
        if best is None or key < best[0]:
            best = key, Best(unmet, given_up, values, plan)
    if best is None or (partial and best[1].unmet == len(problem.needs)):
        return None
    return best[1]


def least_of(
    problem: AllocationProblem, count: Callable[[Mapping[Pair, int], Mapping[str, int]], Fraction]
) -> Fraction:
    """The least of what is counted over all plans that hold; `count` reads a plan and the break of each offer."""
    judge = _Judge(problem)
    return min(
        count(plan, judge.at_break(plan))
        for plan in plans(problem)
        if all(judge.met(need, plan) for need in problem.needs)
        and judge.allowed(plan)
        and all(rule.priority or judge.rule(rule, plan) for rule in problem.rules)
    )


def number_of_plans(problem: AllocationProblem) -> int:
    number = 1
    for lot in problem.lots:
        number *= len(_choices(problem, lot))
    return number


def plans(problem: AllocationProblem) -> Iterator[dict[Pair, int]]:
    for choice in itertools.product(*(_choices(problem, lot) for lot in problem.lots)):
        yield {pair: n for part in choice for pair, n in part}


def _choices(problem: AllocationProblem, lot: Lot) -> list[tuple[tuple[Pair, int], ...]]:
    """What may be taken of one offer by its own terms."""
    most = MOST if lot.stock is None else lot.stock
    pairs = [use.pair for use in problem.uses if use.offer == lot.offer]
    choices = []
    for numbers in itertools.product(range(most + 1), repeat=len(pairs)):
        total = sum(numbers)
        least = lot.moq if lot.group else max(lot.moq, lot.thresholds[0])
        if total == 0 or (least <= total <= most and total % lot.multiple == 0):
            choices.append(tuple((pair, n) for pair, n in zip(pairs, numbers, strict=True) if n))
    return choices


class _Judge:
    def __init__(self, problem: AllocationProblem) -> None:
        self.problem = problem
        self.lots = {lot.offer: lot for lot in problem.lots}
        self.uses: dict[Pair, Use] = {use.pair: use for use in problem.uses}

    def met(self, need: Need, plan: Mapping[Pair, int]) -> bool:
        if need.amount is None:
            return any(demand == need.demand for _, demand in plan)
        return sum(n * self.uses[p].counts for p, n in plan.items() if p[1] == need.demand) >= need.amount

    def at_break(self, plan: Mapping[Pair, int]) -> dict[str, int]:
        """The break of each offer, -1 below the first."""
        totals: dict[str, int] = defaultdict(int)
        for (offer, _), n in plan.items():
            totals[self.lots[offer].group or "offer " + offer] += n
        found = {}
        for offer in {offer for offer, _ in plan}:
            total = totals[self.lots[offer].group or "offer " + offer]
            found[offer] = -1
            for i, threshold in enumerate(self.lots[offer].thresholds):
                if total >= threshold:
                    found[offer] = i
        return found

    def allowed(self, plan: Mapping[Pair, int]) -> bool:
        problem, breaks = self.problem, self.at_break(plan)
        if -1 in breaks.values():
            return False
        for budget in problem.budgets:
            lines = [p for p in plan if p in budget.pairs]
            spent = sum(plan[p] * self.uses[p].unit_minor[breaks[p[0]]] for p in lines)
            if spent + sum(self.lots[offer].charge_minor for offer in {o for o, _ in lines}) > budget.limit_minor:
                return False
        for power in problem.powers:
            if sum(n * self.uses[p].watts for p, n in plan.items() if self.uses[p].site == power.site) > power.watts:
                return False
        if any(sum(n for p, n in plan.items() if p in cap.pairs) > cap.units for cap in problem.unit_caps):
            return False
        return all(
            sum(n for (offer, _), n in plan.items() if self.lots[offer].pool == pool) <= stock
            for pool, stock in problem.pool_stock.items()
        )

    def measure(self, rule: PlanRule, plan: Mapping[Pair, int], pairs: set[Pair] | frozenset[Pair]) -> Fraction:
        breaks = self.at_break(plan)
        total = Fraction(0)
        for pair, n in plan.items():
            if pair in pairs:
                if rule.measure == "spend":
                    total += n * self.uses[pair].unit_minor[breaks[pair[0]]]
                elif rule.measure == "units":
                    total += n
                else:
                    total += n * self.uses[pair].figures.get(str(rule.measure), Fraction(0))
        return total

    def rule(self, rule: PlanRule, plan: Mapping[Pair, int]) -> bool:
        chosen = [p for p in plan if p in rule.select]
        compare = {"<=": Fraction.__le__, ">=": Fraction.__ge__, "==": Fraction.__eq__}[rule.op or "<="]
        vendors: dict[str, set[Pair]] = defaultdict(set)
        for pair in chosen:
            vendors[self.lots[pair[0]].vendor].add(pair)
        if rule.kind == "exclude":
            return not chosen
        if rule.kind == "cap":
            return bool(compare(self.measure(rule, plan, rule.select), rule.value))
        if rule.kind == "share":
            base = self.measure(rule, plan, rule.within)
            return base == 0 or bool(compare(self.measure(rule, plan, rule.select), rule.value * base))
        if rule.kind == "count":
            name = {"vendors": "vendor", "chips": "chip", "offers": "offer"}[rule.of or "vendors"]
            return bool(compare(Fraction(len({getattr(self.lots[offer], name) for offer, _ in chosen})), rule.value))
        if rule.kind == "min_order":
            return all(self.measure(rule, plan, pairs) >= rule.value for pairs in vendors.values())
        assert rule.kind == "concentration"
        base = self.measure(rule, plan, rule.select)
        return all(self.measure(rule, plan, pairs) <= rule.value * base for pairs in vendors.values())

    def objective(self, name: str, plan: Mapping[Pair, int]) -> Fraction:
        if name == "max_capability":
            greedy = {need.demand for need in self.problem.needs if need.amount is None}
            return sum((n * self.uses[p].counts for p, n in plan.items() if p[1] in greedy), Fraction(0))
        if name == "min_time":
            return Fraction(max((self.uses[p].days or 0 for p in plan), default=0))
        breaks, total = self.at_break(plan), Fraction(0)
        for pair, n in plan.items():
            use = self.uses[pair]
            total += n * (use.weight_minor or use.unit_minor)[breaks[pair[0]]]
        return total + sum(self.lots[offer].charge_minor for offer in {o for o, _ in plan})
