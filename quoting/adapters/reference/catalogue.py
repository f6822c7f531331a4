"""The catalogue's tables as values, and the integrity check that names file and line of what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from quoting.adapters.reference import price_rows, vendor_rows
from quoting.adapters.reference.chip_table import CHIPS, VENDORS, by_key, read_chips, read_rows
from quoting.adapters.reference.reading import Fault, Files, Row, read_table
from quoting.domain.catalogue import Catalogue, Observation, SupplyFigure
from quoting.domain.errors import ReferenceDataBroken

PRICES, LEAD_TIMES = "data/prices.csv", "data/lead_times.csv"
CHANNELS, REGIONS, UNITS = "data/channels.csv", "data/regions.csv", "data/units.csv"
TABLES = {  # and the columns that are read
    CHIPS: "id vendor model form_factor launch_date designer_country fp64_tflops fp32 tf32 bf16_fp16 fp8 int8_tops fp4 "
    "memory_gb memory_bandwidth_gb_s interconnect_gb_s die_area_mm2 tdp_w tpp performance_density "
    "designed_or_marketed_for_datacenter hs_code source_urls notes",
    PRICES: "chip_id kind unit currency low high quantity_context variant commitment_months incoterm region "
    "vendor_or_channel observed_on source_url note",
    LEAD_TIMES: "chip_id region weeks_low weeks_high supply_units_per_year supply_year supply_pool observed_on "
    "source_url note",
    VENDORS: "vendor_id legal_name country hq_country ultimate_parent_hq_country kind ships_from grade basis",
    CHANNELS: "channel vendor_id grade ships_from why",
    REGIONS: "region country delivers_to why",
    UNITS: "unit chips per why",
}

T = TypeVar("T")


def parse_catalogue(files: Files) -> Catalogue:
    """The catalogue of a set of reference files.

    Raises:
        ReferenceDataBroken: a table fails its check; the message names file and line of each fault.
    """
    catalogue, faults = _read(files)
    if catalogue is None or faults:
        raise ReferenceDataBroken("\n".join(str(fault) for fault in faults))
    return catalogue


def check_catalogue(files: Files) -> list[Fault]:
    """Every fault of the catalogue's tables, in the order of file and line; none where it is sound.

    Looked for: references to nothing, unreadable numbers and dates, prices of zero or less, a high end under the low
    one, a rent older than the chip, missing sources, units and currencies, ids used twice, two observations of one
    thing on one day, figures that do not give the published TPP or density.
    """
    return _read(files)[1]


def _read(files: Files) -> tuple[Catalogue | None, list[Fault]]:
    """The catalogue of the rows that can be read, and the faults of the others."""
    faults = list(_not_there(files))
    if faults:
        return None, faults

    def rows(path: str, read: Callable[[Row], T]) -> list[tuple[Row, T]]:
        return read_rows(files, path, read, faults)

    vendors = by_key(rows(VENDORS, vendor_rows.vendor), lambda vendor: vendor.id, faults)
    chips = read_chips(files, vendors, faults)
    channels = by_key(
        rows(CHANNELS, lambda row: price_rows.channel(row, vendors)), lambda channel: channel.name, faults
    )
    regions = by_key(rows(REGIONS, price_rows.region), lambda region: region.code, faults)
    units = by_key(rows(UNITS, price_rows.unit), lambda unit: unit.name, faults)
    known = price_rows.Lookup(chips, vendors, channels, regions, units)
    prices = rows(PRICES, lambda row: price_rows.observation(row, known))
    lead_times = rows(LEAD_TIMES, lambda row: price_rows.lead_time(row, known))
    supplies = rows(LEAD_TIMES, lambda row: price_rows.supply(row, known))
    observations = [(row, seen) for row, seen in prices if seen is not None]
    figures = [(row, figure) for row, figure in supplies if figure is not None]
    days = [day for path in (PRICES, LEAD_TIMES) for day in price_rows.exact_days(read_table(files, path))]
    faults += [*_seen_twice(observations), *_pools_at_odds(figures)]
    if not days:
        faults.append(Fault(PRICES, 1, "no fact has the day on which it was seen"))
        return None, faults
    catalogue = Catalogue(
        chips=chips,
        vendors=vendors,
        observations=tuple(seen for _, seen in observations),
        lead_times=tuple(weeks for _, weeks in lead_times),
        supplies=tuple(figure for _, figure in figures),
        data_as_of=max(days),
    )
    return catalogue, sorted(set(faults))


def _not_there(files: Files) -> Iterable[Fault]:
    """Missing files and columns: without them empty cells would read as unknown."""
    for path, columns in TABLES.items():
        if path not in files:
            yield Fault(path, 1, "the file is missing")
            continue
        header = files[path].partition("\n")[0].strip().split(",")
        yield from (Fault(path, 1, f"the column {name} is missing") for name in columns.split() if name not in header)


def _seen_twice(observations: Iterable[tuple[Row, Observation]]) -> Iterable[Fault]:
    """Two observations of one thing on one day: which of them is the newest cannot be told."""
    days: set[tuple[object, ...]] = set()
    ids: set[str] = set()
    for row, seen in observations:
        if (seen.series, seen.day) in days or seen.id in ids:
            yield row.fault(f"a second observation of the same thing on the same day: {seen.id}")
        days.add((seen.series, seen.day))
        ids.add(seen.id)


def _pools_at_odds(figures: Iterable[tuple[Row, SupplyFigure]]) -> Iterable[Fault]:
    """One pool with two figures for one year from one day: which of them holds cannot be told."""
    units: dict[tuple[object, ...], int] = {}
    for row, figure in figures:
        key = figure.pool, figure.country, figure.day, figure.year
        if units.setdefault(key, figure.units) != figure.units:
            yield row.fault(f"the supply pool {figure.pool!r} has two figures for {figure.year} from one day")
