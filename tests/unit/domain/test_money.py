from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoting.domain.money import Money, decimal_text, round_half_up, to_minor, to_minor_down


def test_a_half_is_rounded_up():
    assert [round_half_up(Fraction(n, 2)) for n in (1, 2, 3, 5)] == [1, 1, 2, 3]


def test_a_negative_amount_is_refused_rather_than_rounded_the_other_way():
    with pytest.raises(ValueError, match="negative"):
        round_half_up(Fraction(-1, 2))


@pytest.mark.parametrize(("currency", "minor"), [("USD", 812345), ("JPY", 8123), ("KWD", 8123445)])
def test_minor_units_follow_the_currency(currency, minor):
    assert to_minor(Fraction("8123.445"), currency) == minor


def test_a_limit_is_rounded_down():
    assert to_minor_down(Fraction("100.019"), "USD") == 10001


def test_minor_units_read_back_as_the_amount_they_came_from():
    assert Money.of_minor(12345, "USD").text == "123.45"
    assert Money.of_minor(12345, "JPY").text == "12345"


def test_a_third_has_no_finite_decimal():
    with pytest.raises(ValueError, match="no finite decimal"):
        decimal_text(Fraction(1, 3))


@given(st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=12))
def test_the_text_of_an_exact_decimal_is_that_decimal(amount):
    assert Decimal(decimal_text(Fraction(amount))) == amount
