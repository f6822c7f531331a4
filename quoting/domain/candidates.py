"""Every offer that could serve a demand: what the law says, what it costs, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.domain.answer import Code
from quoting.domain.chips import Chip, Metric
from quoting.domain.controls.determination import Determination, Standing
from quoting.domain.licences import covering
from quoting.domain.market import left_out
from quoting.domain.offers import Mode, Offer
from quoting.domain.pricing.charges import LandedCost
from quoting.domain.pricing.landed_cost import Shipment, landed_cost, transit_days
from quoting.domain.request import Demand, Licence, Objective, QuoteRequest, Site
from quoting.domain.screen import Screener
from quoting.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an offer cannot serve a demand, whatever else is chosen."""

    code: Code
    because: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer whose chip and mode could serve a demand.

    `counts`: units of the demand for one piece, None where the figure is not known. `landed`: one per price break,
    None where the price cannot be converted. `obstacles` leave the law out, which `determination` tells.
    `licences`: the declared licences that cover it; their units add up.
    """

    offer: Offer
    demand: Demand
    site: Site
    chip: Chip
    determination: Determination
    delivery: date | None
    counts: Decimal | None
    landed: tuple[LandedCost, ...] | None
    obstacles: tuple[Obstacle, ...]
    licences: tuple[Licence, ...] = ()

    @property
    def licence(self) -> Licence | None:
        """The first of them."""
        return next(iter(self.licences), None)

    @property
    def pair(self) -> tuple[str, str]:
        return self.offer.id, self.demand.id

    @property
    def months(self) -> int:
        """Months that are paid: the term of a lease."""
        return (self.demand.term_months or 1) if self.offer.mode is Mode.LEASE else 1

    def usable(self, basis: str) -> bool:
        """Whether a plan on this basis ("safe" or "if_cleared") may use it."""
        if self.obstacles:
            return False
        standing = self.determination.standing
        if standing is Standing.SAFE or self.licence is not None:
            return True
        return basis == "if_cleared" and standing is Standing.IF_CLEARED


def candidates(
    request: QuoteRequest, snapshot: Snapshot, offers: Iterable[Offer], screener: Screener
) -> tuple[Candidate, ...]:
    """All pairs of an offer and a demand it could serve by chip and mode, in the order of demands and offers."""
    maker = _Maker(request, snapshot, screener)
    by_chip: dict[str, list[Offer]] = {}
    for offer in offers:
        by_chip.setdefault(offer.chip, []).append(offer)
    return tuple(maker.make(demand, offer) for demand in request.demand for offer in _serving(demand, by_chip))


def demanded_rate(demand: Demand, chip: str) -> Decimal | None:
    """How many demanded units one piece of a chip counts for; None where the chip is not asked for."""
    if chip == demand.chip:
        return Decimal(1)
    return next((s.rate for s in demand.substitutes if s.chip == chip), None)


def below_spec(demand: Demand, chip: Chip) -> Obstacle | None:
    """The first figure of `requires` that a chip does not reach or does not tell."""
    for metric, least in sorted(demand.requires.items()):  # the order in which JSON names them means nothing
        figure = chip.figure(metric)
        if figure is None:
            return Obstacle(Code.NO_FIGURE, f"{metric} of {chip.id} is not known, at least {least} is required")
        if figure < least:
            return Obstacle(Code.BELOW_SPEC, f"{metric} of {chip.id} is {figure}, at least {least} is required")
    return None


def _serving(demand: Demand, by_chip: Mapping[str, list[Offer]]) -> list[Offer]:
    if demand.chip is None:
        chips: Iterable[str] = by_chip
    else:
        chips = dict.fromkeys([demand.chip, *(s.chip for s in demand.substitutes)])
    offers = (offer for chip in chips for offer in by_chip.get(chip, ()))
    return sorted((o for o in offers if o.mode in demand.acquisition), key=lambda offer: offer.id)


def landed_ladder(
    request: QuoteRequest,
    snapshot: Snapshot,
    offer: Offer,
    site: Site,
    chip: Chip,
    months: int,
    delivery: date | None,
) -> list[LandedCost]:
    """The landed cost of one piece at each price break; shorter than the breaks where a price cannot be converted."""
    costs = []
    for price_break in offer.price_breaks:
        shipment = Shipment(
            unit_price=price_break.unit_price,
            currency=offer.currency,
            report_currency=request.report_currency,
            incoterm=offer.incoterm,
            mode=offer.mode,
            months=months,
            hs_code=chip.hs_code,
            form_factor=chip.form_factor,
            tpp=chip.tpp,
            memory_bandwidth_gb_s=chip.figure(Metric.BANDWIDTH),
            country_of_origin=None,
            from_country=offer.home,
            to_country=site.country,
            recovers_tax=site.recovers_tax,
            on=delivery or snapshot.as_of,
            as_of=snapshot.as_of,
            known_on=request.known_on,
            price_source=offer.source,
            price_grade=offer.grade,
        )
        cost = landed_cost(shipment, snapshot.tariffs, snapshot.fx)
        if cost is not None:
            costs.append(cost)
    return costs


class _Maker:
    def __init__(self, request: QuoteRequest, snapshot: Snapshot, screener: Screener) -> None:
        self._request, self._snapshot, self._screener = request, snapshot, screener
        self._sites = {site.id: site for site in request.sites}
        self._costs: dict[tuple[object, ...], tuple[LandedCost, ...] | None] = {}

    def make(self, demand: Demand, offer: Offer) -> Candidate:
        site, chip = self._sites[demand.site], self._snapshot.catalogue.chips[offer.chip]
        days = self._days(offer, site)
        screened = self._screener.screen(offer, site, days)
        counts = demanded_rate(demand, chip.id) if demand.metric is None else chip.figure(demand.metric)
        landed = self._landed(offer, site, chip, demand, screened.delivery)
        obstacles = tuple(self._obstacles(offer, demand, site, chip, screened.delivery, counts, landed))
        day = screened.delivery or self._snapshot.as_of
        licences = covering(self._request, chip, site, day, screened.determination)
        return Candidate(
            offer, demand, site, chip, screened.determination, screened.delivery, counts, landed, obstacles, licences
        )

    def _days(self, offer: Offer, site: Site) -> int | None:
        """Days from as_of to delivery, notice apart. A lease is there once it is handed over."""
        if offer.lead_days is None:
            return None
        if offer.mode is Mode.LEASE:
            return offer.lead_days
        tariffs, day = self._snapshot.tariffs, self._snapshot.as_of
        return offer.lead_days + transit_days(offer.ships_from, site.country, offer.incoterm, tariffs, day)

    def _landed(
        self, offer: Offer, site: Site, chip: Chip, demand: Demand, delivery: date | None
    ) -> tuple[LandedCost, ...] | None:
        months = (demand.term_months or 1) if offer.mode is Mode.LEASE else 1
        key = (offer.id, site.country, site.recovers_tax, months, delivery)
        if key not in self._costs:
            costs = landed_ladder(self._request, self._snapshot, offer, site, chip, months, delivery)
            charge = offer.order_charge
            rate = None if charge is None else self._snapshot.fx.rate(charge.currency, self._request.report_currency)
            priced = len(costs) == len(offer.price_breaks) and (charge is None or rate is not None)
            self._costs[key] = tuple(costs) if priced else None
        return self._costs[key]

    def _obstacles(
        self,
        offer: Offer,
        demand: Demand,
        site: Site,
        chip: Chip,
        delivery: date | None,
        counts: Decimal | None,
        landed: tuple[LandedCost, ...] | None,
    ) -> Iterable[Obstacle]:
        request, as_of = self._request, self._snapshot.as_of
        out = left_out(offer, request)
        if out is not None:
            yield Obstacle(*out)
        if not offer.delivers(site.country):
            where = offer.home if offer.mode is Mode.LEASE else ", ".join(offer.delivers_to or ())
            yield Obstacle(
                Code.NOT_DELIVERED_THERE, f"the offer is for {where or 'no named country'}, not {site.country}"
            )
        if offer.valid_from is not None and as_of < offer.valid_from:
            yield Obstacle(Code.EXPIRED, f"the price holds from {offer.valid_from}, not yet on {as_of}")
        if offer.valid_until is not None and as_of > offer.valid_until:
            yield Obstacle(Code.EXPIRED, f"the price held until {offer.valid_until}")
        if counts is None:
            yield Obstacle(Code.NO_FIGURE, f"{demand.metric} of {chip.id} is not known")
        spec = below_spec(demand, chip)
        if spec is not None:
            yield spec
        if landed is None:
            yield Obstacle(
                Code.NO_PRICE,
                f"there is no reference rate from {offer.currency} to {request.report_currency} by {as_of}",
            )
        yield from self._timing(offer, demand, delivery)
        if offer.mode is Mode.BUY and site.power_kw is not None and chip.tdp_w is None:
            yield Obstacle(Code.UNKNOWN_FACT, f"the power of {chip.id} is not known and {site.id} has a limit")
        if offer.mode is Mode.LEASE and (demand.term_months or 0) < offer.minimum_term_months:
            yield Obstacle(
                Code.DOMINATED, f"the price holds for a commitment of {offer.minimum_term_months} months or more"
            )

    def _timing(self, offer: Offer, demand: Demand, delivery: date | None) -> Iterable[Obstacle]:
        if delivery is None:
            if demand.needed_by is not None:
                yield Obstacle(Code.UNKNOWN_FACT, f"the lead time is not known, needed by {demand.needed_by}")
            elif Objective.MIN_TIME in self._request.objectives:
                yield Obstacle(Code.UNKNOWN_FACT, "the lead time is not known, and the objective counts days")
        elif demand.needed_by is not None and delivery > demand.needed_by:
            yield Obstacle(Code.TOO_LATE, f"delivered on {delivery}, needed by {demand.needed_by}")
