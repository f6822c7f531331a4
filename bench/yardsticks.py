"""The textbook model in two solvers: HiGHS with one thread, OR-Tools CP-SAT with two workers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
from ortools.sat.python import cp_model

from bench.textbook import Aim, Textbook
from quoting.domain.allocation.linear import LinearModel
from quoting.domain.allocation.problem import AllocationProblem

_WORKERS = 2
_EVERY_S = 0.25


@dataclass
class Run:
    """What a solve came to.

    `value`, `bound` of the objective in its own units, None where none was found; `given_up` rules of each priority
    that the problem has; `trace`: seconds since the beginning, value and bound, whenever one of them was told.
    """

    value: float | None = None
    bound: float | None = None
    given_up: list[int] = field(default_factory=list)
    trace: list[tuple[float, float, float]] = field(default_factory=list)

    def gap_at(self, seconds: float) -> float | None:
        """The relative gap that stood after so many seconds; None where there was no plan yet."""
        told = [gap_of(value, bound) for at, value, bound in self.trace if at <= seconds]
        return min((gap for gap in told if gap is not None), default=None)


def gap_of(value: float | None, bound: float | None) -> float | None:
    """Relative to the value, as the contract has it."""
    if value is None or bound is None or not math.isfinite(bound) or not math.isfinite(value):
        return None
    return abs(value - bound) / max(abs(value), 1.0)


def solve_in_highs(problem: AllocationProblem, gap: float, limit_s: float) -> Run:
    """The textbook model in HiGHS, one thread."""
    return _one_after_the_other(problem, gap, limit_s, _highs)


def solve_in_cp_sat(problem: AllocationProblem, gap: float, limit_s: float) -> Run:
    """The textbook model in CP-SAT, two workers."""
    return _one_after_the_other(problem, gap, limit_s, _cp_sat)


Told = Callable[[float, float], None]
Solver = Callable[[LinearModel, Aim, float, float, Told], tuple[list[int] | None, float | None, bool]]


def _one_after_the_other(problem: AllocationProblem, gap: float, limit_s: float, solver: Solver) -> Run:
    """Each aim among the plans that are no worse in those before; the limit is for all, model building included."""
    began, run, book = time.monotonic(), Run(), Textbook(problem)

    def told(value: float, bound: float) -> None:
        run.trace.append((time.monotonic() - began, value, bound))

    def nothing(value: float, bound: float) -> None:
        """Only the last aim is the objective."""

    for aim in book.aims:
        last = aim is book.aims[-1]
        left = max(limit_s - (time.monotonic() - began), 0.01)
        values, bound, closed = solver(book.linear, aim, gap if last else 0.0, left, told if last else nothing)
        if values is None:
            return run
        value = Fraction(sum((weight * values[column] for column, weight in aim.terms.items()), Fraction(0)))
        if last:
            run.value, run.bound = float(value), bound
            if bound is not None:
                told(run.value, bound)
        else:
            run.given_up.append(int(value))
            if not closed:
                return run
            book.linear.row(aim.terms, upper=value)
    return run


def _highs(
    linear: LinearModel, aim: Aim, gap: float, limit_s: float, told: Told
) -> tuple[list[int] | None, float | None, bool]:
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": limit_s}
    for name, value in {**options, "mip_rel_gap": gap, "mip_abs_gap": 0.5}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_program(linear, aim))
    solver.cbMipInterrupt.subscribe(_now_and_then(told))
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, None, False
    values = np.rint(np.asarray(solver.getSolution().col_value)).astype(int).tolist()
    closed = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return values, float(solver.getInfo().mip_dual_bound), closed


def _now_and_then(told: Told) -> Callable[[Any], None]:
    last = -_EVERY_S

    def look(event: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY_S:
            last = time.monotonic()
            told(float(event.data_out.mip_primal_bound), float(event.data_out.mip_dual_bound))

    return look


def _program(linear: LinearModel, aim: Aim) -> highspy.HighsLp:
    lp, infinity = highspy.HighsLp(), highspy.kHighsInf
    costs = np.zeros(len(linear.lower))
    for column, weight in aim.terms.items():
        costs[column] = float(weight)
    lp.num_col_, lp.num_row_ = len(linear.lower), len(linear.row_lower)
    lp.sense_ = highspy.ObjSense.kMaximize if aim.maximise else highspy.ObjSense.kMinimize
    lp.col_cost_ = costs
    lp.col_lower_, lp.col_upper_ = np.array(linear.lower, dtype=float), np.array(linear.upper, dtype=float)
    lp.row_lower_ = np.array([-infinity if v is None else v for v in linear.row_lower], dtype=float)
    lp.row_upper_ = np.array([infinity if v is None else v for v in linear.row_upper], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(linear.starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(linear.index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(linear.value, dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(linear.lower)
    return lp


class _Heard(cp_model.CpSolverSolutionCallback):
    """Tells value and bound whenever a better plan is found."""

    def __init__(self, told: Told, scale: int) -> None:
        super().__init__()
        self.told, self.scale = told, scale
        self.value = math.inf

    def on_solution_callback(self) -> None:
        self.value = self.objective_value
        self.told(self.value / self.scale, self.best_objective_bound / self.scale)

    def on_bound(self, bound: float) -> None:
        if math.isfinite(self.value):
            self.told(self.value / self.scale, bound / self.scale)


def _cp_sat(
    linear: LinearModel, aim: Aim, gap: float, limit_s: float, told: Told
) -> tuple[list[int] | None, float | None, bool]:
    model = cp_model.CpModel()
    columns = [model.new_int_var(low, high, "") for low, high in zip(linear.lower, linear.upper, strict=True)]
    rows = zip(linear.starts, linear.starts[1:], linear.row_lower, linear.row_upper, strict=False)
    for begin, end, low, high in rows:
        members = [columns[c] for c in linear.index[begin:end]]
        terms = cp_model.LinearExpr.weighted_sum(members, linear.value[begin:end])
        least, most = cp_model.INT_MIN if low is None else low, cp_model.INT_MAX if high is None else high
        model.add_linear_constraint(terms, least, most)
    scale = math.lcm(*(weight.denominator for weight in aim.terms.values()))
    weights = [int(weight * scale) for weight in aim.terms.values()]
    objective = cp_model.LinearExpr.weighted_sum([columns[c] for c in aim.terms], weights)
    (model.maximize if aim.maximise else model.minimize)(objective)
    solver, heard = cp_model.CpSolver(), _Heard(told, scale)
    solver.parameters.num_workers = _WORKERS
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.relative_gap_limit = gap
    solver.parameters.random_seed = 0
    solver.best_bound_callback = heard.on_bound
    status = solver.solve(model, heard)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, None, False
    values = [solver.value(column) for column in columns]
    return values, solver.best_objective_bound / scale, status == cp_model.OPTIMAL
