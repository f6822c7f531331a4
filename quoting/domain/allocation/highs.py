"""HiGHS: the only place that knows the solver. Floats live here and nowhere else in the allocation."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from queue import SimpleQueue
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from quoting.domain.allocation.linear import LinearModel, Terms, countable
from quoting.domain.allocation.problem import Effort
from quoting.domain.errors import Cancelled
from quoting.domain.watch import Watch

_LARGEST = 2.0**23  # coefficients beyond are scaled down, by powers of two so that nothing is rounded
CLOSE_ENOUGH = 0.999  # of the gap asked for: what is lost when a bound is rounded outwards must not open it again
_ASK_EVERY_S = 0.1
_WIDE = 250  # columns from which on presolve makes one sweep: more costs more than it gives, above all in sub-models
_WHOLE = 1e-5  # what differs by less from a whole number is one


class Status(Enum):
    OPTIMAL = "optimal"  # the gap asked for is closed
    FEASIBLE = "feasible"  # time ran out with a plan in hand
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"  # time ran out without a plan


@dataclass(frozen=True, slots=True)
class Solution:
    """`values` of all columns, rounded to whole numbers; `bound` of the objective in its own units, if any."""

    status: Status
    values: list[int] | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The relaxation's optimum, as a least value: what is maximised has its sign turned.

    `values` of all columns, `costs` what one unit more of each adds to the value at least (reduced costs).
    """

    value: float
    values: Sequence[float]
    costs: Sequence[float]


class Quiet(highspy.Highs):
    """A solver that never prints: it would greet on standard output, where only JSON may stand."""

    def __init__(self) -> None:
        super().__init__()

    def enableCallbacks(self) -> None:  # noqa: N802  (called while the solver is made, before it greets)
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def solver_version() -> str:
    return str(Quiet().version())


@dataclass(frozen=True, slots=True)
class How:
    """How to solve.

    `gap` is relative; values that differ by less than `resolution` (units of the objective) are the same. `limit_s`:
    least time to take, where that is less than what is left. `first`: the first solution will do. `within`: only
    solutions that are better than this value are looked for; INFEASIBLE then says that there is none, though a worse
    one may have been met on the way. `start`, `upper`:
    values to begin with and upper bounds in place of the model's, for all columns. `nodes`: at most so many branches.
    `shift` is added to the seed. `tell`: the watch hears of better plans. `strict`: every column is held whole, with
    tolerances as fine as the solver has them.
    """

    maximise: bool = False
    gap: float = 0.0
    resolution: float = 1.0
    limit_s: float | None = None
    first: bool = False
    within: float | None = None
    start: Sequence[int] | None = None
    upper: Sequence[int] | None = None
    nodes: int | None = None
    shift: int = 0
    tell: bool = False
    strict: bool = False


def solve(linear: LinearModel, objective: Terms, effort: Effort, watch: Watch, how: How) -> Solution:
    """Solve a whole-number model within the time that is left; without an objective any solution will do.

    Raises:
        Cancelled: the watch said stop.
    """
    if _contradicts_itself(linear):
        return Solution(Status.INFEASIBLE)
    if not linear.lower:
        return Solution(Status.OPTIMAL, [], 0.0)
    held = [column in linear.sums for column in range(len(linear.lower))]
    free = held if how.strict else [a or b for a, b in zip(held, countable(linear), strict=True)]
    solution, trusted = _solve(linear, objective, effort, watch, how, free)
    if not trusted and free != held:
        solution, trusted = _solve(linear, objective, effort, watch, how, held)
    if not trusted:
        solution, _ = _solve(linear, objective, effort, watch, replace(how, start=None), held)
    return solution


