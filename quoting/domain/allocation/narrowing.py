"""Where better plans can lie at all: bounds on columns that lose no plan better than the one in hand.

A wide model is mostly offers that no good plan uses. A plan found among the few that the relaxation favours is soon
good, and its cost then bounds what any better plan can take of all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from quoting.domain.allocation.highs import Relaxation
from quoting.domain.allocation.model import BlockKey, PlanModel
from quoting.domain.allocation.sources import weights

_SAFETY = 1e-6  # relative; far above the errors of the solver's arithmetic


def favoured(model: PlanModel, relaxed: Relaxation, favour: float) -> list[int]:
    """Upper bounds that leave the columns the relaxation uses and `favour` times as many that come next: no proof.

    Only pieces and price breaks are shut. All other columns follow from them, and with one of those shut, such as that
    a vendor is used at all, what was let in beside it could not be taken.
    """
    linear, mine = model.linear, set[int]()
    for s, source in enumerate(model.sources):
        mine.update(model.taken(s))
        mine.update(q.column for b in range(len(source.blocks)) for q in model.quantities((s, b)))
    unused = sorted(
        (cost, column)
        for column, cost in enumerate(relaxed.costs)
        if column in mine and cost > _SAFETY and relaxed.values[column] <= linear.lower[column] + _SAFETY
    )
    used = sum(relaxed.values[column] > linear.lower[column] + _SAFETY for column in mine)
    upper = list(linear.upper)
    for _, column in unused[int(favour * used) :]:
        upper[column] = linear.lower[column]
    return upper


def likely(model: PlanModel, relaxed: Relaxation, more: int) -> list[int]:
    """Upper bounds that leave the offers the relaxation uses and `more` that come next, with all of their columns.

    An offer comes next by what one minor unit spent on it adds to the relaxation's value. No proof.
    """
    upper, columns, ranked = list(model.linear.upper), [], []
    for s, source in enumerate(model.sources):
        taken = model.taken(s)
        mine, extra = set(taken), math.inf
        for b, block in enumerate(source.blocks):
            for t, q in enumerate(model.quantities((s, b))):
                mine.add(q.column)
                tier = source.tiers[t]
                pieces = max(tier.least, min(tier.most, max((full or 1 for full in block.full), default=1)), 1)
                cost = relaxed.costs[q.column] * pieces / q.step
                if taken and taken[t] != q.column:
                    cost += relaxed.costs[taken[t]]
                extra = min(extra, cost / (pieces * max(float(weights(block.use)[q.at]), 1.0)))
        used = any(relaxed.values[column] > _SAFETY for column in mine)
        columns.append(mine)
        ranked.append((not used, extra, s))
    ranked.sort()
    used_offers = sum(not unused for unused, _, _ in ranked)
    for _, _, s in ranked[used_offers + more :]:
        for column in columns[s]:
            upper[column] = model.linear.lower[column]
    return upper


def reachable(model: PlanModel, upper: Sequence[int], relaxed: Relaxation, value: float) -> list[int]:
    """Upper bounds outside of which no plan is better than a value: each further unit costs its reduced cost.

    A price break costs that of its least quantity as well, for none is taken without it.

    Args:
        upper: the bounds under which the relaxation was solved.
        value: of the plan in hand or aimed at, in the sense and units of the relaxation.
    """
    linear = model.linear
    room = (value - relaxed.value) * (1 + _SAFETY) + _SAFETY * max(1.0, abs(relaxed.value))
    narrowed = list(upper)

    def narrow(column: int, room: float) -> None:
        cost, low = relaxed.costs[column], linear.lower[column]
        if cost > 0 and room < cost * (narrowed[column] - low):
            narrowed[column] = low + max(math.floor(room / cost), 0)

    for column in range(len(narrowed)):
        narrow(column, room)
    for s, source in enumerate(model.sources):
        for t, (tier, taken) in enumerate(zip(source.tiers, model.taken(s), strict=False)):
            quantities = [model.quantities((s, b))[t] for b in range(len(source.blocks))]
            if quantities[0].column == taken:
                continue
            left = room - max(relaxed.costs[taken], 0.0)
            for q in quantities:
                narrow(q.column, left)
            each = min(max(relaxed.costs[q.column], 0.0) / q.step for q in quantities)
            most = sum(narrowed[q.column] * q.step for q in quantities)
            if not narrowed[taken] or most < tier.least or left < tier.least * each:
                for column in (taken, *(q.column for q in quantities)):
                    narrowed[column] = linear.lower[column]
    return narrowed


def affordable(model: PlanModel, most_minor: Fraction) -> list[int]:
    """Upper bounds outside of which a plan costs more than an amount, or one vendor more than its share of that."""
    upper = list(model.linear.upper)
    ratio = _least_weight(model)
    if ratio <= 0:
        return upper
    shares = _shares(model)
    for s, source in enumerate(model.sources):
        for b, block in enumerate(source.blocks):
            cash = most_minor / ratio * shares.get((s, b), Fraction(1))
            for t, q in enumerate(model.quantities((s, b))):
                weight, unit = weights(block.use)[q.at], block.use.unit_minor[q.at]
                limits = [most_minor // weight if weight else None, cash // unit if unit else None]
                pieces = min((int(n) for n in limits if n is not None), default=None)
                if pieces is None:
                    continue
                upper[q.column] = min(upper[q.column], pieces // q.step)
                if source.single and source.tiers and pieces < source.tiers[t].least:
                    for z in model.taken(s)[t : t + 1]:
                        upper[z] = 0
    return upper


def _least_weight(model: PlanModel) -> Fraction:
    """The least that a piece weighs for each minor unit it costs."""
    uses = (block.use for source in model.sources for block in source.blocks)
    ratios = {Fraction(1)} | {
        Fraction(weight) / unit
        for use in uses
        if use.weight_minor is not None
        for weight, unit in zip(use.weight_minor, use.unit_minor, strict=True)
        if unit
    }
    return min(ratios)


def _shares(model: PlanModel) -> dict[BlockKey, Fraction]:
    """The greatest share of all spend that mandatory rules leave to the vendor of a block."""
    shares: dict[BlockKey, Fraction] = {}
    for rule in model.problem.rules:
        capped = rule.kind == "concentration" or (rule.kind == "share" and rule.op != ">=")
        if capped and rule.measure == "spend" and not rule.priority:
            for key in model.blocks(rule.select):
                shares[key] = min(shares.get(key, Fraction(1)), rule.value)
    return shares
