"""Money at the border: exact text, never a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from quoting.domain.money import Money
from quoting.wire.json_text import canonical, parse
from quoting.wire.money import print_money, read_money

amounts = st.from_regex(r"[0-9]{1,15}(\.[0-9]{1,12})?", fullmatch=True).filter(str.isascii)
currencies = st.from_regex(r"[A-Z]{3}", fullmatch=True)


@given(amounts, currencies)
def test_money_is_printed_with_the_value_and_places_it_was_read_with(amount, currency):
    money = read_money({"amount": amount, "currency": currency})

    assert money.amount == Decimal(amount)
    assert read_money(parse(canonical(print_money(money)))) == money
    assert print_money(money)["amount"].partition(".")[2] == amount.partition(".")[2]


@given(st.integers(0, 10**24), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_whole_minor_units_are_printed_with_the_digits_of_the_currency(minor, currency):
    text = print_money(Money.of_minor(minor, currency))["amount"]

    assert len(text.partition(".")[2]) == {"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4}[currency]
    assert int(text.replace(".", "")) == minor


@given(st.text(max_size=8).filter(lambda text: not text.isascii() or not text.replace(".", "").isdigit()))
def test_text_that_is_no_amount_is_refused(text):
    with pytest.raises(ValidationError):
        read_money({"amount": text, "currency": "USD"})
