"""From candidates to the allocation problem: whole minor units, what may not be used left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quoting.domain.allocation.problem import (
    AllocationProblem,
    Lot,
    MoneyLimit,
    Need,
    Pair,
    PlanRule,
    PowerLimit,
    UnitCap,
    Use,
)
from quoting.domain.candidates import Candidate
from quoting.domain.chips import Metric
from quoting.domain.controls.determination import Standing
from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.domain.licences import unit_caps
from quoting.domain.money import Money, minor_digits, to_minor, to_minor_down
from quoting.domain.offers import Mode
from quoting.domain.pricing.fx import FxTable
from quoting.domain.request import (
    Budget,
    BuyerRule,
    Demand,
    Objective,
    QuoteRequest,
    RuleKind,
    Scenario,
    Selector,
    Site,
)

_HOURS_A_MONTH = 730  # contract 2.2 no. 9


@dataclass(frozen=True, slots=True)
class Ask:
    """What a plan is asked for: the request's own wishes, or a scenario's in their place."""

    name: str | None
    objectives: tuple[Objective, ...]
    rules: tuple[BuyerRule, ...]
    budgets: tuple[Budget, ...]


def ask_of(request: QuoteRequest, scenario: Scenario | None = None) -> Ask:
    """The request's ask, or a scenario's where it names one of its own."""
    if scenario is None:
        return Ask(None, request.objectives, request.rules, request.budgets)
    return Ask(
        scenario.name,
        request.objectives if scenario.objectives is None else scenario.objectives,
        request.rules if scenario.rules is None else scenario.rules,
        request.budgets if scenario.budgets is None else scenario.budgets,
    )


def both_modes(demand: Demand) -> bool:
    return {Mode.BUY, Mode.LEASE} <= set(demand.acquisition)


def matches(selector: Selector, candidate: Candidate) -> bool:
    """Whether a selector takes a candidate in: any of each list, all lists together."""
    offer, site = candidate.offer, candidate.site
    return (
        (selector.vendors is None or offer.vendor in selector.vendors)
        and (selector.chips is None or offer.chip in selector.chips)
        and (selector.designer_countries is None or candidate.chip.designer_country in selector.designer_countries)
        and (selector.modes is None or offer.mode in selector.modes)
        and (selector.sites is None or site.id in selector.sites)
        and (selector.demands is None or candidate.demand.id in selector.demands)
        and (selector.offers is None or offer.id in selector.offers)
    )


def counts_for(budget: Budget, candidate: Candidate) -> bool:
    """Whether a budget counts what is spent on a candidate."""
    return (budget.sites is None or candidate.site.id in budget.sites) and (
        budget.modes is None or candidate.offer.mode in budget.modes
    )


def refuse_unpriceable(request: QuoteRequest, fx: FxTable) -> None:
    """Refuse limits that cannot be compared with anything: those in a currency without a reference rate.

    Raises:
        RequestInvalid: names each of them.
    """
    faults: list[FieldFault] = []
    places = [("", request.budgets, request.rules)]
    places += [(f"/scenarios/{n}", s.budgets or (), s.rules or ()) for n, s in enumerate(request.scenarios)]
    for place, budgets, rules in places:
        limits = [(f"{place}/budgets/{n}/max", budget.max) for n, budget in enumerate(budgets)]
        limits += [(f"{place}/rules/{n}/value", r.value) for n, r in enumerate(rules) if isinstance(r.value, Money)]
        for pointer, money in limits:
            if fx.rate(money.currency, request.report_currency) is None:
                detail = f"there is no reference rate from {money.currency} to {request.report_currency} by {fx.as_of}"
                faults.append(FieldFault(f"{pointer}/currency", "no_rate", detail))
    if faults:
        raise RequestInvalid(faults)


def limit_minor(money: Money, fx: FxTable, currency: str) -> int:
    """A budget or cap in minor units of the report currency, rounded down; it has a rate (`refuse_unpriceable`)."""
    rate = fx.rate(money.currency, currency)
    assert rate is not None, money.currency
    return to_minor_down(money.exact * Fraction(rate.rate), currency)


class ProblemBuilder:
    """Builds the allocation problems of one request: on both bases, for each ask."""

    def __init__(self, request: QuoteRequest, candidates: Sequence[Candidate], fx: FxTable) -> None:
        self._request, self._candidates, self._fx = request, candidates, fx
        self._scale = Fraction(10 ** minor_digits(request.report_currency))

    def usable(self, basis: str, ask: Ask, also: frozenset[Pair] = frozenset()) -> list[Candidate]:
        """The candidates that a plan on the basis may use under the ask, and those of `also`."""
        timed = Objective.MIN_TIME in ask.objectives
        lawful = (c for c in self._candidates if c.usable(basis) or c.pair in also)
        return [c for c in lawful if not (timed and c.delivery is None)]

    def build(self, basis: str, ask: Ask, also: frozenset[Pair] = frozenset()) -> AllocationProblem:
        """The allocation problem of an ask on a basis ("safe" or "if_cleared").

        Args:
            also: pairs to use beside, as if what is open of them had been answered: a what-if, never a plan.
        """
        usable = self.usable(basis, ask, also)
        lots = {c.offer.id: c for c in usable}
        pools: dict[str, int] = {}
        for c in lots.values():
            if c.offer.supply_pool is not None and c.offer.available_qty is not None:
                pools[c.offer.supply_pool] = max(c.offer.available_qty, pools.get(c.offer.supply_pool, 0))
        return AllocationProblem(
            lots=tuple(self._lot(c) for c in lots.values()),
            uses=tuple(self.use(c, ask) for c in usable),
            needs=tuple(_need(d) for d in self._request.demand),
            objectives=tuple(str(o) for o in ask.objectives),
            budgets=tuple(self._budget(b, usable) for b in ask.budgets),
            powers=tuple(
                PowerLimit(s.id, Fraction(s.power_kw) * 1000) for s in self._request.sites if s.power_kw is not None
            ),
            rules=tuple(self._rule(r, usable) for r in ask.rules if r.kind is not RuleKind.PREFER),
            unit_caps=tuple(self._caps(basis, usable)),
            pool_stock=pools,
        )

    def _lot(self, candidate: Candidate) -> Lot:
        offer = candidate.offer
        charge = 0
        if offer.order_charge is not None:
            rate = self._fx.rate(offer.order_charge.currency, self._request.report_currency)
            if rate is not None:  # a candidate without a rate is not usable
                charge = to_minor(offer.order_charge.exact * Fraction(rate.rate), self._request.report_currency)
        return Lot(
            offer=offer.id,
            vendor=offer.vendor,
            chip=offer.chip,
            mode=str(offer.mode),
            thresholds=tuple(b.min_qty for b in offer.price_breaks),
            moq=offer.moq,
            multiple=offer.multiple,
            stock=offer.available_qty,
            group=offer.volume_group,
            pool=offer.supply_pool if offer.available_qty is not None else None,
            charge_minor=charge,
        )

    def use(self, candidate: Candidate, ask: Ask) -> Use:
        """A candidate as the allocation sees it."""
        assert candidate.landed is not None and candidate.counts is not None, candidate.pair
        chip = candidate.chip
        figures = {str(m): Fraction(f) for m, f in chip.figures.items()} | {str(Metric.UNITS): Fraction(1)}
        as_of = self._request.as_of
        days = None if candidate.delivery is None or as_of is None else (candidate.delivery - as_of).days
        watts = Fraction(0)
        if candidate.offer.mode is Mode.BUY and chip.tdp_w is not None:
            watts = Fraction(chip.tdp_w) * Fraction(candidate.site.power_usage_effectiveness)
        return Use(
            offer=candidate.offer.id,
            demand=candidate.demand.id,
            site=candidate.site.id,
            counts=Fraction(candidate.counts),
            unit_minor=tuple(cost.unit_minor for cost in candidate.landed),
            weight_minor=self._weights(candidate, ask),
            days=days,
            watts=watts,
            figures=figures,
        )

    def _weights(self, candidate: Candidate, ask: Ask) -> tuple[Fraction, ...] | None:
        """What one piece weighs in min_cost, minor units; None where that is what it costs. Contract 2.2 no. 9."""
        assert candidate.landed is not None
        factor = Fraction(1)
        for rule in ask.rules:
            if rule.kind is RuleKind.PREFER and matches(rule.select, candidate) and matches(rule.within, candidate):
                assert isinstance(rule.value, Decimal)
                factor *= 1 - Fraction(rule.value)
        demand = candidate.demand
        if not both_modes(demand):
            return None if factor == 1 else tuple(factor * cost.unit_minor for cost in candidate.landed)
        months = demand.term_months or 1
        monthly = Fraction(self._request.discount_rate) / 12
        last = Fraction(1) if not monthly else (1 + monthly) ** -months
        worth = Fraction(months) if not monthly else (1 - last) / monthly  # of one a month, months 1 to the last
        if candidate.offer.mode is Mode.LEASE:
            return tuple(factor * cost.unit_minor * worth / months for cost in candidate.landed)
        energy = self._energy_minor(candidate.site, candidate.chip.tdp_w) or Fraction(0)
        residual = Fraction(demand.residual_percent) / 100
        return tuple(
            factor * cost.unit_minor + energy * worth - residual * cost.goods_minor * last for cost in candidate.landed
        )

    def _energy_minor(self, site: Site, tdp_w: Decimal | None) -> Fraction | None:
        """Of one bought piece a month, minor units; None where price, power or rate is not known."""
        if site.electricity_price is None or tdp_w is None:
            return None
        rate = self._fx.rate(site.electricity_price.currency, self._request.report_currency)
        if rate is None:
            return None
        kw = Fraction(tdp_w) / 1000 * Fraction(site.power_usage_effectiveness)
        return kw * _HOURS_A_MONTH * site.electricity_price.exact * Fraction(rate.rate) * self._scale

    def _budget(self, budget: Budget, usable: Iterable[Candidate]) -> MoneyLimit:
        limit = limit_minor(budget.max, self._fx, self._request.report_currency)
        return MoneyLimit(budget.id, limit, frozenset(c.pair for c in usable if counts_for(budget, c)))

    def _rule(self, rule: BuyerRule, usable: Iterable[Candidate]) -> PlanRule:
        within = [c for c in usable if matches(rule.within, c)]
        value = Fraction(0)
        if isinstance(rule.value, Money):
            value = Fraction(limit_minor(rule.value, self._fx, self._request.report_currency))
        elif rule.value is not None:
            value = Fraction(rule.value)
        return PlanRule(
            id=rule.id,
            kind=str(rule.kind),
            select=frozenset(c.pair for c in within if matches(rule.select, c)),
            within=frozenset(c.pair for c in within),
            measure=rule.measure,
            op=rule.op,
            of=rule.of,
            value=value,
            priority=rule.priority,
        )

    def _caps(self, basis: str, usable: Iterable[Candidate]) -> Iterable[UnitCap]:
        """Declared licences cap the pairs that need them on this basis."""
        return unit_caps({c.pair: c.licences for c in usable if relies_on_licence(c, basis)})


def relies_on_licence(candidate: Candidate, basis: str) -> bool:
    """Whether a candidate is usable on this basis only because a declared licence covers it."""
    if candidate.licence is None:
        return False
    return basis == "safe" or candidate.determination.standing is Standing.NEVER


def energy_is_weighed(request: QuoteRequest, candidate: Candidate) -> bool:
    """Whether the energy of a bought piece can be weighed against a lease; where it cannot, the answer says so."""
    return candidate.site.electricity_price is not None and candidate.chip.tdp_w is not None


def _need(demand: Demand) -> Need:
    if demand.maximise:
        return Need(demand.id, demand.site, None)
    amount = Fraction(demand.qty) if demand.qty is not None else Fraction(demand.amount or 0)
    return Need(demand.id, demand.site, amount)
