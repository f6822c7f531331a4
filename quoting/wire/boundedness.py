"""Demands for as much as can be had: whether the request gives them an aim and an end. Contract section 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quoting.domain.errors import FieldFault
from quoting.domain.offers import Mode, Offer
from quoting.domain.request import Budget, Demand, Objective, QuoteRequest, Site
from quoting.wire.faults import fault


def unbounded_faults(request: QuoteRequest) -> Iterator[FieldFault]:
    """Faults of the `maximise` demands: no objective for them, unlike metrics, nothing that bounds them."""
    wanted = [(index, demand) for index, demand in enumerate(request.demand) if demand.maximise]
    if not wanted:
        return
    if Objective.MAX_CAPABILITY not in request.objectives:
        yield fault("needs_max_capability", "a maximise demand needs the objective max_capability", "objective")
    for index, demand in wanted[1:]:
        if demand.metric is not wanted[0][1].metric:
            detail = "maximise demands have one metric together"
            yield fault("metrics_differ", detail, "demand", index, "capability", "metric")
    ends = _Ends(request)
    for index, demand in wanted:
        if not ends.bounded(demand, request.budgets):
            yield fault("unbounded", "no budget, power or stock bounds it", "demand", index, "maximise")
    for place, scenario in enumerate(request.scenarios):
        if scenario.objectives is not None and Objective.MAX_CAPABILITY not in scenario.objectives:
            detail = "a maximise demand needs the objective max_capability"
            yield fault("needs_max_capability", detail, "scenarios", place, "objective")
        budgets = scenario.budgets
        if budgets is not None and not all(ends.bounded(demand, budgets) for _, demand in wanted):
            detail = "no budget, power or stock bounds a maximise demand"
            yield fault("unbounded", detail, "scenarios", place, "budgets")


class _Ends:
    """What bounds a demand in each mode in which it may be served."""

    def __init__(self, request: QuoteRequest) -> None:
        self._sites = {site.id: site for site in request.sites}
        self._offers = request.offers
        self._private_only = request.catalogue.use == "private_only"
        self._free_catalogue = not self._private_only and any(d.percent == 100 for d in request.discounts)
        self._endless: dict[tuple[str, Mode], list[Offer]] = {}

    def bounded(self, demand: Demand, budgets: Sequence[Budget]) -> bool:
        site = self._sites.get(demand.site)
        return site is None or all(self._ends(site, mode, budgets) for mode in demand.acquisition)

    def _ends(self, site: Site, mode: Mode, budgets: Sequence[Budget]) -> bool:
        endless = self._endless_offers(site, mode)
        stock = self._private_only and not endless
        power = mode is Mode.BUY and site.power_kw is not None
        return stock or power or (self._costs(endless) and any(_covers(budget, site, mode) for budget in budgets))

    def _costs(self, endless: Sequence[Offer]) -> bool:
        """Whether a budget runs out: what costs nothing and has no end is not bounded by money."""
        free = any(each.unit_price == 0 for offer in endless for each in offer.price_breaks)
        return not free and not self._free_catalogue

    def _endless_offers(self, site: Site, mode: Mode) -> list[Offer]:
        key = site.country, mode
        if key not in self._endless:
            self._endless[key] = [
                offer
                for offer in self._offers
                if offer.mode is mode and offer.available_qty is None and offer.delivers(site.country)
            ]
        return self._endless[key]


def _covers(budget: Budget, site: Site, mode: Mode) -> bool:
    return (budget.sites is None or site.id in budget.sites) and (budget.modes is None or mode in budget.modes)
