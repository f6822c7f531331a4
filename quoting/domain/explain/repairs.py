"""The repairs of a conflict in the caller's own terms: what to change, to what, at what cost, and in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from quoting.domain.allocation import repairs as found_repairs
from quoting.domain.allocation.problem import Item
from quoting.domain.answer import Limit, Repair, RepairChange
from quoting.domain.candidates import Candidate
from quoting.domain.explain.answer_text import money_text, number_text
from quoting.domain.money import Money, minor_digits, round_half_up
from quoting.domain.plan_problem import Ask
from quoting.domain.pricing.fx import FxTable
from quoting.domain.request import QuoteRequest

_WATTS = 1000
_TERMS = {"moq": "least quantity", "multiple": "lot size", "available_qty": "stock"}


class RepairWriter:
    """Writes the repairs of one request's conflict."""

    def __init__(self, request: QuoteRequest, ask: Ask, candidates: Iterable[Candidate], fx: FxTable) -> None:
        self._request, self._ask, self._fx = request, ask, fx
        self._offers = {c.offer.id: c.offer for c in candidates}
        self._demands = {d.id: d for d in request.demand}
        self._sites = {s.id: s for s in request.sites}

    def write(self, repairs: found_repairs.Repairs) -> tuple[tuple[Repair, ...], tuple[str, ...]]:
        """The repairs, cheapest first, and what is to be said beside them.

        `cost` of a budget is the increase; of anything else what its plan costs above the cheapest repaired plan.
        """
        cheapest = min((r.allocation.total_minor for r in repairs.found), default=0)
        written = sorted(
            (self._repair(r, cheapest) for r in repairs.found),
            key=lambda r: (r.cost.amount, r.plan_total.amount, r.change.kind, r.change.id),
        )
        return tuple(written), tuple(_notes(repairs))

    def _repair(self, repair: found_repairs.Repair, cheapest: int) -> Repair:
        currency, item = self._request.report_currency, repair.item
        before, after = self._change(item, repair.to)
        if item.kind == "budget" and isinstance(before, Money) and isinstance(after, Money):
            cost = round_half_up((self._in_report(after) - self._in_report(before)) * 10 ** minor_digits(currency))
        else:
            cost = repair.allocation.total_minor - cheapest
        total = Money.of_minor(repair.allocation.total_minor, currency)
        met = "every other demand" if item.kind == "demand" and after is None else "every demand"
        because = f"{self._sentence(item, before, after)}: {met} is then met, for {money_text(total)}"
        if not repair.proven:
            because += " (a plan in hand; time did not allow to prove that none is cheaper or needs less)"
        change = RepairChange(item.kind, item.id, before, after)
        return Repair(change, Money.of_minor(cost, currency), total, because, repair.proven)

    def _change(self, item: Item, to: found_repairs.To) -> tuple[Limit, Limit]:
        if item.kind == "budget":
            budget = next(b for b in self._ask.budgets if b.id == item.id)
            return budget.max, None if to is None else self._money(to, budget.max.currency, up=True)
        if item.kind == "power":
            return self._sites[item.id].power_kw, _decimal(_fraction(to) / _WATTS)
        if item.kind == "demand":
            demand = self._demands[item.id]
            asked = Decimal(demand.qty) if demand.qty is not None else demand.amount
            return asked, None if to is None else _decimal(_fraction(to))
        if item.kind == "supply":
            assert isinstance(to, Mapping)
            offer = self._offers[item.id]
            terms: dict[str, int | None] = {name: getattr(offer, name) for name in to}
            return terms, dict(to)
        rule = next(r for r in self._ask.rules if r.id == item.id)
        if to is None:
            return rule.value, None
        if isinstance(rule.value, Money):
            return rule.value, self._money(to, rule.value.currency, up=rule.op == "<=")
        return rule.value, _decimal(_fraction(to))

    def _money(self, to: found_repairs.To, currency: str, *, up: bool) -> Money:
        """Minor units of the report currency in another, rounded so that the converted limit is no tighter."""
        rate = self._fx.rate(currency, self._request.report_currency)
        assert rate is not None, currency
        scale = Fraction(10 ** minor_digits(self._request.report_currency))
        exact = _fraction(to) / scale / Fraction(rate.rate) * 10 ** minor_digits(currency)
        return Money.of_minor(math.ceil(exact) if up else math.floor(exact), currency)

    def _in_report(self, money: Money) -> Fraction:
        rate = self._fx.rate(money.currency, self._request.report_currency)
        assert rate is not None, money.currency
        return money.exact * Fraction(rate.rate)

    def _sentence(self, item: Item, before: Limit, after: Limit) -> str:
        if item.kind == "supply":
            assert isinstance(after, Mapping) and isinstance(before, Mapping)
            terms = ", ".join(f"a {_TERMS[name]} of {n} in place of {before[name]}" for name, n in after.items())
            return f"if offer {item.id} came with {terms}"
        if after is None:
            return f"without {item.kind} {item.id}"
        if item.kind == "budget":
            return f"raise budget {item.id} from {_text(before)} to {_text(after)}, the least that will do"
        if item.kind == "power":
            return f"raise the power at {item.id} from {_text(before)} kW to {_text(after)} kW, the least that will do"
        if item.kind == "demand":
            return f"ask for {_text(after)} in place of {_text(before)} in demand {item.id}, the most that fits"
        return f"move rule {item.id} from {_text(before)} to {_text(after)}, the least that will do"


def _notes(repairs: found_repairs.Repairs) -> Iterable[str]:
    hopeless = ", ".join(f"{item.kind} {item.id}" for item in repairs.hopeless)
    if hopeless and not repairs.found and not repairs.untried:
        yield f"no change of one thing alone is enough: something else stands in the way beside {hopeless}"
    elif hopeless:
        yield f"no change of these alone is enough: {hopeless}"
    if repairs.untried:
        names = ", ".join(f"{item.kind} {item.id}" for item in repairs.untried)
        yield f"time did not allow to look for every repair of: {names}"


def _text(value: Limit) -> str:
    if isinstance(value, Money):
        return money_text(value)
    return number_text(Fraction(value)) if isinstance(value, Decimal) else str(value)


def _fraction(to: found_repairs.To) -> Fraction:
    assert isinstance(to, Fraction), to
    return to


def _decimal(value: Fraction) -> Decimal:
    """An exact decimal: powers, whole demands and rounded shares have one."""
    return Decimal(value.numerator) / Decimal(value.denominator)
