"""What a request that is well formed can still get wrong: ids used twice, references to nothing, what has no end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from quoting.domain.errors import FieldFault
from quoting.domain.offers import Offer
from quoting.domain.request import Budget, BuyerRule, Explain, Party, QuoteRequest, Selector
from quoting.wire.boundedness import unbounded_faults
from quoting.wire.faults import fault
from quoting.wire.offer import CATALOGUE_PREFIX

MOST_PAIRS = 200_000  # of offer and demand, where every one of them is explained
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """The ids that may be referred to; `chips` None: any chip."""

    parties: Collection[str]
    sites: Collection[str]
    demands: Collection[str]
    offers: Collection[str]
    chips: Collection[str] | None

    def party(self, name: str, *steps: str | int) -> Iterator[FieldFault]:
        yield from _unknown("party", name, self.parties, steps)

    def site(self, name: str, *steps: str | int) -> Iterator[FieldFault]:
        yield from _unknown("site", name, self.sites, steps)

    def demand(self, name: str, *steps: str | int) -> Iterator[FieldFault]:
        yield from _unknown("demand", name, self.demands, steps)

    def offer(self, name: str, *steps: str | int) -> Iterator[FieldFault]:
        if not name.startswith(CATALOGUE_PREFIX):  # which the catalogue has depends on the day
            yield from _unknown("offer", name, self.offers, steps)

    def chip(self, name: str, *steps: str | int) -> Iterator[FieldFault]:
        if self.chips is not None and name not in self.chips:
            yield fault("unknown_chip", f"the catalogue has no chip {name!r}", *steps)


def _unknown(kind: str, name: str, known: Collection[str], steps: Steps) -> Iterator[FieldFault]:
    if name not in known:
        yield fault("unknown_reference", f"the request has no {kind} {name!r}", *steps)


def meaning_faults(request: QuoteRequest, chips: Collection[str] | None) -> Iterator[FieldFault]:
    """Every fault of a request that is well formed, in the order of its fields."""
    known = _Known(
        parties={party.id for party in request.parties},
        sites={site.id for site in request.sites},
        demands={demand.id for demand in request.demand},
        offers={offer.id for offer in request.offers},
        chips=chips,
    )
    yield from known.party(request.buyer, "buyer")
    yield from _party_faults(request.parties, known)
    yield from _site_faults(request, known)
    yield from _demand_faults(request, known)
    yield from _limit_faults(request.budgets, request.rules, known)
    yield from _offer_faults(request.offers, known)
    yield from _repeated((discount.vendor for discount in request.discounts), "discounts", "vendor")
    yield from _licence_faults(request, known)
    yield from _repeated((scenario.name for scenario in request.scenarios), "scenarios", "name")
    for index, scenario in enumerate(request.scenarios):
        yield from _limit_faults(scenario.budgets or (), scenario.rules or (), known, "scenarios", index)
    yield from unbounded_faults(request)
    pairs = len(request.offers) * len(request.demand)
    if request.explain is Explain.FULL and pairs > MOST_PAIRS:
        detail = f"{pairs:,} pairs of offer and demand; at most {MOST_PAIRS:,} can be explained"
        yield fault("too_many", detail, "explain")


def _repeated(names: Iterable[str], *steps: str) -> Iterator[FieldFault]:
    """Faults at the items of a list whose name an earlier one has; the last of `steps` is the field of the name."""
    *place, field = steps
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield fault("duplicate_id", f"{name!r} is used twice", *place, index, field)
        seen.add(name)


def _party_faults(parties: Sequence[Party], known: _Known) -> Iterator[FieldFault]:
    yield from _repeated((party.id for party in parties), "parties", "id")
    parents = {party.id: party.ultimate_parent for party in parties}
    for index, party in enumerate(parties):
        if party.ultimate_parent is not None:
            yield from known.party(party.ultimate_parent, "parties", index, "ultimate_parent")
        if _in_cycle(party.id, parents):
            yield fault("cycle", "the party is its own parent through others", "parties", index, "ultimate_parent")
        for place, owner in enumerate(party.owners):
            yield from known.party(owner.party, "parties", index, "owners", place, "party")
        if sum(owner.percent for owner in party.owners) > 100:
            yield fault("above_100_percent", "the owners have more than 100 % together", "parties", index, "owners")


def _in_cycle(name: str, parents: dict[str, str | None]) -> bool:
    """Whether the parents of a party lead back to it; a party that is its own parent ends the chain."""
    seen: set[str] = set()
    parent = parents.get(name)
    while parent is not None and parent != parents.get(parent) and parent not in seen:
        if parent == name:
            return True
        seen.add(parent)
        parent = parents.get(parent)
    return parent == name and bool(seen)


def _site_faults(request: QuoteRequest, known: _Known) -> Iterator[FieldFault]:
    yield from _repeated((site.id for site in request.sites), "sites", "id")
    for index, site in enumerate(request.sites):
        for role in ("owner", "operator", "end_user"):
            name: str = getattr(site, role)
            if name != request.buyer:
                yield from known.party(name, "sites", index, role)


def _demand_faults(request: QuoteRequest, known: _Known) -> Iterator[FieldFault]:
    yield from _repeated((demand.id for demand in request.demand), "demand", "id")
    for index, demand in enumerate(request.demand):
        yield from known.site(demand.site, "demand", index, "site")
        if demand.chip is not None:
            yield from known.chip(demand.chip, "demand", index, "chip")
        for place, substitute in enumerate(demand.substitutes):
            yield from known.chip(substitute.chip, "demand", index, "substitutes", place, "chip")


def _limit_faults(
    budgets: Sequence[Budget], rules: Sequence[BuyerRule], known: _Known, *steps: str | int
) -> Iterator[FieldFault]:
    yield from _repeated_below(steps, "budgets", (budget.id for budget in budgets))
    for index, budget in enumerate(budgets):
        for place, site in enumerate(budget.sites or ()):
            yield from known.site(site, *steps, "budgets", index, "sites", place)
    yield from _repeated_below(steps, "rules", (rule.id for rule in rules))
    for index, rule in enumerate(rules):
        for side, selector in (("select", rule.select), ("within", rule.within)):
            yield from _selector_faults(selector, known, *steps, "rules", index, side)


def _repeated_below(steps: Steps, field: str, names: Iterable[str]) -> Iterator[FieldFault]:
    for found in _repeated(names, field, "id"):
        yield fault(found.code, found.detail, *steps, *found.pointer.split("/")[1:])


def _selector_faults(selector: Selector, known: _Known, *steps: str | int) -> Iterator[FieldFault]:
    for field, check in (
        ("chips", known.chip),
        ("sites", known.site),
        ("demands", known.demand),
        ("offers", known.offer),
    ):
        for place, name in enumerate(getattr(selector, field) or ()):
            yield from check(name, *steps, field, place)


def _offer_faults(offers: Sequence[Offer], known: _Known) -> Iterator[FieldFault]:
    yield from _repeated((offer.id for offer in offers), "offers", "id")
    thresholds: dict[str, tuple[int, ...]] = {}
    for index, offer in enumerate(offers):
        yield from known.chip(offer.chip, "offers", index, "chip")
        if offer.seller is not None:
            yield from known.party(offer.seller, "offers", index, "seller")
        for role in ("owner", "operator"):
            name = getattr(offer.data_centre, role, None)
            if name is not None:
                yield from known.party(name, "offers", index, "data_centre", role)
        if offer.volume_group is not None:
            own = tuple(each.min_qty for each in offer.price_breaks)
            if thresholds.setdefault(offer.volume_group, own) != own:
                detail = f"other thresholds than the first offer of the volume group {offer.volume_group!r}"
                yield fault("group_thresholds_differ", detail, "offers", index, "price_breaks")


def _licence_faults(request: QuoteRequest, known: _Known) -> Iterator[FieldFault]:
    yield from _repeated((licence.id for licence in request.licences), "licences", "id")
    for index, licence in enumerate(request.licences):
        for field, names, check in (
            ("chips", licence.chips, known.chip),
            ("parties", licence.parties, known.party),
            ("sites", licence.sites, known.site),
        ):
            for place, name in enumerate(names or ()):
                yield from check(name, "licences", index, field, place)
