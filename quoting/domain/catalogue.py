"""The catalogue: chips, vendors, and what was seen of prices, lead times and supply. One observation is one offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from quoting.domain.chips import Chip
from quoting.domain.money import decimal_text, round_half_up
from quoting.domain.offers import DataCentre, Grade, Incoterm, Mode, Offer, PriceBreak

HOURS_A_MONTH = 730  # contract 2.2: what an hourly rent is taken times for a month
PRICE_DIGITS = 12  # most fraction digits of a unit price


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who sells or leases. `name` is the legal name that is screened; a country that is None is not known.

    `kind`: maker, cloud, reseller, or unnamed (a source that does not say who). `basis`: where the facts are from.
    """

    id: str
    name: str
    country: str | None
    hq_country: str | None
    ultimate_parent_hq_country: str | None
    kind: str
    ships_from: str | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """A price that was seen. `seen` is its date as the source gives it, `day` the last day of that period.

    `country` of the market or data centre, None not named; `delivers_to` None: anywhere. `variant` tells apart what one
    channel sells in several forms: an instance type, a server instead of a module.

    Units: `high` and `low` for one chip, of a lease for a month, in major units of `currency`; months, 0 none.
    """

    chip: str
    mode: Mode
    vendor: str
    channel: str
    region: str
    seen: str
    day: date
    currency: str
    low: Decimal
    high: Decimal
    grade: Grade
    source: str
    country: str | None = None
    delivers_to: tuple[str, ...] | None = None
    ships_from: str | None = None
    variant: str = ""
    commitment_months: int = 0
    incoterm: Incoterm = Incoterm.FCA
    note: str = ""

    @property
    def series(self) -> tuple[str, ...]:
        """What is observed: of one series the newest observation counts, older ones are history."""
        return self.chip, self.mode, self.channel, self.region, str(self.commitment_months), self.variant

    @property
    def id(self) -> str:
        """The id of its offer, for example "cat:nvidia-h20-96gb:buy:epoch-ai-estimate:CN:2024"."""
        parts = ["cat", self.chip, self.mode.value, _slug(self.channel).lower(), _slug(self.region), _slug(self.seen)]
        if self.variant:
            parts.append(_slug(self.variant))
        if self.commitment_months:
            parts.append(f"{self.commitment_months}m")
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Weeks from order to dispatch that were quoted in a market (`country` None: everywhere); None is no count.

    A `chip` that begins with `*` is a constraint of whole systems (host processors, memory) and bounds no chip's offer.
    """

    chip: str
    country: str | None
    day: date
    weeks_low: int | None
    weeks_high: int | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class SupplyFigure:
    """Units in a year, and the pool that shares them: the chip itself unless the source counts more chips together."""

    chip: str
    country: str | None
    day: date
    year: int
    units: int
    pool: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Chips and vendors by id, observations in no meaningful order. `data_as_of`: the last day a fact was seen."""

    chips: Mapping[str, Chip]
    vendors: Mapping[str, Vendor]
    observations: tuple[Observation, ...]
    lead_times: tuple[LeadTime, ...]
    supplies: tuple[SupplyFigure, ...]
    data_as_of: date


def price_of_one(amount: Decimal, chips: int, times: int = 1) -> Decimal:
    """The price of one chip out of the price of several, exact where 12 fraction digits hold it, else half up to them.

    Args:
        amount: price of `chips` chips; times: how often it falls due in a month (730 for an hourly rent).
    """
    share = Fraction(amount) * times / chips
    scale = 10**PRICE_DIGITS
    return Decimal(decimal_text(Fraction(round_half_up(share * scale), scale)))


def newest_prices(catalogue: Catalogue, day: date) -> tuple[Observation, ...]:
    """The newest observation of each series that was known on a day, in the order of their ids."""
    newest: dict[tuple[str, ...], Observation] = {}
    for seen in catalogue.observations:
        if seen.day <= day and (seen.series not in newest or newest[seen.series].day < seen.day):
            newest[seen.series] = seen
    return tuple(sorted(newest.values(), key=lambda seen: seen.id))


def has_price(catalogue: Catalogue, chip: str, day: date) -> bool:
    """Whether any price of a chip was known on a day."""
    return any(seen.chip == chip and seen.day <= day for seen in catalogue.observations)


