"""From a dated value to a charge: its number, its source, what has to be said of it, and base x rate."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quoting.domain.parameters import Dated
from quoting.domain.pricing.charges import Charge, ChargeKind

_ZERO = Fraction(0)


def number(row: Dated | None) -> Decimal | None:
    """The value of a row as an exact number; None where there is none or it is not known."""
    if row is None or isinstance(row.value, str | tuple | bool):
        return None
    return Decimal(row.value)


def source(row: Dated) -> str:
    """Citation and address."""
    return f"{row.citation}, {row.url}" if row.url else row.citation


def remark(row: Dated, text: str = "") -> str | None:
    """A text, the row's own note and what about the row is not confirmed."""
    unconfirmed = f"UNCONFIRMED: {row.unconfirmed}" if row.unconfirmed else ""
    return "; ".join(part for part in (text, row.note, unconfirmed) if part) or None


def not_known(kind: ChargeKind, text: str, row: Dated | None = None) -> Charge:
    """A charge that is due, or may be, and has no figure: the unit costs at least what is counted."""
    if row is None:
        return Charge(kind, None, counted=False, note=text)
    return Charge(kind, None, counted=False, citation=source(row), grade=row.grade.value, note=remark(row, text))


def ad_valorem(kind: ChargeKind, base: Fraction, row: Dated | None, text: str, counted: bool = True) -> Charge:
    """A charge of base x rate; without an amount where the rate is not known.

    Args:
        base: report currency, exact.
        row: the rate, a fraction; None where there is none.
        text: what the charge is.
    """
    rate = number(row)
    if row is None or rate is None:
        return not_known(kind, f"{text}: due, and the rate is not known", row)
    amount = base * Fraction(rate) if rate else _ZERO
    return Charge(kind, amount, counted, base, rate, source(row), row.grade.value, remark(row, text))
