"""Reference rates of one day, and conversion at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

from quoting.domain.pricing.charges import FxRate

SIGNIFICANT_DIGITS = 15  # of a cross rate: what is printed is the number that is used
_CROSS = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class EuroRate:
    """Units of a currency for one euro, and the day of its publication."""

    per_euro: Decimal
    date: date


@dataclass(frozen=True, slots=True)
class FxTable:
    """The last publication on or before `as_of` for every currency; stale when older than `stale_after_days`."""

    as_of: date
    rates: Mapping[str, EuroRate]
    source: str
    stale_after_days: int

    def rate(self, source_currency: str, target_currency: str) -> FxRate | None:
        """The cross rate over the euro, to 15 significant digits; None where either side has no rate."""
        if source_currency == target_currency:
            return FxRate(source_currency, target_currency, Decimal(1), self.as_of, False, "same currency")
        have, want = self.rates.get(source_currency), self.rates.get(target_currency)
        if have is None or want is None:
            return None
        day = (
            min(have.date, want.date)
            if "EUR" not in (source_currency, target_currency)
            else (want.date if source_currency == "EUR" else have.date)
        )
        rate = _CROSS.divide(want.per_euro, have.per_euro)
        stale = (self.as_of - day).days > self.stale_after_days
        return FxRate(source_currency, target_currency, rate, day, stale, self.source)
