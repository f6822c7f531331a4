"""What is priced: one unit that goes from a seller to a site, and which charges its incoterm leaves to the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.domain.parameters import Clock


@dataclass(frozen=True, slots=True)
class Shipment:
    """One unit on its way, at one price.

    Units: `unit_price` in major units of `currency`, discount applied, of a lease per chip and month; `months` the term
        of a lease; `tpp` in TOPS x bit length; `memory_bandwidth_gb_s` in GB/s.
    Days: duties and taxes are read on `on` (delivery, or `as_of` when that is not known) as far as they were published
        by `known_on` (absent: `as_of`); prices of carriage on `as_of`.
    None is unknown. An unknown `country_of_origin` is presumed to be `from_country` where an additional duty asks for
    it.
    """

    unit_price: Decimal
    currency: str
    report_currency: str
    incoterm: str
    mode: str  # buy or lease
    months: int
    hs_code: str | None
    form_factor: str
    tpp: Decimal | None
    memory_bandwidth_gb_s: Decimal | None
    country_of_origin: str | None
    from_country: str | None
    to_country: str
    recovers_tax: bool
    on: date
    as_of: date
    known_on: date | None = None
    price_source: str | None = None
    price_grade: str | None = None

    @property
    def law(self) -> Clock:
        """The clock of duties and taxes: the law of the delivery date, as published."""
        return Clock(self.on, self.known_on or self.as_of)

    @property
    def market(self) -> Clock:
        """The clock of planning figures: what was observed by the day of the quote."""
        return Clock(self.as_of, self.known_on or self.as_of)

    @property
    def crosses_border(self) -> bool:
        """Whether dispatch and site are in different customs territories; an unknown dispatch counts as abroad."""
        return self.from_country != self.to_country


@dataclass(frozen=True, slots=True)
class Left:
    """What a term leaves to the buyer."""

    freight: bool
    insurance: bool
    duties: bool


# Source: ICC Incoterms 2020; contract section 3. Terms of sea freight only (FAS, FOB, CFR, CIF) are not offered.
LEFT_TO_BUYER = {
    "EXW": Left(freight=True, insurance=True, duties=True),
    "FCA": Left(freight=True, insurance=True, duties=True),
    "CPT": Left(freight=False, insurance=True, duties=True),
    "CIP": Left(freight=False, insurance=False, duties=True),
    "DAP": Left(freight=False, insurance=False, duties=True),
    "DPU": Left(freight=False, insurance=False, duties=True),
    "DDP": Left(freight=False, insurance=False, duties=False),
}
