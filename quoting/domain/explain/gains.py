"""How much better one plan is than another, in the unit that its objective is shown in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quoting.domain.allocation.what_if import Worth
from quoting.domain.answer import Gain
from quoting.domain.money import Money, minor_digits, round_half_up
from quoting.domain.request import Objective, QuoteRequest


def gain_of(worth: Worth, request: QuoteRequest) -> Gain:
    """Money in major units of the report currency, rounded to its minor unit; capability in its metric; days."""
    if worth.objective == Objective.MIN_COST:
        money = Money.of_minor(round_half_up(worth.amount), request.report_currency)
        return Gain(worth.objective, money.amount, money.currency)
    unit = "days" if worth.objective == Objective.MIN_TIME else capability_unit(request)
    return Gain(worth.objective, decimal(worth.amount), unit)


def capability_unit(request: QuoteRequest) -> str:
    return next((str(d.metric) for d in request.demand if d.maximise and d.metric is not None), "units")


def decimal(value: Fraction) -> Decimal:
    """To nine significant decimals at most: capabilities and shares of them have that many."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("1E-9")).normalize() + 0


def minor_money(value: Fraction, request: QuoteRequest) -> Money:
    scale = 10 ** minor_digits(request.report_currency)
    return Money.of_minor(round_half_up(value * scale), request.report_currency)
