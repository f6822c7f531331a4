"""Offers: who sells which chip, at what price, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quoting.domain.money import Money


class Mode(StrEnum):
    BUY = "buy"
    LEASE = "lease"


class Grade(StrEnum):
    """How good a price is: A contract or list, B named channel, C press report, D estimate."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Incoterm(StrEnum):
    """Who bears carriage, insurance and duties. Source: ICC Incoterms 2020."""

    EXW = "EXW"
    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DPU = "DPU"
    DDP = "DDP"


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """All-units: the break that holds the total taken from the offer prices every unit."""

    min_qty: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where leased machines stand. Owner and operator are party ids, or vendor ids in a catalogue offer."""

    country: str | None
    owner: str | None
    operator: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One source of one chip. Contract section 3.

    Units: prices in major units of `currency`, a lease price per chip and month; `lead_days` from order to dispatch.
        `available_qty` None: no limit in a private offer, an unknown supply in a catalogue offer.
        `supply_pool`: catalogue offers that share one supply figure name the same pool.
        `minimum_term_months`: a committed lease price holds for terms at least this long.
    """

    id: str
    vendor: str
    chip: str
    mode: Mode
    currency: str
    price_breaks: tuple[PriceBreak, ...]
    seller: str | None = None
    ships_from: str | None = None
    delivers_to: tuple[str, ...] | None = None
    data_centre: DataCentre | None = None
    hands_over: bool = False
    volume_group: str | None = None
    order_charge: Money | None = None
    moq: int = 1
    multiple: int = 1
    available_qty: int | None = None
    lead_days: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    incoterm: Incoterm = Incoterm.FCA
    source: str | None = None
    observed_on: date | None = None
    grade: Grade = Grade.A
    private: bool = True
    supply_pool: str | None = None
    minimum_term_months: int = 0
    note: str = ""

    @property
    def home(self) -> str | None:
        """Country of dispatch; of a lease, of the data centre."""
        if self.mode is Mode.LEASE and self.data_centre is not None:
            return self.data_centre.country
        return self.ships_from

    def delivers(self, country: str) -> bool:
        """Whether the offer may go to a country; a lease stays in its own unless `delivers_to` says more."""
        if self.mode is Mode.LEASE:
            return country == self.home or country in (self.delivers_to or ())
        return self.delivers_to is None or country in self.delivers_to
