"""The problem with some of its demands, limits or supply terms lifted: what conflicts and repairs ask about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from quoting.domain.allocation.problem import AllocationProblem, Item, Lot


def without(problem: AllocationProblem, dropped: Collection[Item]) -> AllocationProblem:
    """The same problem with the items not asked for. Pairs of a dropped demand stay: they may still be bought.

    A dropped supply lifts the offer's least quantity (its first threshold included, unless a volume group sets it),
    its multiple, its stock and its part of a pool.
    """
    if not dropped:
        return problem
    gone = frozenset(dropped)
    return replace(
        problem,
        lots=tuple(_lifted(lot) if Item("supply", lot.offer) in gone else lot for lot in problem.lots),
        needs=tuple(n for n in problem.needs if Item("demand", n.demand) not in gone),
        budgets=tuple(b for b in problem.budgets if Item("budget", b.id) not in gone),
        powers=tuple(p for p in problem.powers if Item("power", p.site) not in gone),
        rules=tuple(r for r in problem.rules if Item("rule", r.id) not in gone),
    )


def _lifted(lot: Lot) -> Lot:
    thresholds = lot.thresholds if lot.group is not None else (1, *lot.thresholds[1:])
    return replace(lot, moq=1, multiple=1, stock=None, pool=None, thresholds=thresholds)
