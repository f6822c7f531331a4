"""Offers made ready for the model: uses that are alike joined, price breaks that can matter, how much can be taken."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quoting.domain.allocation.problem import AllocationProblem, Lot, Need, Pair, PlanRule, Use

_MOST_PIECES = 10**6  # of an offer that nothing bounds; a maximise demand without any bound is refused before
_GAINING = {"share", "concentration", "min_order"}  # rules that buying more than is needed may help to hold


@dataclass(frozen=True, slots=True)
class Tier:
    """A price break that can matter: its index, and the total quantity (pieces) at which it is taken."""

    index: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Block:
    """Uses of one offer that differ in nothing but the demand.

    Units: pieces. `full`: what alone covers each demand, None for one that takes all it can get; `most`: at most so
        many are ever taken here.
    """

    uses: tuple[Use, ...]
    full: tuple[int | None, ...]
    most: int

    @property
    def use(self) -> Use:
        """One that stands for all of them."""
        return self.uses[0]


@dataclass(frozen=True, slots=True)
class Source:
    """An offer with what may be taken of it.

    `tiers` of an ungrouped offer, ascending; none in a volume group, where the group has them. `wanted`: pieces beyond
    which more of the offer never helps but to reach a threshold; None where it may.
    """

    lot: Lot
    blocks: tuple[Block, ...]
    tiers: tuple[Tier, ...]
    most: int
    wanted: int | None

    @property
    def single(self) -> Block | None:
        """The only block, where there is but one."""
        return self.blocks[0] if len(self.blocks) == 1 else None


@dataclass(frozen=True, slots=True)
class Sources:
    """`all_bounded` False: some offer is bounded by `room` alone, which is a convention and no proof."""

    sources: tuple[Source, ...]
    all_bounded: bool


def weights(use: Use) -> Sequence[Fraction | int]:
    """What one piece weighs in min_cost at each break. Units: minor units."""
    return use.unit_minor if use.weight_minor is None else use.weight_minor


def read_sources(problem: AllocationProblem, room: int) -> Sources:
    """Join, trim and bound the offers. The order of the problem's lots and uses does not matter.

    Args:
        room: where a rule may make it worth while to buy beyond the demand and neither stock, power, budget nor
            licence bounds an offer, this many times all that the demands and least quantities could ask for.
    """
    barred: set[Pair] = set().union(*(r.select for r in problem.rules if r.kind == "exclude" and not r.priority))
    needs = {need.demand: need for need in problem.needs}
    by_offer: dict[str, list[Use]] = defaultdict(list)
    for use in sorted(problem.uses, key=lambda use: use.pair):
        if use.pair not in barred:
            by_offer[use.offer].append(use)
    memberships = _Memberships(problem)
    generous = room * _bulk(problem, needs)
    greedy = any(need.amount is None for need in problem.needs)  # then what is bought has no natural end anywhere
    bounded = True
    sources = []
    for lot in sorted(problem.lots, key=lambda lot: lot.offer):
        blocks, lean = [], True
        for key, uses in memberships.alike(by_offer.get(lot.offer, ())).items():
            full = tuple(_full(use, needs.get(use.demand)) for use in uses)
            limit = memberships.limit(key, uses[0], lot)
            gains = memberships.gains(key) or None in full or min(weights(uses[0])) < 0
            lean = lean and not gains
            if not gains:
                natural = sum(f or 0 for f in full) + max(lot.thresholds[-1], lot.moq) + lot.multiple
            else:
                natural = _MOST_PIECES if greedy else generous
                bounded = bounded and (limit is not None or lot.stock is not None)
            if limit is not None:
                natural = limit if greedy and gains else min(natural, limit)
            blocks.append(Block(tuple(uses), full, natural))
        source = _source(lot, blocks, problem.pool_stock, lean)
        if source is not None:
            sources.append(source)
    return Sources(tuple(sources), bounded)


def _full(use: Use, need: Need | None) -> int | None:
    """The pieces that alone cover the demand; None for a demand that takes all it can get."""
    if need is None or use.counts <= 0:
        return 0
    return None if need.amount is None else max(math.ceil(need.amount / use.counts), 0)


def _bulk(problem: AllocationProblem, needs: Mapping[str, Need]) -> int:
    """All pieces that demands, least quantities and rules could ask for together."""
    asked: dict[str, int] = defaultdict(int)
    for use in problem.uses:
        asked[use.demand] = max(asked[use.demand], _full(use, needs.get(use.demand)) or 1)
    bulk = sum(asked.values()) + max(
        (max(lot.thresholds[-1], lot.moq, lot.multiple) for lot in problem.lots), default=0
    )
    smallest: dict[str, Fraction] = {}
    for use in problem.uses:
        for name, figure in (("spend", Fraction(min(use.unit_minor))), ("units", Fraction(1)), *use.figures.items()):
            if figure > 0 and figure < smallest.get(name, figure + 1):
                smallest[name] = figure
    for rule in problem.rules:
        if rule.kind in ("cap", "min_order") and rule.op != "<=" and rule.measure in smallest:
            bulk += math.ceil(rule.value / smallest[rule.measure])
    return bulk


def _source(lot: Lot, blocks: list[Block], pool_stock: Mapping[str, int], lean: bool) -> Source | None:
    """The offer with its tiers; None where not even the least quantity can be taken."""
    limits = [sum(block.most for block in blocks)]
    if lot.stock is not None:
        limits.append(lot.stock)
    if lot.pool is not None and lot.pool in pool_stock:
        limits.append(pool_stock[lot.pool])
    most = _down_to_multiple(min(limits), lot.multiple)
    if not blocks or most < max(lot.moq, 1):
        return None
    wanted = up_to_multiple(sum(f or 0 for block in blocks for f in block.full), lot.multiple)
    if lot.group is not None:
        if lean:
            most = min(most, max(wanted, up_to_multiple(max(lot.thresholds[-1], lot.moq), lot.multiple)))
        return Source(lot, tuple(blocks), (), most, wanted if lean else None)
    tiers: list[Tier] = []
    ends = [*(threshold - 1 for threshold in lot.thresholds[1:]), most]
    for index, (threshold, end) in enumerate(zip(lot.thresholds, ends, strict=True)):
        start = up_to_multiple(max(threshold, lot.moq), lot.multiple)
        stop = _down_to_multiple(min(end, most), lot.multiple)
        if lean:  # beyond need and threshold a piece only costs
            stop = min(stop, max(start, wanted))
        if start > stop:
            continue
        if tiers and tiers[-1].most >= start - lot.multiple and _same_price(blocks, tiers[-1].index, index):
            tiers[-1] = Tier(tiers[-1].index, tiers[-1].least, stop)
        else:
            tiers.append(Tier(index, start, stop))
    if lean and len(blocks) == 1:
        tiers = _undominated(tiers, blocks[0], wanted)
    if not tiers:
        return None
    return Source(lot, tuple(blocks), tuple(tiers), tiers[-1].most, wanted if lean else None)


def _same_price(blocks: Iterable[Block], one: int, other: int) -> bool:
    prices = (p for block in blocks for p in (block.use.unit_minor, weights(block.use)))
    return all(p[one] == p[other] for p in prices)


def _undominated(tiers: list[Tier], block: Block, wanted: int) -> list[Tier]:
    """Without tiers that buy more than all demands need where a lower tier covers them for no more money."""
    prices = (block.use.unit_minor, weights(block.use))
    kept: list[Tier] = []
    for tier in tiers:
        enough = ((t, max(t.least, wanted)) for t in kept if t.most >= wanted and tier.least >= wanted)
        if not any(all(n * p[t.index] <= tier.least * p[tier.index] for p in prices) for t, n in enough):
            kept.append(tier)
    return kept


def up_to_multiple(pieces: int, multiple: int) -> int:
    return -(-pieces // multiple) * multiple


def _down_to_multiple(pieces: int, multiple: int) -> int:
    return pieces // multiple * multiple


class _Memberships:
    """Which limits and rules speak of which pair, so that uses of an offer that are alike can be joined."""

    def __init__(self, problem: AllocationProblem) -> None:
        rules = [r for r in problem.rules if r.kind != "exclude" or r.priority]
        limited = [*((b.pairs, b) for b in problem.budgets), *((c.pairs, c) for c in problem.unit_caps)]
        sets = [pairs for pairs, _ in limited] + [s for r in rules for s in (r.select, r.within)]
        number = {pairs: i for i, pairs in enumerate(dict.fromkeys(sets))}
        self._of_pair: dict[Pair, list[int]] = defaultdict(list)
        for pairs, i in number.items():
            for pair in pairs:
                self._of_pair[pair].append(i)
        self._gaining = {number[r.within if r.kind == "share" else r.select] for r in rules if _gains(r)}
        self._budgets: dict[int, list[int]] = defaultdict(list)
        for budget in problem.budgets:
            self._budgets[number[budget.pairs]].append(budget.limit_minor)
        self._units: dict[int, list[int]] = defaultdict(list)
        for cap in problem.unit_caps:
            self._units[number[cap.pairs]].append(cap.units)
        self._caps: dict[int, list[PlanRule]] = defaultdict(list)
        for rule in rules:
            if rule.kind == "cap" and rule.op != ">=" and not rule.priority:
                self._caps[number[rule.select]].append(rule)
        self._powers = {power.site: power.watts for power in problem.powers}
        self._greedy = {need.demand for need in problem.needs if need.amount is None}
        self._timed = "min_time" in problem.objectives
        self._metrics = sorted({r.measure for r in rules if r.measure not in (None, "spend", "units")} - {None})

    def alike(self, uses: Iterable[Use]) -> dict[tuple[Hashable, ...], list[Use]]:
        """The uses of one offer by all that matters of them but the demand; the key begins with their memberships."""
        blocks: dict[tuple[Hashable, ...], list[Use]] = {}
        for use in uses:
            key = (
                tuple(self._of_pair.get(use.pair, ())),
                use.unit_minor,
                use.weight_minor,
                (use.site, use.watts) if use.site in self._powers and use.watts else None,
                tuple(use.figures.get(metric) for metric in self._metrics),
                use.demand if use.demand in self._greedy else None,
                use.days if self._timed else None,
            )
            blocks.setdefault(key, []).append(use)
        return blocks

    def gains(self, key: tuple[Hashable, ...]) -> bool:
        return not self._gaining.isdisjoint(_sets(key))

    def limit(self, key: tuple[Hashable, ...], use: Use, lot: Lot) -> int | None:
        """The most pieces that budgets, licences, caps and power leave to uses of a key; None where nothing bounds."""
        limits: list[int] = []
        cheapest = min(use.unit_minor)
        for i in _sets(key):
            limits += self._units.get(i, ())
            if cheapest > 0 and i in self._budgets:
                limits += (max(limit - lot.charge_minor, 0) // cheapest for limit in self._budgets[i])
            for rule in self._caps.get(i, ()):
                each = {"spend": Fraction(cheapest), "units": Fraction(1)}.get(str(rule.measure))
                each = use.figures.get(str(rule.measure), Fraction(0)) if each is None else each
                if each > 0:
                    limits.append(max(math.floor(rule.value / each), 0))
        if use.watts > 0 and use.site in self._powers:
            limits.append(math.floor(self._powers[use.site] / use.watts))
        return min(limits, default=None)


def _sets(key: tuple[Hashable, ...]) -> tuple[int, ...]:
    sets = key[0]
    assert isinstance(sets, tuple)
    return sets


def _gains(rule: PlanRule) -> bool:
    return rule.kind in _GAINING or (rule.kind == "cap" and rule.op != "<=")
