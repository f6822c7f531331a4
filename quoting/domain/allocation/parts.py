"""The model taken apart: where every demand pays a price for what it gets, each supplier decides for itself.

    cost of any plan >= sum_d n_d p_d + sum_k min_t v_kt(p)                      whatever the prices p >= 0
    v_kt(p) = f_kt + min { sum_i (c_it - a_i p_d(i)) x_i : 0 <= x_i <= most_it, least_kt <= sum_i x_i <= most_kt }

A part k is a volume group, or an offer that stands alone; t one of its price breaks, 0 is to take nothing. x_i are
pieces of one use of an offer, or those beyond need that only reach a break. Rows other than demands and breaks (rules,
budgets, pools, lots) are left out: the bound holds all the same, it is only weaker.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quoting.domain.allocation.linear import Terms
from quoting.domain.allocation.model import PlanModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Open = NDArray[np.bool_]  # parts x breaks: what may be taken

_AT_ONCE = 20_000  # numbers looked at together, so that they stay near the processor


@dataclass(frozen=True, slots=True)
class Answers:
    """What single parts do at single breaks (rows): their `values`, and what they `cover` of the demands."""

    values: Floats
    part: Ints
    _counted: Floats

    def cover(self, parts: Parts, rows: Ints, sums: Ints, number: int) -> Floats:
        """What the plans of some rows cover, added up to `number` sums: `sums` says to which each row goes."""
        demands = len(parts.amounts)
        place = sums[:, None] * demands + parts.demand[self.part[rows]]
        total = np.bincount(place.ravel(), weights=self._counted[rows].ravel(), minlength=number * demands)
        return np.asarray(total.reshape(number, demands))


class Parts:
    """The parts of a model under an objective of least cost.

    `amounts` of the demands; `open` the breaks there are, break 0 among them; `smooth`: parts whose first break takes a
    single piece and costs nothing but its pieces, so that it hardly differs from taking nothing; `dearest` by demand
    the most that a unit of it costs anywhere; `dear`: no plan costs as much; `cells`: numbers to look at for the answer
    of one part at one break.
    """

    def __init__(self, model: PlanModel, terms: Terms) -> None:
        """Read the parts. Every demand asks for an amount."""
        demands = sorted(need.demand for need in model.problem.needs)
        place = {demand: d for d, demand in enumerate(demands)}
        asked = {need.demand: need.amount or 0 for need in model.problem.needs}
        self.amounts = np.array([float(asked[demand]) for demand in demands])
        members: dict[str | int, list[int]] = defaultdict(list)
        for s, source in enumerate(model.sources):
            members[s if source.lot.group is None else source.lot.group].append(s)
        blocks = [[(s, b) for s in mine for b in range(len(model.sources[s].blocks))] for mine in members.values()]
        parts, tiers = len(members), max(len(model.tiers(mine[0])) for mine in members.values())
        wide, deep = max(map(len, blocks)), 1 + max(len(model.block(key).uses) for mine in blocks for key in mine)
        self.shape = parts, tiers, wide, deep
        self.open = np.zeros((parts, tiers + 1), dtype=np.bool_)
        self.open[:, 0] = True
        self.columns: list[list[list[int]]] = []
        self._least, self._most, self._fixed = (np.zeros((parts, tiers)) for _ in range(3))
        self._cost, self._room = np.zeros((parts, tiers, wide)), np.zeros((parts, tiers, wide))
        self._full, self._counts = np.zeros((parts, wide, deep)), np.zeros((parts, wide, deep))
        self._demand = np.zeros((parts, wide, deep), dtype=np.int64)
        for k, mine in enumerate(members.values()):
            taken = model.taken(mine[0])
            self.columns.append([[z] for z in taken] if taken else [[] for _ in model.tiers(mine[0])])
            for t, tier in enumerate(model.tiers(mine[0])):
                self.open[k, t + 1], self._least[k, t], self._most[k, t] = True, tier.least, tier.most
                self._fixed[k, t] = float(terms.get(taken[t], 0)) if taken else 0.0
            for j, key in enumerate(blocks[k]):
                block = model.block(key)
                for t, q in enumerate(model.quantities(key)):
                    self.columns[k][t].append(q.column)
                    self._cost[k, t, j] = float(terms.get(q.column, 0)) / q.step
                    self._room[k, t, j] = model.linear.upper[q.column] * q.step
                    if taken and taken[t] == q.column:  # all or nothing, with one column for both
                        self._fixed[k, t] = 0.0
                for i, (use, full) in enumerate(zip(block.uses, block.full, strict=True)):
                    if full:
                        self._full[k, j, i], self._demand[k, j, i] = full, place[use.demand]
                        self._counts[k, j, i] = min(float(use.counts), float(asked[use.demand]))
                self._full[k, j, -1] = np.inf
        self.smooth = (self._least[:, 0] <= 1) & (self._fixed[:, 0] == 0)
        self.cells = wide * deep
        self.dearest = self._dearest()
        self.demand = self._demand.reshape(parts, wide * deep)
        self.dear = (
            float((self._fixed + (np.maximum(self._cost, 0.0) * self._room).sum(axis=2)).max(axis=1).sum()) + 1.0
        )

    def _dearest(self) -> Floats:
        """By demand the most that one unit of it costs anywhere."""
        dearest = np.ones(len(self.amounts))
        counted = self._counts > 0
        each = self._cost.max(axis=1)[:, :, None] / np.where(counted, self._counts, 1.0)
        np.maximum.at(dearest, self._demand[counted], np.broadcast_to(each, counted.shape)[counted])
        return dearest

    def answers(self, prices: Floats, of: Ints, part: Ints, at: Ints) -> Answers:
        """What parts do at breaks other than 0, each row at the prices of one row of `prices` (tried x demands).

        Units: those of the objective a unit of the demand.
        """
        values, counted = np.empty(len(part)), np.empty((len(part), self.cells))
        rows = max(1, _AT_ONCE // self.cells)
        for begin in range(0, len(part), rows):
            some = slice(begin, begin + rows)
            values[some], counted[some] = self._answers(prices, of[some], part[some], at[some] - 1)
        return Answers(values, part, counted)

    def _answers(self, prices: Floats, of: Ints, part: Ints, t: Ints) -> tuple[Floats, Floats]:
        flat, counts = (len(part), self.cells), self._counts[part]
        gain = counts * prices.reshape(-1)[of[:, None, None] * prices.shape[1] + self._demand[part]]
        room = self._rooms(gain, part, t).reshape(flat)
        each = (self._cost[part, t][:, :, None] - gain).reshape(flat)
        pieces = np.where(each < 0, room, 0.0)
        total, least, most = pieces.sum(axis=1), self._least[part, t], self._most[part, t]
        bent = np.nonzero((total < least) | (total > most))[0]
        if len(bent):  # too few or too many: the best ones up to the end that is nearest
            order = np.argsort(each[bent], axis=1)
            steps = np.take_along_axis(room[bent], order, axis=1)
            before = np.cumsum(steps, axis=1) - steps
            aim = np.clip(total, least, most)[bent]
            chosen = np.empty_like(steps)
            np.put_along_axis(chosen, order, np.clip(aim[:, None] - before, 0.0, steps), axis=1)
            pieces[bent] = chosen
        return self._fixed[part, t] + np.einsum("ij,ij->i", pieces, each), pieces * counts.reshape(flat)

    def _rooms(self, gain: Floats, part: Ints, t: Ints) -> Floats:
        """The most pieces of each use, the dearest demands first, what is beyond need last."""
        room = self._room[part, t][:, :, None]
        full = self._full[part]
        if self.shape[3] == 2:
            needed = np.minimum(room, full[:, :, :1])
            return np.concatenate([needed, room - needed], axis=2)
        order = np.argsort(-gain, axis=2, kind="stable")
        full = np.take_along_axis(full, order, axis=2)
        finite = np.where(np.isinf(full), 0.0, full)
        before = np.cumsum(finite, axis=2) - finite
        rooms = np.empty(gain.shape)
        np.put_along_axis(rooms, order, np.clip(room - before, 0.0, full), axis=2)
        return rooms

    def upper(self, model: PlanModel, open_: Open) -> list[int]:
        """Upper bounds of the model's columns that leave the open breaks."""
        upper: list[int] = list(model.linear.upper)
        for breaks, columns in zip(open_.tolist(), self.columns, strict=True):
            for t, of_tier in enumerate(columns, 1):
                for column in () if breaks[t] else of_tier:
                    upper[column] = 0
        return upper
