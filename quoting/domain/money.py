"""Exact money: decimal text at the border, fractions inside, whole minor units in every total."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# Source: ISO 4217, minor units; every currency that is not named here has 2.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def minor_digits(currency: str) -> int:
    """How many digits the minor unit of a currency has (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)


def round_half_up(value: Fraction) -> int:
    """The one rounding of the project: to the nearest whole number, halves away from zero upwards.

    Raises:
        ValueError: for a negative value; no price here is negative.
    """
    if value < 0:
        raise ValueError(f"{value} is negative")
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def decimal_text(value: Fraction) -> str:
    """The digits of an exact decimal, without exponent and without trailing zeros.

    Raises:
        ValueError: when the fraction has no finite decimal form.
    """
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        raise ValueError(f"{value} has no finite decimal form")
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, in major units."""

    amount: Decimal
    currency: str

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """Whole minor units as money: `of_minor(12345, "USD")` is USD 123.45."""
        return cls(Decimal(minor).scaleb(-minor_digits(currency)), currency)

    @property
    def exact(self) -> Fraction:
        """The amount in major units, as a fraction."""
        return Fraction(self.amount)

    @property
    def text(self) -> str:
        """The amount as a string of digits with an optional fraction, as it was written."""
        return f"{self.amount:f}"


def to_minor(amount: Fraction, currency: str) -> int:
    """Major units to whole minor units, half up."""
    return round_half_up(amount * 10 ** minor_digits(currency))


def to_minor_down(amount: Fraction, currency: str) -> int:
    """Major units to whole minor units, rounded down: for what may not be exceeded."""
    scaled = amount * Fraction(10) ** minor_digits(currency)
    return scaled.numerator // scaled.denominator
