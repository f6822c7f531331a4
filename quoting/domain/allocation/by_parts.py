"""Branch and bound over the price breaks of volume groups, with bounds of a model that is taken apart (`parts`).

A model of total quantity discounts is wide, but few of its choices are in doubt. Bounds by parts cost a small part of
those of the whole relaxation and are as good; each of them also shuts all breaks that no better plan can take.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from quoting.domain.allocation.linear import Terms
from quoting.domain.allocation.master import Master
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.parts import Floats, Open, Parts, Plans, first_prices, joined
from quoting.domain.allocation.problem import Effort
from quoting.domain.errors import Cancelled
from quoting.domain.watch import Watch

_WIDE = 4_000  # columns from which on a model is worth taking apart
_WHOLE = 1e-6
_SURE = 0.9  # share from which on a dive takes a break for granted
_AT_ONCE = 0.25  # of the parts in doubt that a dive settles in a step, until few are left
_FEW = 8  # parts in doubt whose breaks are all tried
_KEPT = 4  # plans that a branch takes over, times the rows of the master
_CLOSE = 0.04  # of the distance from the root to the best plan: bounds are as near as that before a branch
_LOOSE = 1e-3  # of the value, in a dive; and
_ROOT = 4e-4  # before there is any plan
_EXACT = 1e-10  # of the value: nearer than that is the same
_STEADY = 0.7  # weight of the best prices so far in those tried next
_CELL_S = 4e-8  # reckoned for a number looked at: the domain has no clock
_STEP_S = 1e-3  # and for a step whatever its size
_MUCH = (2.0, 50.0, 1e3)  # times the dearest price that a lack costs, one after the other until there is none


def falls_apart(model: PlanModel, objective: str) -> bool:
    """Whether a model is wide by volume groups, and demands are all that couples its parts."""
    problem = model.problem
    limited = bool(problem.budgets or problem.powers or problem.unit_caps or problem.pool_stock)
    coupled = limited or any(rule.kind != "exclude" or rule.priority for rule in problem.rules)
    return (
        objective == "min_cost" == problem.objectives[0]
        and len(model.linear.lower) >= _WIDE
        and not model.met
        and not coupled
        and all(need.amount is not None for need in problem.needs)
        and len({source.lot.group for source in model.sources} - {None}) > 1
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What the whole model says of some open breaks. `value` of the best plan in hand, if any, `bound` of theirs."""

    value: float | None
    bound: float


@dataclass(frozen=True, slots=True)
class _Node:
    """Some open breaks: their `bound` and the `prices` that prove it; `value` of the relaxation and the `shares` of
    breaks in it, by the `plans` at hand, with something `missing` or not."""

    bound: float
    open: Open
    prices: Floats
    value: float
    plans: Plans
    shares: Floats
    missing: bool


