"""Which price break holds a total. All-units: the break prices every unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from quoting.domain.offers import PriceBreak


def break_index(breaks: Sequence[PriceBreak], total: int) -> int | None:
    """Index of the break that holds a total; None below the first.

    Args:
        breaks: ascending in `min_qty`.
        total: units over all sites and demands of the offer, in a volume group over all its members.
    """
    held = [index for index, row in enumerate(breaks) if row.min_qty <= total]
    return held[-1] if held else None


def price_at(breaks: Sequence[PriceBreak], total: int) -> Decimal | None:
    """Unit price at the break that holds a total; None below the first.

    Units: major units of the offer's currency, of a lease per chip and month.
    """
    index = break_index(breaks, total)
    return None if index is None else breaks[index].unit_price
