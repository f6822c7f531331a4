from datetime import date
from decimal import Decimal

import pytest

from quoting.adapters.fx_ecb import EcbRates

RATES = EcbRates()


@pytest.mark.parametrize(
    ("day", "have", "want", "rate", "published"),
    [
        (date(2025, 8, 16), "EUR", "SGD", "1.4988", date(2025, 8, 15)),
        (date(2024, 10, 22), "JPY", "KRW", "9.13895355961279", date(2024, 10, 22)),
        (date(2026, 10, 30), "USD", "CNY", "6.65288220551378", date(2026, 10, 30)),
    ],
)
def test_rate_is_that_of_the_last_publication_on_or_before_the_day(day, have, want, rate, published):
    found = RATES.table(day, 10).rate(have, want)

    assert found is not None
    assert (found.rate, found.date, found.stale) == (Decimal(rate), published, False)


def test_no_rate_is_from_after_the_day():
    day = date(2025, 8, 16)

    assert max(rate.date for rate in RATES.table(day, 10).rates.values()) == date(2025, 8, 15)


def test_currency_that_is_no_longer_published_keeps_its_last_rate_and_is_stale():
    found = RATES.table(date(2025, 8, 16), 10).rate("EUR", "RUB")

    assert found is not None
    assert (found.date, found.stale) == (date(2022, 3, 1), True)


@pytest.mark.parametrize(("day", "stale"), [(date(2026, 11, 9), False), (date(2026, 11, 10), True)])
def test_rate_is_stale_when_it_is_older_than_the_days_given(day, stale):
    found = RATES.table(day, 10).rate("USD", "CNY")

    assert found is not None
    assert found.stale is stale


@pytest.mark.parametrize("currency", ["TWD", "AED", "SAR", "VND"])
def test_currency_that_is_not_published_has_no_rate(currency):
    assert RATES.table(date(2026, 10, 30), 10).rate("USD", currency) is None


def test_no_rate_is_known_before_the_first_publication():
    assert set(RATES.table(date(1998, 12, 31), 10).rates) == {"EUR"}