class Tree:
    """The search. `value` of the best plan in hand, `bound` that no plan betters."""

    def __init__(
        self,
        model: PlanModel,
        terms: Terms,
        effort: Effort,
        watch: Watch,
        attempt: Callable[[list[int]], Tried],
        until: float,
        resolution: float,
    ) -> None:
        """
        Args:
            attempt: asks the whole model for its best plan within upper bounds of the columns.
            until: of the effort spent, when to stop.
            resolution: values that differ by less are the same.
        """
        self.model, self.parts, self.effort, self.watch = model, Parts(model, terms), effort, watch
        self.attempt, self.until, self.resolution = attempt, until, resolution
        self.value, self.bound, self._root = math.inf, -math.inf, -math.inf
        self._least = math.inf  # of the bounds of all that was given up
        self._waiting: list[tuple[float, int, _Node]] = []
        self._number = count()

    @property
    def _cutoff(self) -> float:
        """What a bound has to reach for its node to be given up."""
        return (
            self.value - max(self.effort.gap * abs(self.value) * 0.999, self.resolution / 2) if self._any else math.inf
        )

    @property
    def _any(self) -> bool:
        return math.isfinite(self.value)

    @property
    def _late(self) -> bool:
        return self.effort.spent_s >= self.until

    def run(self) -> bool:
        """Search until the gap is closed; False where time ran out before.

        Raises:
            Cancelled: the watch said stop.
        """
        node = self._node(self.parts.open, first_prices(self.parts), None)
        self._root = self.bound = -math.inf if node is None else node.bound
        if node is not None:
            self._dive(node)
        while node is not None:
            self.bound = min([node.bound, self._least, *(waiting[0] for waiting in self._waiting[:1])])
            if self._late:
                return False
            node = self._branch(node) or self._next()
        self.bound = min(self._least, self.value)
        return True

    def _next(self) -> _Node | None:
        while self._waiting:
            bound, _, node = heapq.heappop(self._waiting)
            if bound < self._cutoff:
                return node
            self._least = min(self._least, bound)
        return None

    def _branch(self, node: _Node) -> _Node | None:
        """Split a node, keep the worse half for later and return the better; None where nothing is left of it."""
        if node.bound >= self._cutoff:
            self._least = min(self._least, node.bound)
            return None
        doubtful = self._doubtful(node)
        if node.missing or not len(doubtful):
            return self._settle(node)
        nodes = [self._node(half, node.prices, node) for half in self._split(node, doubtful)]
        left = sorted((half for half in nodes if half is not None), key=lambda half: half.value)
        for half in left[1:]:
            heapq.heappush(self._waiting, (half.bound, next(self._number), half))
        return left[0] if left else None

    def _settle(self, node: _Node) -> _Node | None:
        """Close a node of which no part is in doubt, or nothing is covered; what is left of it where parts are."""
        if not node.missing:
            self._try(node.open & self._settled(node))
            further = self._node(node.open, node.prices, node, near=0.0)
            if further is None or len(self._doubtful(further)):
                return further
            node = further
        bound = self._try(node.open)  # the whole model knows more than its parts do
        self._least = min(self._least, max(bound, node.bound))
        return None

    def _try(self, open_: Open) -> float:
        tried = self.attempt(self.parts.upper(self.model, open_))
        if tried.value is not None:
            self.value = min(self.value, tried.value)
        return tried.bound

    # ---- which break

    def _merged(self, node: _Node) -> Floats:
        shares = node.shares.copy()
        smooth = self.parts.smooth
        shares[smooth, 1] += shares[smooth, 0]
        shares[smooth, 0] = 0.0
        return shares

    def _doubtful(self, node: _Node) -> NDArray[np.int64]:
        """The parts that take more than one break, the most divided first."""
        largest = self._merged(node).max(axis=1)
        return np.array([k for k in np.argsort(largest, kind="stable") if largest[k] < 1 - _WHOLE], dtype=np.int64)

    def _settled(self, node: _Node) -> Open:
        """The break that every part takes, or takes most."""
        chosen = np.zeros(self.parts.open.shape, dtype=np.bool_)
        shares = self._merged(node)
        for k in range(len(chosen)):
            self._only(chosen, k, int(shares[k].argmax()))
        return chosen

    def _only(self, open_: Open, part: int, at: int) -> None:
        before = bool(open_[part, 0]) or not open_[part].any()
        open_[part] = False
        open_[part, at] = True
        if at == 1 and self.parts.smooth[part]:
            open_[part, 0] = before

    def _split(self, node: _Node, doubtful: NDArray[np.int64]) -> list[Open]:
        """The open breaks in two halves, by the part whose halves cost most."""
        master, shares = self._master(node), self._merged(node)
        usual, best, halves = master.solve(), -1.0, [node.open]
        for k in doubtful[:6]:
            first = 1 if self.parts.smooth[k] else 0
            end = first + 1 + int(np.abs(np.cumsum(shares[k])[first:-1] - 0.5).argmin())
            low, high = node.open.copy(), node.open.copy()
            low[k, end:], high[k, :end] = False, False
            rises = []
            for half in (low, high):
                master.leave(half)
                rises.append(max(min(master.solve(barred=True) - usual, 0.02 * abs(usual)), 1e-9 * abs(usual)))
                self._step(0)
            if rises[0] * rises[1] > best:
                best, halves = rises[0] * rises[1], [low, high]
        return halves

    def _dive(self, node: _Node) -> None:
        """Settle breaks as they look best until none is in doubt, and try what comes of it."""
        loose = _LOOSE * abs(node.bound)
        while not self._late:
            doubtful = self._doubtful(node)
            if not len(doubtful):
                self._try(node.open & self._settled(node))
                return
            shares = self._merged(node)
            open_ = node.open.copy()
            if len(doubtful) <= _FEW:
                sure = np.nonzero(shares.max(axis=1) >= 1 - _WHOLE)[0]
                part, at = self._most_telling(node, doubtful, shares)
                self._only(open_, part, at)
            else:
                sure = np.nonzero(shares.max(axis=1) >= _SURE)[0]
                sure = np.union1d(sure, doubtful[-max(1, int(len(doubtful) * _AT_ONCE)) :])
            for k in sure:
                self._only(open_, int(k), int(shares[k].argmax()))
            further = self._node(open_, node.prices, node, near=loose, proof=False)
            if further is None:
                return
            node = further

    def _most_telling(self, node: _Node, doubtful: NDArray[np.int64], shares: Floats) -> tuple[int, int]:
        """The part whose worst break costs most, and its best break."""
        master = self._master(node)
        master.solve()
        worst, told = -math.inf, (int(doubtful[0]), int(shares[doubtful[0]].argmax()))
        for k in doubtful:
            costs = []
            for at in np.nonzero(shares[k] > _WHOLE)[0]:
                open_ = node.open.copy()
                self._only(open_, int(k), int(at))
                master.leave(open_)
                costs.append((master.solve(barred=True), int(at)))
                self._step(0)
            if max(costs)[0] > worst:
                worst, told = max(costs)[0], (int(k), min(costs)[1])
        return told

    # ---- bounds

    def _step(self, cells: int) -> None:
        if self.watch.stopped():
            raise Cancelled("stopped by the watch")
        self.effort.spent_s += _STEP_S + cells * _CELL_S

    def _master(self, node: _Node) -> Master:
        return Master(self.parts, node.plans, self.effort, _MUCH[0])

    def _node(
        self, open_: Open, prices: Floats, parent: _Node | None, *, near: float | None = None, proof: bool = True
    ) -> _Node | None:
        """Some open breaks without those that no better plan can take, with prices, plans and bound; None where that
        leaves nothing.

        Args:
            near: how close the bound has to be to the relaxation, in its units.
            proof: what is given up counts in the bound of the search.
        """
        open_, best, bound, trial = open_.copy(), prices, -math.inf, [prices]
        every = np.arange(len(open_))
        master: Master | None = None
        known = None if parent is None else parent.plans
        level = 0
        while True:
            entered = False
            for tried in trial:
                self._step(self.parts.cells)
                offered = self.parts.offered(tried)
                values = np.where(open_, offered.values, np.inf)
                at = values.argmin(axis=1)
                least = values[every, at]
                reached = float(tried @ self.parts.amounts + least.sum())
                if reached > bound:
                    bound, best = reached, tried
                if bound >= self._cutoff:
                    if proof:
                        self._least = min(self._least, bound)
                    return None
                if self._any:
                    open_ &= values - least[:, None] <= self._cutoff - reached
                plans = self.parts.plans(offered, every, at)
                if master is None:
                    if known is not None:
                        plans = joined(known.some(known.allowed(open_)), plans)
                    master = Master(self.parts, plans, self.effort, _MUCH[level])
                    entered = True
                    break
                gains = plans.cost - plans.cover @ master.prices - master.rents[every] < -1e-8 * abs(
                    master.value
                ) / len(every)
                if gains.any():
                    master.leave(open_)
                    master.add(plans.some(gains))
                    entered = True
                    break
            assert master is not None
            if not entered and master.missing and level + 1 < len(_MUCH):
                level += 1
                master = Master(self.parts, master.plans.some(master.plans.allowed(open_)), self.effort, _MUCH[level])
                entered = True
            if not entered or self._late:
                break
            master.solve()
            master.read()
            trial = [_STEADY * best + (1 - _STEADY) * master.prices, master.prices]
            if not master.missing and master.value - bound <= max(self._near(bound, near), _EXACT * abs(bound)):
                break
        most = _KEPT * (len(self.parts.amounts) + len(open_))
        if parent is not None:
            bound = max(bound, parent.bound)
        return _Node(bound, open_, best, master.value, master.nearest(most), master.shares, master.missing)

    def _near(self, bound: float, near: float | None) -> float:
        if near is not None:
            return min(near, (self.value - bound) / 10) if self._any else near
        return _CLOSE * (self.value - self._root) if self._any else _ROOT * abs(bound)
