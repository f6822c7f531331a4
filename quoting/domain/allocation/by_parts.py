"""Branch and bound over the price breaks of volume groups, with bounds of a model that is taken apart (`parts`).

A model of total quantity discounts is wide, but few of its choices are in doubt. Bounds by parts cost a small part of
those of the whole relaxation and are as good; each of them also shuts all breaks that no better plan can take. What
the relaxation says of each node is rounded to one break a part, bettered part by part, and tried.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np

from quoting.domain.allocation.bundle import Bundle, added, ask, begun, weighed, within
from quoting.domain.allocation.linear import Terms
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.parts import Floats, Ints, Open, Parts
from quoting.domain.allocation.problem import Effort
from quoting.domain.errors import Cancelled
from quoting.domain.watch import Watch

_WIDE = 4_000  # columns from which on a model is worth taking apart
_WHOLE = 1e-6
_CANDIDATES = 8  # parts in doubt whose halves are looked at before a branch
_NEIGHBOURS = 4  # plans that differ in one part from a good one, and are looked at
_CLOSE, _OF_GAP = 0.03, 0.02  # of what a bound lacks, of the gap asked for: bounds are as near as that to their best
_ROUGH = 2e-5  # of the value, at least as near as that before there is any plan
_EXACT = 1e-9  # of the value: nearer than that is the same
_MOST_STEPS = 400
_CELL_S = 4e-8  # reckoned for a number looked at: the domain has no clock
_STEP_S = 1e-3  # and for a step whatever its size


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
    """Some open breaks: the `bound` of their plans, the `bundle` that proves it, and the `shares` of breaks in the
    relaxation, taking nothing and a first break that hardly differs from it as one."""

    bound: float
    open: Open
    bundle: Bundle
    shares: Floats


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
        self.value, self.bound = math.inf, -math.inf
        self._least = math.inf  # of the bounds of all that was given up
        self._waiting: list[tuple[float, int, _Node]] = []
        self._number = count()
        self._seen: set[bytes] = set()  # one break for each part, looked at before

    @property
    def _cutoff(self) -> float:
        """What a bound has to reach for its node to be given up."""
        if not self._any:
            return self.parts.dear
        return self.value - max(self.effort.gap * abs(self.value) * 0.999, self.resolution / 2)

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
        node = self._node(self.parts.open, begun(self.parts, self.parts.open))
        while node is not None:
            self.bound = min([node.bound, self._least, *(waiting[0] for waiting in self._waiting[:1])])
            if self._late:
                return False
            self._round(node)
            node = self._branch(node) or self._next()
        self.bound = min(self._least, self.value)
        return not self._late or self.bound >= self._cutoff  # what was settled last may have been cut short

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
        if not len(doubtful):
            return self._settle(node)
        nodes = [self._node(half, node.bundle, node.bound) for half in self._split(node, doubtful)]
        left = sorted((half for half in nodes if half is not None), key=lambda half: half.bound)
        for half in left[1:]:
            heapq.heappush(self._waiting, (half.bound, next(self._number), half))
        return left[0] if left else None

    def _settle(self, node: _Node) -> _Node | None:
        """Close a node of which no part is in doubt; what is left of it where parts are, looked at more closely."""
        further = self._node(node.open, node.bundle, node.bound, near=0.0)
        if further is None or len(self._doubtful(further)):
            return further
        bound = self._try(further.open)  # the whole model knows more than its parts do
        self._least = min(self._least, max(bound, further.bound))
        return None

    def _try(self, open_: Open) -> float:
        tried = self.attempt(self.parts.upper(self.model, open_))
        if tried.value is not None:
            self.value = min(self.value, tried.value)
        return tried.bound

    # ---- plans

    def _round(self, node: _Node) -> None:
        """Try the breaks that the relaxation takes most, and what is better nearby."""
        found = self._one_each(node.shares.argmax(axis=1), node.bundle, self._cutoff)
        if found is None:
            return
        while not self._late and (better := self._neighbour(found)) is not None:
            found = better
        self._try(found.open)

    def _one_each(self, at: Ints, bundle: Bundle, cutoff: float) -> _Node | None:
        """The relaxation with one break a part; None where that is no better than `cutoff`, or was seen."""
        if at.tobytes() in self._seen:
            return None
        self._seen.add(at.tobytes())
        open_ = np.zeros(self.parts.open.shape, dtype=np.bool_)
        open_[np.arange(len(at)), at] = True
        open_[self.parts.smooth & (at == 1), 0] = True
        return self._node(open_, bundle, cutoff=cutoff)

    def _neighbour(self, found: _Node) -> _Node | None:
        """One break each that is better than some others, in all but one part the same."""
        every, at = np.arange(len(found.open)), found.shares.argmax(axis=1)
        self._step(self.parts.open)
        asked = ask(self.parts, found.bundle.prices[found.bundle.best], self.parts.open)
        rises = asked.values - asked.values[every, at][:, None]
        rises[every, at] = np.inf
        rises[self.parts.smooth, 0] = np.inf
        least = self._near(found.bound, found.bound)
        for place in np.argsort(rises, axis=None, kind="stable")[:_NEIGHBOURS]:
            k, t = divmod(int(place), rises.shape[1])
            if found.bound + rises[k, t] >= found.bound - least or self._late:
                continue
            other = at.copy()
            other[k] = t
            better = self._one_each(other, found.bundle, found.bound - least)
            if better is not None:
                return better
        return None

    # ---- which break

    def _doubtful(self, node: _Node) -> Ints:
        """The parts that take more than one break, the most divided first."""
        largest = node.shares.max(axis=1)
        return np.array([k for k in np.argsort(largest, kind="stable") if largest[k] < 1 - _WHOLE], dtype=np.int64)

    def _split(self, node: _Node, doubtful: Ints) -> list[Open]:
        """The open breaks in two halves, by the part whose halves cost most."""
        best, halves = -1.0, [node.open]
        for k in doubtful[:_CANDIDATES]:
            first = 1 if self.parts.smooth[k] else 0
            end = first + 1 + int(np.abs(np.cumsum(node.shares[k])[first:-1] - 0.5).argmin())
            low, high = node.open.copy(), node.open.copy()
            low[k, end:], high[k, :end] = False, False
            rises = []
            for half in (low, high):
                bundle, _, foreseen = weighed(self.parts, within(self.parts, node.bundle, half))
                self._step(node.open[k : k + 1].repeat(len(bundle.values), axis=0))
                rise = min(bundle.bound + foreseen, self._cutoff) - node.bound
                rises.append(max(rise, 1e-9 * abs(node.bound)))
            if rises[0] * rises[1] > best:
                best, halves = rises[0] * rises[1], [low, high]
        return halves

    # ---- bounds

    def _step(self, asked: Open) -> None:
        if self.watch.stopped():
            raise Cancelled("stopped by the watch")
        self.effort.spent_s += _STEP_S + np.count_nonzero(asked) * self.parts.cells * _CELL_S

    def _node(
        self,
        open_: Open,
        bundle: Bundle,
        bound: float = -math.inf,
        *,
        near: float | None = None,
        cutoff: float | None = None,
    ) -> _Node | None:
        """Some open breaks without those that no better plan can take, with bundle and bound; None where that leaves
        nothing.

        Args:
            bound: known before.
            near: how close the bound has to be to the best there is, in its units.
            cutoff: in the place of that of the search, of whose bound what is given up is no part then.
        """
        open_ = open_.copy()
        bundle = within(self.parts, bundle, open_)
        for _ in range(_MOST_STEPS):
            bound = max(bound, bundle.bound)
            limit = self._cutoff if cutoff is None else cutoff
            if bound >= limit:
                if cutoff is None:
                    self._least = min(self._least, bound)
                return None
            bundle, prices, foreseen = weighed(self.parts, bundle)
            if foreseen <= max(self._near(bound, limit) if near is None else near, _EXACT * abs(bound)) or self._late:
                break
            self._step(open_)
            asked = ask(self.parts, prices, open_)
            bundle = added(bundle, asked, foreseen)
            if self._any and asked.bound >= bound:
                least = asked.bound + asked.values - asked.values.min(axis=1)[:, None]  # of the plans with each break
                shut = open_ & (least >= limit)
                if shut.any():
                    if cutoff is None:
                        self._least = min(self._least, float(least[shut].min()))
                    open_ &= ~shut
                    bundle = within(self.parts, bundle, open_)
        bundle, _, _ = weighed(self.parts, bundle)
        shares, smooth = bundle.shares(open_.shape[1]), self.parts.smooth
        shares[smooth, 1] += shares[smooth, 0]
        shares[smooth, 0] = 0.0
        return _Node(bound, open_, bundle.lean(), shares)

    def _near(self, bound: float, cutoff: float) -> float:
        """How close to its best a bound has to be: closer where it is close to the cutoff, if there is a true one."""
        if cutoff >= self.parts.dear:
            return max(self.effort.gap * _OF_GAP, _ROUGH) * abs(bound)
        return max(self.effort.gap * _OF_GAP * abs(bound), _CLOSE * (cutoff - bound))
