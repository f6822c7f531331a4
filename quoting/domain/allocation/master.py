"""Demands met by shares of whole plans of parts: a small linear program that plans enter as they are wanted.

    min sum_j cost_j w_j + sum_d much u_d   sum_j cover_jd w_j + u_d >= n_d,  sum_{j of part k} w_j = 1,  w, u >= 0

Its prices are what a further unit of each demand costs (Dantzig and Wolfe); u is what no plan at hand covers.
"""

from __future__ import annotations

import highspy
import numpy as np

from quoting.domain.allocation.highs import Quiet
from quoting.domain.allocation.parts import Open, Parts, Plans, joined
from quoting.domain.allocation.problem import Effort

_LARGEST = 100.0  # a unit of demand that is bought at the dearest price, in the solver's words
_NOTHING = 1e-6


class Master:
    """`plans` in it; after `solve`: `value`, `prices` of demands, `rents` of parts, `shares` (parts x breaks) and
    `missing`, whether something is not covered."""

    def __init__(self, parts: Parts, plans: Plans, effort: Effort, much: float) -> None:
        """Begin with some plans. `much`: how many times the dearest price a lack costs."""
        self._parts, self._effort = parts, effort
        self._demands, self._clock = len(parts.amounts), 0.0
        self._scale = _LARGEST / float(parts.dearest.max())
        self.value, self.missing = np.inf, True
        self.prices, self.rents = np.zeros(self._demands), np.zeros(len(parts.open))
        self.shares = np.zeros(parts.open.shape)
        solver = self._solver = Quiet()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("presolve", "off")
        program = highspy.HighsLp()
        rows = self._demands + len(parts.open)
        program.num_row_, program.num_col_ = rows, self._demands
        program.row_lower_ = np.concatenate([parts.amounts, np.ones(len(parts.open))])
        program.row_upper_ = np.concatenate([np.full(self._demands, highspy.kHighsInf), np.ones(len(parts.open))])
        program.col_cost_ = parts.dearest * self._scale * much
        program.col_lower_ = np.zeros(self._demands)
        program.col_upper_ = np.full(self._demands, highspy.kHighsInf)
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.arange(self._demands + 1, dtype=np.int32)
        program.a_matrix_.index_ = np.arange(self._demands, dtype=np.int32)
        program.a_matrix_.value_ = np.ones(self._demands)
        solver.passModel(program)
        self.plans = plans
        self._enter(plans)

    def add(self, plans: Plans) -> None:
        self.plans = joined(self.plans, plans)
        self._enter(plans)

    def _enter(self, plans: Plans) -> None:
        entries = np.zeros((len(plans), self._demands + len(self._parts.open)))
        entries[:, : self._demands] = plans.cover
        entries[np.arange(len(plans)), self._demands + plans.part] = 1.0
        row, index = np.nonzero(entries)
        starts = np.searchsorted(row, np.arange(len(plans))).astype(np.int32)
        least, most = np.zeros(len(plans)), np.full(len(plans), highspy.kHighsInf)
        costs, index = plans.cost * self._scale, index.astype(np.int32)
        self._solver.addCols(len(plans), costs, least, most, len(index), starts, index, entries[row, index])

    def leave(self, open_: Open) -> None:
        """Leave the plans of open breaks and bar all others."""
        where = np.arange(self._demands, self._demands + len(self.plans), dtype=np.int32)
        most = np.where(self.plans.allowed(open_), highspy.kHighsInf, 0.0)
        self._solver.changeColsBounds(len(where), where, np.zeros(len(where)), most)

    def solve(self, *, barred: bool = False) -> float:
        """The least cost by the plans at hand. `barred`: since the last solve plans were barred rather than added."""
        self._solver.setOptionValue("simplex_strategy", 1 if barred else 4)
        self._solver.run()
        clock = float(self._solver.getRunTime())
        self._effort.spent_s += clock - self._clock
        self._clock = clock
        self.value = float(self._solver.getInfo().objective_function_value) / self._scale
        return self.value

    def read(self) -> None:
        """Read prices and shares off the last solve."""
        found = self._solver.getSolution()
        duals, values = np.asarray(found.row_dual) / self._scale, np.asarray(found.col_value)
        self.prices, self.rents = np.maximum(duals[: self._demands], 0.0), duals[self._demands :]
        self.shares = np.zeros(self._parts.open.shape)
        np.add.at(self.shares, (self.plans.part, self.plans.at), values[self._demands :])
        self.missing = bool(values[: self._demands].sum() > _NOTHING)

    def nearest(self, most: int) -> Plans:
        """The plans that come next by their reduced costs, those in use first."""
        reduced = np.asarray(self._solver.getSolution().col_dual)[self._demands :]
        return self.plans.some(np.argsort(reduced, kind="stable")[:most])
