"""How each rule and budget fares in a plan."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from quoting.domain.allocation.certificate import budget_spend, rule_value
from quoting.domain.allocation.problem import Allocation, AllocationProblem, PlanRule
from quoting.domain.answer import Plan, RuleReport
from quoting.domain.money import minor_digits


def rule_reports(plan: Plan, problem: AllocationProblem, allocation: Allocation, currency: str) -> Iterable[RuleReport]:
    """One row for each rule and budget of the plan's problem; money in major units."""
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
        yield RuleReport(name, plan.basis, "rule", rule.id, met, value, limit, slack, slack == 0)
    for budget in problem.budgets:
        spent = Fraction(budget_spend(problem, quantities, budget))
        limit = Fraction(budget.limit_minor)
        # Nothing comes in smaller pieces than one chip: what is left buys no further unit of any pair it counts.
        slack = (limit - spent) / scale
        binding = limit - spent < min((min(u.unit_minor) for u in problem.uses if u.pair in budget.pairs), default=0)
        yield RuleReport(
            name, plan.basis, "budget", budget.id, spent <= limit, spent / scale, limit / scale, slack, binding
        )


def _slack(rule: PlanRule, value: Fraction | None, limit: Fraction | None) -> Fraction | None:
    """How far the value may still move towards the limit; None where the rule has no single number."""
    if value is None or limit is None:
        return None
    at_least = rule.op == ">=" or rule.kind == "min_order"
    return value - limit if at_least else limit - value
