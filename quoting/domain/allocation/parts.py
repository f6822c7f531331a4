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
Open = NDArray[np.bool_]  # parts x breaks: what may be taken


@dataclass(frozen=True, slots=True)
class Plans:
    """Whole plans of single parts: `part`, `at` (break), `cover` (plans x demands), `cost`."""

    part: NDArray[np.int64]
    at: NDArray[np.int64]
    cover: Floats
    cost: Floats

    def __len__(self) -> int:
        return len(self.part)

    def some(self, which: NDArray[np.int64] | Open) -> Plans:
        return Plans(self.part[which], self.at[which], self.cover[which], self.cost[which])

    def allowed(self, open_: Open) -> Open:
        return np.asarray(open_[self.part, self.at], dtype=np.bool_)


def joined(one: Plans, other: Plans) -> Plans:
    return Plans(
        np.concatenate([one.part, other.part]),
        np.concatenate([one.at, other.at]),
        np.concatenate([one.cover, other.cover]),
        np.concatenate([one.cost, other.cost]),
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """What each part does at given prices: `values` of its breaks (parts x breaks) and the pieces behind them."""

    values: Floats
    _pieces: Floats


class Parts:
    """The parts of a model under an objective of least cost.

    `amounts` of the demands; `open` the breaks there are, break 0 among them; `smooth`: parts whose first break takes a
    single piece and costs nothing but its pieces, so that it hardly differs from taking nothing; `cells`: numbers
    looked at by one pricing.
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
        self.cells = parts * tiers * wide * deep
        self.dearest = self._dearest()

    def _dearest(self) -> Floats:
        """By demand the most that one unit of it costs anywhere."""
        dearest = np.ones(len(self.amounts))
        counted = self._counts > 0
        each = self._cost.max(axis=1)[:, :, None] / np.where(counted, self._counts, 1.0)
        np.maximum.at(dearest, self._demand[counted], np.broadcast_to(each, counted.shape)[counted])
        return dearest

    def offered(self, prices: Floats) -> Offered:
        """What each part does at prices of the demands. Units: those of the objective a unit of the demand."""
        parts, tiers, wide, deep = self.shape
        gain = self._counts * prices[self._demand]
        room = self._rooms(gain).reshape(parts, tiers, wide * deep)
        each = (self._cost[:, :, :, None] - gain[:, None]).reshape(parts, tiers, wide * deep)
        pieces = np.where(each < 0, room, 0.0)
        total = pieces.sum(axis=2)
        k, t = np.nonzero(self.open[:, 1:] & ((total < self._least) | (total > self._most)))
        if len(k):  # too few or too many: the best ones up to the end that is nearest
            order = np.argsort(each[k, t], axis=1)
            steps = np.take_along_axis(room[k, t], order, axis=1)
            before = np.cumsum(steps, axis=1) - steps
            aim = np.clip(total[k, t], self._least[k, t], self._most[k, t])
            chosen = np.empty_like(steps)
            np.put_along_axis(chosen, order, np.clip(aim[:, None] - before, 0.0, steps), axis=1)
            pieces[k, t] = chosen
        values = np.zeros((parts, tiers + 1))
        values[:, 1:] = np.where(self.open[:, 1:], self._fixed + (pieces * each).sum(axis=2), np.inf)
        return Offered(values, pieces)

    def _rooms(self, gain: Floats) -> Floats:
        """The most pieces of each use, the dearest demands first, what is beyond need last."""
        room = self._room[:, :, :, None]
        if self.shape[3] == 2:
            needed = np.minimum(room, self._full[:, None, :, :1])
            return np.concatenate([needed, room - needed], axis=3)
        order = np.argsort(-gain, axis=2, kind="stable")
        full = np.take_along_axis(self._full, order, axis=2)
        finite = np.where(np.isinf(full), 0.0, full)
        before = (np.cumsum(finite, axis=2) - finite)[:, None]
        rooms = np.empty((*self._room.shape, self.shape[3]))
        where = np.broadcast_to(order[:, None], rooms.shape)
        np.put_along_axis(rooms, where, np.clip(room - before, 0.0, full[:, None]), axis=3)
        return rooms

    def plans(self, offered: Offered, part: NDArray[np.int64], at: NDArray[np.int64]) -> Plans:
        """The plans behind some values."""
        used = at > 0
        pieces = np.where(used[:, None], offered._pieces[part, at - 1], 0.0)
        flat = (len(self.columns), -1)
        counts, demand = self._counts.reshape(flat)[part], self._demand.reshape(flat)[part]
        cover = np.zeros((len(part), len(self.amounts)))
        row = np.broadcast_to(np.arange(len(part))[:, None], demand.shape)
        np.add.at(cover, (row, demand), counts * pieces)
        each = np.repeat(self._cost[part, at - 1], self.shape[3], axis=1)
        cost = np.where(used, self._fixed[part, at - 1] + (each * pieces).sum(axis=1), 0.0)
        return Plans(part, at, cover, cost)

    def upper(self, model: PlanModel, open_: Open) -> list[int]:
        """Upper bounds of the model's columns that leave the open breaks."""
        upper: list[int] = list(model.linear.upper)
        for breaks, columns in zip(open_.tolist(), self.columns, strict=True):
            for t, of_tier in enumerate(columns, 1):
                for column in () if breaks[t] else of_tier:
                    upper[column] = 0
        return upper


def first_prices(parts: Parts) -> Floats:
    return parts.dearest / 2
