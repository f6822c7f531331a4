"""Rows of the catalogue's prices, lead times and supply, and of the tables that they refer to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.adapters.reference.cells import Cells
from quoting.adapters.reference.reading import Row
from quoting.domain.catalogue import HOURS_A_MONTH, LeadTime, Observation, SupplyFigure, Vendor, price_of_one
from quoting.domain.chips import Chip
from quoting.domain.offers import Grade, Incoterm, Mode

MAKER = "*maker"  # in channels.csv: the vendor is the chip's own
CONSTRAINT = "*"  # begins the id of a constraint of whole systems in lead_times.csv


@dataclass(frozen=True, slots=True)
class Channel:
    """Where prices were seen: whose they are (`MAKER`: the chip's own vendor) and how good."""

    name: str
    vendor: str
    grade: Grade
    ships_from: str | None


@dataclass(frozen=True, slots=True)
class Region:
    """A market or data-centre region; its country is None where the source names none."""

    code: str
    country: str | None
    delivers_to: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Unit:
    """What a price is for: how many chips (None: no price of chips), and how often it falls due in a month."""

    name: str
    mode: Mode | None
    currency: str | None
    chips: int | None
    times: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """What prices and lead times refer to."""

    chips: Mapping[str, Chip]
    vendors: Mapping[str, Vendor]
    channels: Mapping[str, Channel]
    regions: Mapping[str, Region]
    units: Mapping[str, Unit]


def channel(row: Row, vendors: Collection[str]) -> Channel:
    """A row of channels.csv."""
    cells = Cells(row)
    name = cells.needed("channel")
    whose = cells.one_of("vendor_id", {MAKER, *vendors}, "vendor")
    grade = cells.one_of("grade", list(Grade), "grade")
    ships_from = cells.country("ships_from")
    cells.needed("why")
    cells.settle()
    return Channel(name, whose, Grade(grade), ships_from)


def region(row: Row) -> Region:
    """A row of regions.csv."""
    cells = Cells(row)
    code, country, delivers_to = cells.needed("region"), cells.country("country"), cells.country("delivers_to")
    cells.needed("why")
    cells.settle()
    return Region(code, country, (delivers_to,) if delivers_to else None)


def unit(row: Row) -> Unit:
    """A row of units.csv."""
    cells = Cells(row)
    name, chips = cells.needed("unit"), cells.whole("chips")
    per = cells.one_of("per", ("unit", "hour", "month", "fact"), "way to count")
    cells.needed("why")
    if (chips is None) != (per == "fact") or chips == 0:
        cells.refuse(f"chips: {chips} with per {per!r}")
    cells.settle()
    mode = {"unit": Mode.BUY, "hour": Mode.LEASE, "month": Mode.LEASE}.get(per)
    currency = match[1].upper() if (match := re.match(r"([a-z]{3}) ", name)) else None
    return Unit(name, mode, currency, chips, HOURS_A_MONTH if per == "hour" else 1)


def observation(row: Row, known: Lookup) -> Observation | None:
    """A row of prices.csv; None where it is a fact about volumes and no price of a chip."""
    cells = Cells(row)
    chip_id = cells.one_of("chip_id", known.chips, "chip")
    mode = cells.one_of("kind", list(Mode), "kind of price")
    what = known.units.get(cells.one_of("unit", known.units, "unit"))
    through = known.channels.get(cells.one_of("vendor_or_channel", known.channels, "channel"))
    where = known.regions.get(cells.one_of("region", known.regions, "region"))
    low, high = cells.price("low"), cells.price("high")
    if high < low:
        cells.refuse(f"high {high} is under low {low}")
    day, seen, source = cells.needed_day("observed_on"), cells.needed("observed_on"), cells.source("source_url")
    months = cells.whole("commitment_months") or 0
    incoterm = cells.text("incoterm") or Incoterm.FCA
    if incoterm not in list(Incoterm):
        cells.refuse(f"incoterm: {incoterm!r} is no known incoterm")
    currency = _currency(cells, what)
    if what is not None and what.chips is not None and mode and what.mode != mode:
        cells.refuse(f"unit: {what.name!r} is no unit of {mode}")
    launched = known.chips[chip_id].launched if chip_id in known.chips else None
    if mode == Mode.LEASE and launched is not None and day < launched.replace(month=1, day=1):
        cells.refuse(f"observed_on: {seen} is before the year of the chip's launch, {launched.year}")
    cells.settle()
    if what is None or what.chips is None or through is None or where is None:
        return None
    remarks = cells.text("quantity_context"), _counted(what, high), cells.text("note")
    whose = known.chips[chip_id].vendor if through.vendor == MAKER else through.vendor
    return Observation(
        chip=chip_id,
        mode=Mode(mode),
        vendor=whose,
        channel=through.name,
        region=where.code,
        seen=seen,
        day=day,
        currency=currency,
        low=price_of_one(low, what.chips, what.times),
        high=price_of_one(high, what.chips, what.times),
        grade=through.grade,
        source=source,
        country=where.country,
        delivers_to=where.delivers_to,
        ships_from=through.ships_from or known.vendors[whose].ships_from,
        variant=cells.text("variant"),
        commitment_months=months,
        incoterm=Incoterm(incoterm),
        note="; ".join(part for part in remarks if part),
    )


def _currency(cells: Cells, what: Unit | None) -> str:
    currency = cells.matching("currency", "[A-Z]{3}", "ISO 4217 currency") or ""
    if what is not None and what.currency is not None and currency != what.currency:
        cells.refuse(f"currency: {currency or 'none'} with the unit {what.name!r}")
    return currency


def _counted(what: Unit, amount: Decimal) -> str:
    """How the price of one was formed, where it is not the amount itself."""
    parts = [f"x {what.times} hours a month"] * (what.times != 1) + [f"/ {what.chips}"] * (what.chips != 1)
    return f"{amount:f} {what.name} {' '.join(parts)}" if parts else ""


def lead_time(row: Row, known: Lookup) -> LeadTime:
    """A row of lead_times.csv: its weeks."""
    cells = Cells(row)
    subject, where = _subject(cells, known), known.regions.get(cells.one_of("region", known.regions, "region"))
    low, high = cells.whole("weeks_low"), cells.whole("weeks_high")
    if (low is None) != (high is None) or (low is not None and high is not None and high < low):
        cells.refuse(f"weeks_high {high} with weeks_low {low}")
    value = LeadTime(
        chip=subject,
        country=where.country if where else None,
        day=cells.needed_day("observed_on"),
        weeks_low=low,
        weeks_high=high,
        source=cells.source("source_url"),
        note=cells.text("note"),
    )
    cells.settle()
    return value


def supply(row: Row, known: Lookup) -> SupplyFigure | None:
    """A row of lead_times.csv: its supply figure; None where it has none."""
    cells = Cells(row)
    subject, where = _subject(cells, known), known.regions.get(cells.text("region"))
    units, year = cells.whole("supply_units_per_year"), cells.whole("supply_year")
    if units == 0 or (units is None) != (year is None):
        cells.refuse(f"supply_units_per_year {units} with supply_year {year}")
    day = cells.needed_day("observed_on")
    cells.settle()
    if units is None or year is None:
        return None
    return SupplyFigure(
        chip=subject,
        country=where.country if where else None,
        day=day,
        year=year,
        units=units,
        pool=cells.text("supply_pool") or subject,
        source=cells.text("source_url"),
        note=cells.text("note"),
    )


def _subject(cells: Cells, known: Lookup) -> str:
    """A chip, or a constraint of whole systems such as host processors."""
    if cells.text("chip_id").startswith(CONSTRAINT):
        return cells.text("chip_id")
    return cells.one_of("chip_id", known.chips, "chip")


def exact_days(rows: Iterable[Row]) -> Iterable[date]:
    """The days on which facts were seen, of rows whose date is known to the day."""
    for row in rows:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.get("observed_on") or ""):
            yield Cells(row).needed_day("observed_on")
