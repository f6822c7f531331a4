"""A smallest set of wishes that cannot hold together, when no plan meets them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from quoting.domain.allocation import highs
from quoting.domain.allocation.certificate import recount
from quoting.domain.allocation.highs import How, Status
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.problem import AllocationProblem, Effort, Item, Need
from quoting.domain.allocation.relaxation import without
from quoting.domain.allocation.rules import add_rules
from quoting.domain.watch import Watch

_ONE = Fraction(1)
_ROOM = 40  # see `sources.read_sources`


def minimal_conflict(problem: AllocationProblem, effort: Effort, watch: Watch) -> tuple[tuple[Item, ...], bool]:
    """Demands, budgets, mandatory rules and power limits that cannot hold together: drop any one and the rest can.

    All supply stays in force. Where only demands are left in the set, each offer whose least quantity, multiple and
    stock alone stand in the way is added as a supply item. Rules with a priority and declared licences are no part.

    Returns:
        The items, and whether it was proven within the effort that there is no smaller set in them. No items: that
        there is no plan was not proven.

    Raises:
        Cancelled: the watch said stop.
    """
    probe = _Probe(problem, effort, watch)
    if not probe.conflicts(probe.items):
        return (), False
    items = _shrink(probe, [], probe.items, known=False)
    if not probe.decided and not probe.conflicts(items):
        return tuple(probe.items), False  # halving relies on answers that time did not give
    if all(item.kind == "demand" for item in items):
        items = [*items, *_supply_in_the_way(probe, items)]
    return tuple(items), probe.decided


class _Probe:
    """Asks whether some of the items of a problem conflict, and remembers whether every answer was proven."""

    def __init__(self, problem: AllocationProblem, effort: Effort, watch: Watch) -> None:
        self.problem = replace(problem, rules=tuple(r for r in problem.rules if not r.priority), objectives=())
        self.effort, self.watch, self.decided = effort, watch, True
        self.items = [
            *(Item("budget", i) for i in sorted(b.id for b in self.problem.budgets)),
            *(Item("power", i) for i in sorted(p.site for p in self.problem.powers)),
            *(Item("rule", i) for i in sorted(r.id for r in self.problem.rules)),
            *(Item("demand", i) for i in sorted(n.demand for n in self.problem.needs)),
        ]

    def conflicts(self, kept: Collection[Item]) -> bool:
        """Whether it is proven that the kept items cannot hold together."""
        if not any(item.kind in ("demand", "rule") for item in kept):
            return False  # to buy nothing breaks no limit
        answer = self._feasible(kept)
        self.decided = self.decided and answer is not None
        return answer is False

    def frees(self, kept: Collection[Item], supply: Item) -> bool:
        """Whether the kept items can hold together once the supply of one offer is set free."""
        return self._feasible(kept, supply) is True

    def _feasible(self, kept: Collection[Item], *lifted: Item) -> bool | None:
        """Whether a plan holds all kept items; None where that was not decided within the effort."""
        chosen = set(kept)
        asked = without(self.problem, [*(item for item in self.items if item not in chosen), *lifted])
        model = PlanModel(_one_piece(asked), self.watch, room=_ROOM)
        add_rules(model)
        solution = highs.solve(model.linear, {}, self.effort, self.watch, How(first=True))
        if solution.status is Status.INFEASIBLE:
            return False
        if solution.values is not None and recount(asked, model.plan(solution.values)).holds:
            return True
        return None


def _one_piece(problem: AllocationProblem) -> AllocationProblem:
    """The same question with each demand for as much as can be had asking for the one piece that meets it."""
    greedy = {need.demand for need in problem.needs if need.amount is None}
    if not greedy:
        return problem
    return replace(
        problem,
        uses=tuple(replace(use, counts=_ONE) if use.demand in greedy else use for use in problem.uses),
        needs=tuple(Need(n.demand, n.site, _ONE) if n.demand in greedy else n for n in problem.needs),
    )


def _shrink(probe: _Probe, kept: Sequence[Item], items: Sequence[Item], *, known: bool) -> list[Item]:
    """The items that are needed for a conflict beside the kept ones, by halving.

    Source: U. Junker, QuickXplain, AAAI 2004.

    Args:
        known: the kept items have just been found not to conflict among themselves.
    """
    if not known and kept and probe.conflicts(kept):
        return []
    if len(items) == 1:
        return list(items)
    half = len(items) // 2
    front, back = items[:half], items[half:]
    needed = _shrink(probe, [*kept, *front], back, known=not front)
    return _shrink(probe, [*kept, *needed], front, known=not needed) + needed


def _supply_in_the_way(probe: _Probe, demands: Sequence[Item]) -> list[Item]:
    named = {item.id for item in demands}
    offers = sorted({use.offer for use in probe.problem.uses if use.demand in named})
    return [item for offer in offers if probe.frees(demands, item := Item("supply", offer))]