def _solve(
    linear: LinearModel, objective: Terms, effort: Effort, watch: Watch, how: How, free: Sequence[bool]
) -> tuple[Solution, bool]:
    """One run, and whether its solution is whole and worth what the solver says it is.

    HiGHS 1.16 may give a start back as the best solution though its presolve found, and proved, a better one.
    """
    left = effort.left_s if how.limit_s is None else min(how.limit_s, effort.left_s)
    if left <= 0:
        return Solution(Status.UNKNOWN), True
    costs, factor = _scaled_costs(linear, objective)
    solver = Quiet()
    options: dict[str, Any] = {
        "threads": 1,
        "random_seed": effort.seed + how.shift,
        "time_limit": left,
        "presolve_mode": 1 if len(linear.lower) >= _WIDE else 0,
        "mip_rel_gap": how.gap * CLOSE_ENOUGH,
        "mip_abs_gap": how.resolution * factor * 0.5,
        "mip_feasibility_tolerance": 1e-9 if how.strict else 1e-7,
        "primal_feasibility_tolerance": 1e-9 if how.strict else 1e-7,
    }
    nodes = [n for n in (how.nodes, effort.most_nodes) if n is not None]
    if nodes:
        options["mip_max_nodes"] = min(nodes)
    if how.first:
        options["mip_max_improving_sols"] = 1
    if how.within is not None:  # in the solver's own sense, in which all is minimised
        options["objective_bound"] = how.within * factor * (-1.0 if how.maximise else 1.0)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    program = _program(linear, costs, how.maximise, how.upper)
    kinds = (highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous)
    program.integrality_ = [kinds[f] for f in free]
    solver.passModel(program)
    if how.start is not None:
        begin = highspy.HighsSolution()
        begin.col_value = [float(v) for v in how.start]
        solver.setSolution(begin)
    _run(solver, watch, factor if how.tell else None)
    effort.spent_s += float(solver.getRunTime())
    solution = _read(solver, factor, how.first)
    if how.within is not None:
        solution = _read_within(solver, solution, how, factor)
    if solution.values is None:
        return solution, True
    values = np.array(solution.values, dtype=np.float64)
    said = float(solver.getInfo().objective_function_value)
    off = np.abs(values - np.asarray(solver.getSolution().col_value))
    off[list(linear.sums)] = 0.0
    whole = bool(off.max() <= _WHOLE)
    return solution, whole and abs(float(costs @ values) - said) <= 1e-6 * max(1.0, abs(said))


def relax(
    linear: LinearModel,
    objective: Terms,
    effort: Effort,
    watch: Watch,
    *,
    maximise: bool = False,
    upper: Sequence[int] | None = None,
) -> Relaxation | None:
    """Solve without asking for whole numbers; None where there is no solution or no time.

    Raises:
        Cancelled: the watch said stop.
    """
    if effort.left_s <= 0 or not linear.lower:
        return None
    costs, factor = _scaled_costs(linear, objective)
    program = _program(linear, costs, maximise, upper)
    # Without presolve: the reduced costs that its undoing gives back are far from the best there are.
    solver = _relaxed(program, effort, watch, presolve="off")
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    sign = (-1.0 if maximise else 1.0) / factor
    found = solver.getSolution()
    return Relaxation(
        value=sign * float(solver.getInfo().objective_function_value),
        values=[float(v) for v in found.col_value],
        costs=[sign * float(v) for v in found.col_dual],
    )


def impossible(linear: LinearModel, lower: Sequence[int], effort: Effort, watch: Watch) -> bool:
    """Whether not even fractions satisfy the rows with these lower bounds; False too where no time is left.

    Raises:
        Cancelled: the watch said stop.
    """
    if effort.left_s <= 0 or not linear.lower:
        return False
    program = _program(linear, np.zeros(len(linear.lower)), False)
    program.col_lower_ = np.array(lower, dtype=np.float64)
    solver = _relaxed(program, effort, watch, presolve="choose")
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible)


