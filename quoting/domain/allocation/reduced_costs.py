"""What the relaxation says of offers that are not used: from which discount on they could enter at all."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from quoting.domain.allocation.highs import relax
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.objective import OBJECTIVES
from quoting.domain.allocation.problem import AllocationProblem, Effort
from quoting.domain.allocation.rules import add_rules
from quoting.domain.watch import Watch

_TOLERANCE = 1e-6  # of the solver's duals, relative to the objective


def least_discounts(
    problem: AllocationProblem, value: Fraction, effort: Effort, watch: Watch
) -> Mapping[str, Mapping[int, float]]:
    """By offer and price break the discount a piece that an offer needs at least before a plan of less cost can use it.

        cost >= relaxation + sum_j r_j x_j   with r_j >= 0 the reduced costs;  x_j >= least quantity where taken

    Only for problems whose first objective is cost and that count no money elsewhere: there a price stands in no row.

    Args:
        value: cost of the best plan, minor units.

    Returns:
        Minor units a piece; empty where the relaxation tells nothing, or no time is left for it.

    Raises:
        Cancelled: the watch said stop.
    """
    spends = any(rule.measure == "spend" for rule in problem.rules)
    if problem.objectives[0] != "min_cost" or problem.budgets or spends:
        return {}
    model = PlanModel(problem, watch)
    for keeps in add_rules(model).values():
        for column in keeps.values():
            model.linear.lower[column] = 0
    relaxed = relax(model.linear, OBJECTIVES["min_cost"].terms(model), effort, watch)
    if relaxed is None:
        return {}
    room = max(float(value) - relaxed.value, 0.0) + _TOLERANCE * max(1.0, abs(relaxed.value))
    found: dict[str, dict[int, float]] = {}
    for s, source in enumerate(model.sources):
        breaks = found.setdefault(source.lot.offer, {})
        for b in range(len(source.blocks)):
            for q in model.quantities((s, b)):
                least = max(source.lot.moq, 1 if source.lot.group else source.lot.thresholds[q.at])
                discount = max(relaxed.costs[q.column] / q.step - room / least, 0.0)
                breaks[q.at] = min(breaks.get(q.at, discount), discount)
    return found
