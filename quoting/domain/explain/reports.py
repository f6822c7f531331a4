"""How each rule and budget fares in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from quoting.domain.allocation.certificate import budget_spend, rule_value
from quoting.domain.allocation.problem import Allocation, AllocationProblem, PlanRule
from quoting.domain.answer import Gain, Plan, RuleReport
from quoting.domain.money import minor_digits


def rule_reports(
    plan: Plan,
    problem: AllocationProblem,
    allocation: Allocation,
    currency: str,
    costs: Mapping[tuple[str, str], Gain] | None = None,
) -> Iterable[RuleReport]:
    """One row for each rule and budget of the plan's problem; money in major units.

    Args:
        costs: what the plan would gain without each limit, by kind and id, where all were tried by solving again;
            else a limit is said to bind where nothing of it is left.
    """
    name, scale = plan.name or str(plan.kind), Fraction(10 ** minor_digits(currency))
    quantities = dict(allocation.quantities)
    for rule in problem.rules:
        met, value = rule_value(problem, quantities, rule)
        money = rule.measure == "spend" and rule.kind in ("cap", "min_order")
        limit = None if rule.kind == "exclude" else rule.value
        if money:
            value = None if value is None else value / scale
            limit = None if limit is None else limit / scale
        slack = _slack(rule, value, limit)
        cost, binding = _cost("rule", rule.id, costs, slack == 0, firm=not rule.priority)
        yield RuleReport(name, plan.basis, "rule", rule.id, met, value, limit, slack, binding, cost)
    for budget in problem.budgets:
        spent = Fraction(budget_spend(problem, quantities, budget))
        limit = Fraction(budget.limit_minor)
        # Nothing comes in smaller pieces than one chip: what is left buys no further unit of any pair it counts.
        slack = (limit - spent) / scale
        spent_up = limit - spent < min((min(u.unit_minor) for u in problem.uses if u.pair in budget.pairs), default=0)
        cost, binding = _cost("budget", budget.id, costs, spent_up)
        met, value = spent <= limit, spent / scale
        yield RuleReport(name, plan.basis, "budget", budget.id, met, value, limit / scale, slack, binding, cost)


def _cost(
    kind: str, name: str, costs: Mapping[tuple[str, str], Gain] | None, used_up: bool, *, firm: bool = True
) -> tuple[Gain | None, bool]:
    """What a limit costs and whether it binds: exactly where it was tried, else by what is left of it."""
    if costs is None or not firm:
        return None, used_up
    cost = costs.get((kind, name))
    return cost, used_up if cost is None else cost.amount > 0


def _slack(rule: PlanRule, value: Fraction | None, limit: Fraction | None) -> Fraction | None:
    """How far the value may still move towards the limit; None where the rule has no single number."""
    if value is None or limit is None:
        return None
    at_least = rule.op == ">=" or rule.kind == "min_order"
    return value - limit if at_least else limit - value
