"""From an allocation to a plan that can be read: lines, totals, conditions. Every total is a sum of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from quoting.domain.allocation.problem import Allocation, ObjectiveValue
from quoting.domain.answer import (
    Condition,
    NotPriced,
    ObjectiveReport,
    Plan,
    PlanKind,
    PlanLine,
    SiteTotal,
    Unserved,
)
from quoting.domain.candidates import Candidate
from quoting.domain.chips import Metric
from quoting.domain.controls.determination import Outcome, Standing
from quoting.domain.licences import drawn_units, said_of
from quoting.domain.money import Money, minor_digits, to_minor
from quoting.domain.offers import Mode
from quoting.domain.plan_problem import Ask, both_modes, energy_is_weighed, relies_on_licence
from quoting.domain.pricing.fx import FxTable
from quoting.domain.request import Objective, QuoteRequest

K = TypeVar("K")

SUPPLY_UNKNOWN = "unknown"
TIES_OPEN = "other plans may be as good: the order of ties is settled only where the gap asked for is 0 and time allows"


class PlanWriter:
    """Writes the plans of one request."""

    def __init__(self, request: QuoteRequest, candidates: Iterable[Candidate], fx: FxTable) -> None:
        self._request, self._fx = request, fx
        self._candidates = {c.pair: c for c in candidates}
        self._demands = {d.id: n for n, d in enumerate(request.demand)}

    def write(self, kind: PlanKind, basis: str, ask: Ask, allocation: Allocation, unserved: Mapping[str, str]) -> Plan:
        """The plan of an allocation. `unserved`: why each demand of a partial plan is not met, by id."""
        used = sorted(allocation.quantities, key=lambda pair: (self._demands[pair[1]], pair[0]))
        lines = tuple(self._line(pair, allocation, basis) for pair in used)
        chosen = [self._candidates[pair] for pair in used]
        objectives = tuple(self._objective(value) for value in allocation.objectives)
        gap = Fraction(self._request.solve.gap)
        known = [line.delivery_date for line in lines if line.delivery_date is not None]
        charges = self._order_charges(used)
        currency = self._request.report_currency
        return Plan(
            kind=kind,
            name=ask.name,
            basis=basis,
            objectives=objectives,
            proven_optimal=all(o.gap <= gap for o in objectives),
            stopped=allocation.stopped,
            total=Money.of_minor(allocation.total_minor, currency),
            totals_by_site=tuple(self._site_totals(lines, ask)),
            spend_by_grade=_sums(((line.grade, line.total) for line in lines), currency),
            spend_by_vendor=_sums(((line.vendor, line.total) for line in lines), currency),
            capability=self._capability(chosen, allocation),
            latest_delivery=max(known) if known and len(known) == len(lines) else None,
            lines=lines,
            order_charges=charges,
            conditions=(*self._conditions(chosen, basis), *self._licences(chosen, basis, allocation)),
            given_up_rules=allocation.given_up,
            unserved=tuple(Unserved(d, unserved.get(d, "")) for d in allocation.unserved),
            not_priced=tuple(_not_priced(chosen, allocation)),
            notes=(*self._notes(chosen), *([TIES_OPEN] if allocation.first_of_equals is False else [])),
        )

    def _line(self, pair: tuple[str, str], allocation: Allocation, basis: str) -> PlanLine:
        candidate, qty = self._candidates[pair], allocation.quantities[pair]
        assert candidate.landed is not None
        offer, step = candidate.offer, allocation.breaks[pair[0]]
        cost, currency = candidate.landed[step], self._request.report_currency
        licence = candidate.licence.id if candidate.licence and relies_on_licence(candidate, basis) else None
        clear = () if candidate.usable("safe") else to_clear(candidate)
        return PlanLine(
            demand=candidate.demand.id,
            site=candidate.site.id,
            offer=offer.id,
            vendor=offer.vendor,
            chip=offer.chip,
            mode=offer.mode,
            qty=qty,
            break_min_qty=offer.price_breaks[step].min_qty,
            unit_price=Money(offer.price_breaks[step].unit_price, offer.currency),
            unit_landed=Money.of_minor(cost.unit_minor, currency),
            total=Money.of_minor(qty * cost.unit_minor, currency),
            lower_bound=cost.lower_bound,
            cost_tree=cost.charges,
            delivery_date=candidate.delivery,
            determination=candidate.determination.id,
            grade=offer.grade,
            licence=licence,
            supply=SUPPLY_UNKNOWN if not offer.private and offer.available_qty is None else None,
            to_clear=clear,
        )

    def _objective(self, value: ObjectiveValue) -> ObjectiveReport:
        """Money from minor to major units; the gap is formed in the units that are shown."""
        scale = Fraction(10 ** minor_digits(self._request.report_currency)) if value.name == Objective.MIN_COST else 1
        shown, bound = value.value / scale, value.bound / scale
        gap = abs(shown - bound) / max(Fraction(1), abs(shown))
        return ObjectiveReport(value.name, shown, bound, gap)

    def _order_charges(self, used: Sequence[tuple[str, str]]) -> tuple[tuple[str, Money], ...]:
        currency, charges = self._request.report_currency, {}
        for offer_id, demand_id in used:
            charge = self._candidates[offer_id, demand_id].offer.order_charge
            rate = None if charge is None else self._fx.rate(charge.currency, currency)
            if charge is not None and rate is not None and charge.amount:
                minor = to_minor(charge.exact * Fraction(rate.rate), currency)
                charges[offer_id] = Money.of_minor(minor, currency)
        return tuple(sorted(charges.items()))

    def _site_totals(self, lines: Sequence[PlanLine], ask: Ask) -> Iterable[SiteTotal]:
        currency = self._request.report_currency
        for site, total in _sums(((line.site, line.total) for line in lines), currency).items():
            own = next((b.max.currency for b in ask.budgets if b.sites == (site,) and b.max.currency != currency), None)
            rate = None if own is None else self._fx.rate(currency, own)
            if own is None or rate is None:
                yield SiteTotal(site, total)
            else:
                yield SiteTotal(site, total, Money.of_minor(to_minor(total.exact * Fraction(rate.rate), own), own))

    def _capability(self, chosen: Sequence[Candidate], allocation: Allocation) -> dict[Metric, Fraction]:
        """Capability of the whole plan in every metric that the request speaks of; an unknown figure adds nothing."""
        metrics = dict.fromkeys(d.metric for d in self._request.demand if d.metric is not None)
        return {
            metric: sum(
                (allocation.quantities[c.pair] * Fraction(c.chip.figure(metric) or 0) for c in chosen), Fraction(0)
            )
            for metric in metrics
        }

    def _conditions(self, chosen: Sequence[Candidate], basis: str) -> Iterable[Condition]:
        """Conditions and advisories of the determinations, each once, with the lines they speak of."""
        gathered: dict[tuple[str, str | None, int | None], list[Candidate]] = {}
        for c in chosen:
            for key in self._texts(c, basis):
                gathered.setdefault(key, []).append(c)
        for (text, citation, days), lines in gathered.items():
            determinations = tuple(dict.fromkeys(c.determination.id for c in lines))
            yield Condition(text, determinations, citation, days, tuple(dict.fromkeys(c.pair for c in lines)))

    def _licences(self, chosen: Sequence[Candidate], basis: str, allocation: Allocation) -> Iterable[Condition]:
        """Each declared licence that lines draw on, and what is left of its units."""
        covered = {c.pair: c.licences for c in chosen if relies_on_licence(c, basis)}
        drawn = drawn_units(allocation.quantities, covered)
        for licence in self._request.licences:
            units = {pair: n for pair, n in drawn.get(licence.id, {}).items() if n}
            if units:
                named = tuple(dict.fromkeys(self._candidates[pair].determination.id for pair in units))
                yield Condition(said_of(licence, units.values()), named, None, None, tuple(units))

    def _texts(self, c: Candidate, basis: str) -> Iterable[tuple[str, str | None, int | None]]:
        """What has to be done for one line, each with its citation and days where there are some.

        Conditions and advisories of the law name their own source in their words.
        """
        d = c.determination
        if not relies_on_licence(c, basis) and not c.usable("safe"):
            deciding = next((f.citation for f in d.findings if f.outcome is d.outcome), None)
            for what in to_clear(c):
                yield f"before ordering: {what}", deciding, d.notice_days or d.review_days
        for text in d.exception_conditions:
            yield text, None, d.notice_days or None
        for text in (*d.advisories, *d.conditions):
            yield text, None, None
        if not c.offer.private and c.offer.available_qty is None:
            yield "the supply of this offer is not known: confirm the quantity with the vendor", None, None

    def _notes(self, chosen: Sequence[Candidate]) -> Iterable[str]:
        unweighed = {
            c.site.id
            for c in chosen
            if both_modes(c.demand) and c.offer.mode is Mode.BUY and not energy_is_weighed(self._request, c)
        }
        for site in sorted(unweighed):
            yield f"energy at {site} is not weighed against leasing: no electricity price or no power figure is known"


def to_clear(candidate: Candidate) -> tuple[str, ...]:
    """What has to be answered, by whom, before a line of an if-cleared plan may be ordered."""
    d = candidate.determination
    if d.standing is not Standing.IF_CLEARED:
        return ()
    if d.outcome is Outcome.CANNOT_DETERMINE:
        questions = tuple(f"{q.question} ({q.who})" for q in d.open_questions)
        return questions or ("a fact is missing or a red flag is open, and the law cannot be read without it",)
    if d.needs_answer:
        return (f"notice for {d.exception}: {d.notice_days} days without objection, no approval is sure",)
    review = str(d.review_policy).replace("_", " ") if d.review_policy is not None else "none published"
    days = f", about {d.review_days} days of review" if d.review_days is not None else ""
    return (f"a licence has to be applied for and granted (review policy: {review}{days})",)


def _sums(items: Iterable[tuple[K, Money]], currency: str) -> dict[K, Money]:
    totals: dict[K, Money] = {}
    for key, money in items:
        before = totals.get(key)
        totals[key] = money if before is None else Money(before.amount + money.amount, currency)
    return dict(sorted(totals.items(), key=lambda item: str(item[0])))


def _not_priced(chosen: Sequence[Candidate], allocation: Allocation) -> Iterable[NotPriced]:
    for c in chosen:
        assert c.landed is not None
        for charge in c.landed[allocation.breaks[c.offer.id]].charges:
            if charge.amount is None:
                yield NotPriced(c.offer.id, c.demand.id, str(charge.kind), charge.note or "not known in any grade")
