"""How long an answer holds: until the first price in it runs out."""

from __future__ import annotations

from datetime import date

from quoting.domain.answer import Quote
from quoting.domain.request import QuoteRequest


def valid_until(request: QuoteRequest, quote: Quote) -> date | None:
    """The last day on which every price of the first plan holds; None where no price says when it ends."""
    if not quote.plans:
        return None
    ends = {offer.id: offer.valid_until for offer in (*request.offers, *quote.offers)}
    named = (ends.get(line.offer) for line in quote.plans[0].lines)
    return min((day for day in named if day is not None), default=None)
