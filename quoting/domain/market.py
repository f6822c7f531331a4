"""The offers that a request may draw on: its own, and those of the catalogue on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from quoting.domain.answer import Code
from quoting.domain.catalogue import offers_on
from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.domain.offers import Grade, Offer, PriceBreak
from quoting.domain.request import Explain, QuoteRequest
from quoting.domain.snapshot import Snapshot

_GRADES = list(Grade)
_PRICE_DIGITS = 12
_MOST_PAIRS = 200_000  # contract section 1, sizes
_EXPLAINED = {Explain.NONE: 1, Explain.SUMMARY: 2, Explain.FULL: 4}
_STEP = Decimal(1).scaleb(-_PRICE_DIGITS)


def market(request: QuoteRequest, snapshot: Snapshot) -> tuple[Offer, ...]:
    """Private and catalogue offers, discounts applied, in the order of their ids.

    Catalogue offers that the request leaves out are here too, for `left_out` to say why; with `private_only` there
    are none at all.
    """
    offers = list(request.offers)
    if request.catalogue.use == "all":
        offers += (_discounted(offer, request) for offer in offers_on(snapshot.catalogue, snapshot.as_of))
    return tuple(sorted(offers, key=lambda offer: offer.id))


def refuse_unexplainable(request: QuoteRequest, snapshot: Snapshot) -> None:
    """Refuse to explain every pair of offer and demand where there are too many, those of the catalogue included.

    Raises:
        RequestInvalid: at /explain.
    """
    if request.explain is not Explain.FULL or request.catalogue.use != "all":
        return
    pairs = _count(request, snapshot) * len(request.demand)
    if pairs > _MOST_PAIRS:
        detail = f"{pairs:,} pairs of offer and demand with the catalogue's; at most {_MOST_PAIRS:,} can be explained"
        raise RequestInvalid([FieldFault("/explain", "too_many", detail)])


def expected_size(request: QuoteRequest, snapshot: Snapshot) -> int:
    """How much work a request is expected to be, from its shape alone; only comparisons mean something.

    Pairs of offer and demand, once an objective and scenario, weighed by how much is explained of each: processor time
    rises with it, though not in proportion.
    """
    pairs = _count(request, snapshot) * len(request.demand)
    return pairs * len(request.objectives) * (1 + len(request.scenarios)) * _EXPLAINED[request.explain]


def _count(request: QuoteRequest, snapshot: Snapshot) -> int:
    """How many offers there are before any filter."""
    catalogue = sum(1 for _ in offers_on(snapshot.catalogue, snapshot.as_of)) if request.catalogue.use == "all" else 0
    return len(request.offers) + catalogue


def left_out(offer: Offer, request: QuoteRequest) -> tuple[Code, str] | None:
    """Why the request's catalogue filter leaves an offer out; None where it does not."""
    if offer.private:
        return None
    use = request.catalogue
    if offer.vendor in use.exclude_vendors or (use.vendors is not None and offer.vendor not in use.vendors):
        return Code.EXCLUDED, f"the request leaves catalogue offers of {offer.vendor} out"
    if use.min_grade is not None and _GRADES.index(offer.grade) > _GRADES.index(use.min_grade):
        return Code.EXCLUDED, f"the price is of grade {offer.grade}, the request asks for {use.min_grade} or better"
    if use.max_price_age_days is not None and offer.observed_on is not None and request.as_of is not None:
        oldest = request.as_of - timedelta(days=use.max_price_age_days)
        if offer.observed_on < oldest:
            age = (request.as_of - offer.observed_on).days
            return Code.STALE_PRICE, f"the price is {age} days old, the request takes {use.max_price_age_days}"
    return None


def _discounted(offer: Offer, request: QuoteRequest) -> Offer:
    factor = Decimal(1)
    for discount in request.discounts:
        if discount.vendor == offer.vendor:
            factor *= 1 - discount.percent / 100
    if factor == 1:
        return offer
    breaks = tuple(PriceBreak(b.min_qty, _printable(b.unit_price * factor)) for b in offer.price_breaks)
    note = (
        f"{offer.note}; the caller's discount is in the price"
        if offer.note
        else "the caller's discount is in the price"
    )
    return replace(offer, price_breaks=breaks, note=note)


def _printable(price: Decimal) -> Decimal:
    """A price has at most 12 fraction digits (contract); one with more is rounded to them, and that price is used."""
    return price if -int(price.as_tuple().exponent) <= _PRICE_DIGITS else price.quantize(_STEP, ROUND_HALF_UP)
