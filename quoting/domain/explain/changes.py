"""What would have to change of an offer, or of the buyer's own wishes, for it to serve: one plain change a reason.

Never where the law has a say in it: no other lane, party, place or mode is ever looked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

from quoting.domain.answer import Code, Limit, NearestChange
from quoting.domain.candidates import Candidate
from quoting.domain.controls.determination import Standing
from quoting.domain.request import QuoteRequest


def nearest_change(candidate: Candidate, code: Code, request: QuoteRequest) -> NearestChange | None:
    """The change for a reason that holds whatever else is chosen; None where there is none to name."""
    lawful = candidate.determination.standing is Standing.SAFE or candidate.licence is not None
    find = _CHANGES.get(code)
    return find(candidate, request) if lawful and find is not None else None


def _terms(c: Candidate, name: str, before: Limit, after: Limit, because: str) -> NearestChange:
    return NearestChange("terms", c.offer.id, name, before, after, because)


def _expired(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    offer, day = c.offer, str(request.as_of)
    if offer.valid_until is not None and offer.valid_until < (request.as_of or offer.valid_until):
        return _terms(c, "valid_until", str(offer.valid_until), day, f"if the vendor renewed the price for {day}")
    return _terms(c, "valid_from", str(offer.valid_from), day, f"if the price held from {day} on")


def _too_late(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    lead, day, needed = c.offer.lead_days, c.delivery, c.demand.needed_by
    if lead is None or day is None or needed is None:
        return None
    late = (day - needed).days
    if late <= lead:
        because = f"with a lead time of {lead - late} days in place of {lead}, or if {day} were early enough"
        return _terms(c, "lead_days", Decimal(lead), Decimal(lead - late), because)
    return NearestChange(
        "demand", c.demand.id, "needed_by", str(needed), str(day), f"if {day} were early enough for {c.demand.id}"
    )


def _below_spec(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    for metric, least in sorted(c.demand.requires.items()):
        figure = c.chip.figure(metric)
        if figure is not None and figure < least:
            because = f"if {figure} of {metric} were enough for {c.demand.id}"
            return NearestChange("demand", c.demand.id, f"requires.{metric}", least, Decimal(figure), because)
    return None


def _no_figure(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    unknown = [m for m in sorted(c.demand.requires) if c.chip.figure(m) is None]
    if c.demand.metric is not None and c.chip.figure(c.demand.metric) is None:
        unknown.insert(0, c.demand.metric)
    if not unknown:
        return None
    return NearestChange("fact", c.chip.id, str(unknown[0]), None, None, f"once {unknown[0]} of the chip is known")


def _unknown_fact(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    if c.delivery is None:
        return _terms(c, "lead_days", None, None, "once the vendor states the lead time")
    return NearestChange("fact", c.chip.id, "tdp_w", None, None, "once the power of the chip is known")


def _stale(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    most = request.catalogue.max_price_age_days
    if most is None or c.offer.observed_on is None or request.as_of is None:
        return None
    age = (request.as_of - c.offer.observed_on).days
    because = f"with a fresh price from the vendor, or if prices of {age} days were taken"
    return NearestChange("catalogue", c.offer.id, "max_price_age_days", Decimal(most), Decimal(age), because)


def _no_price(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    because = f"with a price in {request.report_currency}, or in a currency that has a reference rate"
    return _terms(c, "currency", c.offer.currency, request.report_currency, because)


def _excluded(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    use, offer = request.catalogue, c.offer
    if not offer.private and offer.vendor in use.exclude_vendors:
        return NearestChange("catalogue", offer.id, "exclude_vendors", offer.vendor, None, "if the vendor were let in")
    if not offer.private and use.vendors is not None and offer.vendor not in use.vendors:
        return NearestChange("catalogue", offer.id, "vendors", None, offer.vendor, "if the vendor were let in")
    if not offer.private and use.min_grade is not None and offer.grade > use.min_grade:
        because = f"if prices of grade {offer.grade} were taken"
        return NearestChange("catalogue", offer.id, "min_grade", str(use.min_grade), str(offer.grade), because)
    return None


def _no_stock(c: Candidate, request: QuoteRequest) -> NearestChange | None:
    pieces = least_pieces(c)
    because = f"with a stock of {pieces}, the least that can be ordered"
    stock = None if c.offer.available_qty is None else Decimal(c.offer.available_qty)
    return NearestChange("supply", c.offer.id, "available_qty", stock, Decimal(pieces), because)


def least_pieces(c: Candidate) -> int:
    """The least that can be taken of an offer: first break, MOQ, rounded up to whole lots."""
    first = 1 if c.offer.volume_group else c.offer.price_breaks[0].min_qty
    return math.ceil(max(first, c.offer.moq) / c.offer.multiple) * c.offer.multiple


_CHANGES: Mapping[Code, Callable[[Candidate, QuoteRequest], NearestChange | None]] = {
    Code.EXPIRED: _expired,
    Code.TOO_LATE: _too_late,
    Code.BELOW_SPEC: _below_spec,
    Code.NO_FIGURE: _no_figure,
    Code.UNKNOWN_FACT: _unknown_fact,
    Code.STALE_PRICE: _stale,
    Code.NO_PRICE: _no_price,
    Code.EXCLUDED: _excluded,
    Code.NO_STOCK: _no_stock,
}