def _relaxed(program: highspy.HighsLp, effort: Effort, watch: Watch, *, presolve: str) -> Quiet:
    """The solver when it has solved a program that asks for no whole numbers."""
    solver = Quiet()
    options: dict[str, Any] = {
        "threads": 1,
        "random_seed": effort.seed,
        "time_limit": effort.left_s,
        "presolve": presolve,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(program)
    _run(solver, watch, None)
    effort.spent_s += float(solver.getRunTime())
    return solver


def _read(solver: Quiet, factor: float, first: bool) -> Solution:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Solution(Status.INFEASIBLE)
    values, bound = None, None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = [int(v) for v in np.rint(np.asarray(solver.getSolution().col_value))]
    if math.isfinite(info.mip_dual_bound):
        bound = float(info.mip_dual_bound) / factor
    done = status == highspy.HighsModelStatus.kOptimal or (first and values is not None)
    if done and values is not None:
        return Solution(Status.OPTIMAL, values, bound)
    return Solution(Status.UNKNOWN if values is None else Status.FEASIBLE, values, bound)


def _read_within(solver: Quiet, solution: Solution, how: How, factor: float) -> Solution:
    """The solution of a search for what is better than a value: its bound says nothing of what is worse than that."""
    assert how.within is not None
    sign = -1.0 if how.maximise else 1.0
    value = sign * float(solver.getInfo().objective_function_value) / factor
    done = solution.status in (Status.OPTIMAL, Status.INFEASIBLE)
    if done and (solution.values is None or value >= sign * how.within):
        return Solution(Status.INFEASIBLE, solution.values, how.within)
    bound = solution.bound
    return solution if bound is None else replace(solution, bound=sign * min(sign * bound, sign * how.within))


def _contradicts_itself(linear: LinearModel) -> bool:
    """Whether a row without any column asks for something."""
    rows = zip(linear.starts, linear.starts[1:], linear.row_lower, linear.row_upper, strict=False)
    return any(start == end and ((low or 0) > 0 or (high or 0) < 0) for start, end, low, high in rows)


def _scaled_costs(linear: LinearModel, objective: Terms) -> tuple[NDArray[np.float64], float]:
    """Costs of all columns, and the power of two they were scaled by to keep them in the solver's range."""
    costs = np.zeros(len(linear.lower))
    for column, value in objective.items():
        costs[column] = float(value)
    largest = float(np.abs(costs).max(initial=0.0))
    factor = 1.0 if largest <= _LARGEST else 2.0 ** float(-np.ceil(np.log2(largest / _LARGEST)))
    return costs * factor, factor


def _program(
    linear: LinearModel, costs: NDArray[np.float64], maximise: bool, uppers: Sequence[int] | None = None
) -> highspy.HighsLp:
    """The model in the solver's words; rows of large coefficients are scaled down by powers of two."""
    infinity = highspy.kHighsInf
    starts = np.array(linear.starts, dtype=np.int32)
    value = np.array(linear.value, dtype=np.float64)
    lower = np.array([-infinity if v is None else v for v in linear.row_lower], dtype=np.float64)
    upper = np.array([infinity if v is None else v for v in linear.row_upper], dtype=np.float64)
    if len(value):
        row = np.repeat(np.arange(len(lower)), np.diff(starts))
        largest = np.ones(len(lower))
        np.maximum.at(largest, row, np.abs(value))
        factor = 2.0 ** -np.ceil(np.log2(np.maximum(largest / _LARGEST, 1.0)))
        value, lower, upper = value * factor[row], lower * factor, upper * factor
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(linear.lower), len(lower)
    lp.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    lp.col_cost_ = costs
    lp.col_lower_ = np.array(linear.lower, dtype=np.float64)
    lp.col_upper_ = np.array(linear.upper if uppers is None else uppers, dtype=np.float64)
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = starts
    lp.a_matrix_.index_ = np.array(linear.index, dtype=np.int32)
    lp.a_matrix_.value_ = value
    return lp


def _run(solver: Quiet, watch: Watch, factor: float | None) -> None:
    """Run the solver, asking the watch often whether to stop; with a factor the watch hears of better plans.

    The solver runs in a thread of its own, because it may not look up for seconds: told to stop, it is left behind and
    ends when it next does. The watch is only ever called from the caller's thread.
    """
    stop = threading.Event()
    heard: SimpleQueue[tuple[float, float | None]] = SimpleQueue()

    def ask(event: Any) -> None:
        if stop.is_set():
            event.data_in.user_interrupt = True

    def report(event: Any) -> None:
        value, bound = float(event.data_out.mip_primal_bound), float(event.data_out.mip_dual_bound)
        heard.put((value, bound if math.isfinite(bound) else None))

    solver.cbMipInterrupt.subscribe(ask)
    solver.cbSimplexInterrupt.subscribe(ask)
    if factor is not None:
        solver.cbMipImprovingSolution.subscribe(report)
    thread = threading.Thread(target=solver.run, daemon=True)
    try:
        thread.start()
        while True:
            thread.join(_ASK_EVERY_S)
            done = not thread.is_alive()
            while factor is not None and not heard.empty():
                value, bound = heard.get()
                watch.incumbent(value / factor, None if bound is None else bound / factor)
            if watch.stopped():
                raise Cancelled("stopped by the watch")
            if done:
                return
    finally:
        stop.set()
