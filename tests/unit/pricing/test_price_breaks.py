from decimal import Decimal

import pytest

from quoting.domain.offers import PriceBreak
from quoting.domain.pricing.price_breaks import break_index, price_at

BREAKS = (PriceBreak(5, Decimal("2260.00")), PriceBreak(30, Decimal("2135.00")))


@pytest.mark.parametrize(("total", "index"), [(4, None), (5, 0), (29, 0), (30, 1), (1000, 1)])
def test_break_that_holds_the_total_prices_every_unit(total, index):
    assert break_index(BREAKS, total) == index


def test_price_below_the_first_break_is_none():
    assert price_at(BREAKS, 4) is None
    assert price_at(BREAKS, 30) == Decimal("2135.00")