def supply_on(catalogue: Catalogue, chip: str, day: date) -> SupplyFigure | None:
    """The one supply figure that all offers of a chip share on a day; None where none was known.

    In each market the newest figure counts; of two of one day, that of the latest year which has begun. Where markets
    differ the larger one is the pool. What a source counts for several chips together is one pool for all of them.
    """
    pool = next((figure.pool for figure in catalogue.supplies if figure.chip == chip), None)

    def fitness(figure: SupplyFigure) -> tuple[date, int, bool, str]:
        year = figure.year if figure.year <= day.year else -figure.year
        return figure.day, year, figure.chip == chip, figure.chip

    known = [figure for figure in catalogue.supplies if figure.pool == pool and figure.day <= day]
    by_market = {figure.country: figure for figure in sorted(known, key=fitness)}
    return max(by_market.values(), key=lambda figure: figure.units, default=None)


def lead_days_on(catalogue: Catalogue, chip: str, country: str | None, day: date) -> int | None:
    """Days from order to dispatch: the long end of the newest count for the market or for everywhere, None unknown."""
    known = [
        row
        for row in catalogue.lead_times
        if row.chip == chip and row.weeks_high is not None and row.day <= day and row.country in (None, country)
    ]
    newest = max(known, key=lambda row: (row.day, row.country is not None, row.weeks_high or 0), default=None)
    return newest.weeks_high * 7 if newest is not None and newest.weeks_high is not None else None


def offers_on(catalogue: Catalogue, day: date) -> tuple[Offer, ...]:
    """What the catalogue offers on a day, in the order of ids: the newest observation of each series, at its high end.

    Supply and lead time are known for purchases only; all offers of one chip carry the same supply figure.
    """
    seen_by_then = newest_prices(catalogue, day)
    supplies = {chip: supply_on(catalogue, chip, day) for chip in _bought(seen_by_then)}
    return tuple(
        _lease(seen) if seen.mode is Mode.LEASE else _purchase(catalogue, seen, supplies[seen.chip], day)
        for seen in seen_by_then
    )


def _bought(observations: Iterable[Observation]) -> set[str]:
    return {seen.chip for seen in observations if seen.mode is Mode.BUY}


def _purchase(catalogue: Catalogue, seen: Observation, supply: SupplyFigure | None, day: date) -> Offer:
    return Offer(
        id=seen.id,
        vendor=seen.vendor,
        chip=seen.chip,
        mode=Mode.BUY,
        currency=seen.currency,
        price_breaks=(PriceBreak(1, seen.high),),
        ships_from=seen.ships_from,
        delivers_to=seen.delivers_to,
        available_qty=supply.units if supply is not None else None,
        lead_days=lead_days_on(catalogue, seen.chip, seen.country, day),
        incoterm=seen.incoterm,
        source=seen.source,
        observed_on=seen.day,
        grade=seen.grade,
        private=False,
        supply_pool=f"supply:{supply.pool}" if supply is not None else None,
        note=_note(seen, supply),
    )


def _lease(seen: Observation) -> Offer:
    return Offer(
        id=seen.id,
        vendor=seen.vendor,
        chip=seen.chip,
        mode=Mode.LEASE,
        currency=seen.currency,
        price_breaks=(PriceBreak(1, seen.high),),
        ships_from=seen.country,
        data_centre=DataCentre(seen.country, seen.vendor, seen.vendor),
        source=seen.source,
        observed_on=seen.day,
        grade=seen.grade,
        private=False,
        minimum_term_months=seen.commitment_months,
        note=_note(seen, None),
    )


def _note(seen: Observation, supply: SupplyFigure | None) -> str:
    parts = [f"seen {seen.seen} in {seen.region} through {seen.channel}"]
    if seen.low != seen.high:
        parts.append(f"from {seen.currency} {seen.low:f} to {seen.high:f} for one, the high end is the price")
    if seen.note:
        parts.append(seen.note)
    if supply is not None:
        where = f" in {supply.country}" if supply.country else ""
        parts.append(f"supply {supply.units} in {supply.year}{where}: {supply.note}")
    return "; ".join(parts)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")
