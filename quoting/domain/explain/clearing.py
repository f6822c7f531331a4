"""What clearing the open points gains: the if-cleared plan beside the safe one, in money and days."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from quoting.domain.answer import ClearingGain, Gain, Plan, PlanKind
from quoting.domain.explain.gains import capability_unit, decimal
from quoting.domain.money import Money
from quoting.domain.request import Objective, QuoteRequest


def clearing_gain(plans: Sequence[Plan], request: QuoteRequest) -> ClearingGain | None:
    """None where there is no safe or no if-cleared plan."""
    safe = next((p for p in plans if p.kind is PlanKind.SAFE), None)
    cleared = next((p for p in plans if p.kind is PlanKind.IF_CLEARED), None)
    if safe is None or cleared is None:
        return None
    cheaper = Money(safe.total.amount - cleared.total.amount, safe.total.currency)
    days = None
    if safe.latest_delivery is not None and cleared.latest_delivery is not None:
        days = (safe.latest_delivery - cleared.latest_delivery).days
    return ClearingGain(cheaper, days, _gain(safe, cleared, request))


def _gain(safe: Plan, cleared: Plan, request: QuoteRequest) -> Gain | None:
    """In the first objective in which the plans differ, where the if-cleared one is better in it."""
    for before, after in zip(safe.objectives, cleared.objectives, strict=True):
        maximised = before.name == Objective.MAX_CAPABILITY
        gained: Fraction = (after.value - before.value) * (1 if maximised else -1)
        if gained:
            unit = {Objective.MIN_COST: request.report_currency, Objective.MIN_TIME: "days"}.get(
                Objective(before.name), capability_unit(request)
            )
            return Gain(str(before.name), decimal(gained), unit) if gained > 0 else None
    return None
