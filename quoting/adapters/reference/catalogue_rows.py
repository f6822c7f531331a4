"""One function for each table of the catalogue: a row becomes a value, or says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.adapters.reference.cells import Cells
from quoting.adapters.reference.reading import Row
from quoting.domain.catalogue import HOURS_A_MONTH, LeadTime, Observation, SupplyFigure, Vendor, price_of_one
from quoting.domain.chips import Chip, Metric
from quoting.domain.offers import Grade, Incoterm, Mode
from quoting.domain.performance import (
    PUBLISHED,
    Performance,
    agrees,
    performance_density,
    total_processing_performance,
)

TOLERANCE = Decimal("0.001")  # relative: published figures are rounded
MAKER = "*maker"  # in channels.csv: the vendor is the chip's own
CONSTRAINT = "*"  # begins the id of a constraint of whole systems in lead_times.csv

_FIGURES = {
    "bf16_fp16": Metric.BF16,
    "fp8": Metric.FP8,
    "int8_tops": Metric.INT8,
    "fp4": Metric.FP4,
    "fp64_tflops": Metric.FP64,
    "memory_gb": Metric.MEMORY,
    "memory_bandwidth_gb_s": Metric.BANDWIDTH,
    "interconnect_gb_s": Metric.INTERCONNECT,
}
_RATES = {  # tf32 is left out: see data/README.md
    "fp64_tflops": "fp64",
    "fp32": "fp32",
    "bf16_fp16": "bf16/fp16",
    "fp8": "fp8",
    "int8_tops": "int8",
    "fp4": "fp4",
}
_YES_NO = {"yes": True, "no": False, "": None}


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


def vendor(row: Row) -> Vendor:
    """A row of vendors.csv."""
    cells = Cells(row)
    value = Vendor(
        id=cells.needed("vendor_id"),
        name=cells.needed("legal_name"),
        country=cells.country("country"),
        hq_country=cells.country("hq_country"),
        ultimate_parent_hq_country=cells.country("ultimate_parent_hq_country"),
        kind=cells.one_of("kind", ("maker", "cloud", "reseller", "unnamed"), "kind of vendor"),
        ships_from=cells.country("ships_from"),
        basis=cells.needed("basis"),
    )
    cells.one_of("grade", "PSRD", "grade of evidence")
    cells.settle()
    return value


def chip(row: Row, vendors: Collection[str]) -> Chip:
    """A row of chips.csv, TPP and density computed from its figures."""
    cells = Cells(row)
    area = cells.number("die_area_mm2")
    performance = _performance(cells)
    density = performance_density(performance.tpp if performance else None, area)
    published = cells.number("performance_density")
    if published is not None and (density is None or not agrees(density, published, TOLERANCE)):
        cells.refuse(f"performance_density: the figures give {density}, published is {published}")
    value = Chip(
        id=cells.needed("id"),
        vendor=cells.one_of("vendor", vendors, "vendor"),
        model=cells.needed("model"),
        form_factor=cells.text("form_factor"),
        launched=cells.last_day("launch_date"),
        designer_country=cells.country("designer_country") or cells.needed("designer_country"),
        figures={metric: figure for column, metric in _FIGURES.items() if (figure := cells.number(column)) is not None},
        die_area_mm2=area,
        tdp_w=cells.number("tdp_w"),
        tpp=performance.tpp if performance else None,
        tpp_operation=performance.operation if performance else None,
        performance_density=density,
        marketed_for_datacenter=_YES_NO.get(cells.text("designed_or_marketed_for_datacenter")),
        hs_code=cells.matching("hs_code", r"\d{4}\.\d{2}(\|\d{4}\.\d{2})*", "HS code"),
        sources=tuple(cells.text("source_urls").split()),
        note=cells.text("notes"),
    )
    if cells.text("designed_or_marketed_for_datacenter") not in _YES_NO:
        cells.refuse("designed_or_marketed_for_datacenter: neither yes nor no")
    if not value.sources and "UNCONFIRMED" not in value.note:
        cells.refuse("source_urls is missing, and the notes do not say that the row is UNCONFIRMED")
    cells.settle()
    return value


def _performance(cells: Cells) -> Performance | None:
    """TPP as computed; as published where the figures cannot give it; unknown where none is published.

    Where the sheet leaves TPP blank the rates that it does have are no ceiling: the operation that sets TPP is missing.
    """
    rates = {name: rate for column, name in _RATES.items() if (rate := cells.number(column)) is not None}
    published = cells.number("tpp")
    if published is None:
        return None
    computed = total_processing_performance(rates)
    if computed is None:
        return Performance(published, PUBLISHED)
    if not agrees(computed.tpp, published, TOLERANCE):
        cells.refuse(f"tpp: the figures give {computed.tpp} ({computed.operation}), published is {published}")
    return computed


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
