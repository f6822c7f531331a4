"""Rows of chips.csv: published figures, and TPP and density computed from them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from quoting.adapters.reference.cells import Cells
from quoting.adapters.reference.reading import Row
from quoting.domain.chips import Chip, Metric
from quoting.domain.performance import (
    PUBLISHED,
    Performance,
    agrees,
    performance_density,
    total_processing_performance,
)

TOLERANCE = Decimal("0.001")  # relative: published figures are rounded

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
    for source in value.sources:
        if not source.startswith(("http://", "https://")):
            cells.refuse(f"source_urls: {source!r} is no address")
    if not value.sources and "UNCONFIRMED" not in value.note:
        cells.refuse("source_urls is missing, and the notes do not say that the row is UNCONFIRMED")
    cells.settle()
    return value


def _performance(cells: Cells) -> Performance | None:
    """TPP as computed; as published where the figures cannot give it; unknown where none is published.

    Where the sheet leaves TPP blank the rates that it does have are no ceiling: the operation that sets TPP is missing.
    """
    rates = {name: rate for column, name in _RATES.items() if (rate := cells.number(column)) is not None}
    cells.number("tf32")  # read for its check alone: it does not count
    published = cells.number("tpp")
    if published is None:
        return None
    computed = total_processing_performance(rates)
    if computed is None:
        return Performance(published, PUBLISHED)
    if not agrees(computed.tpp, published, TOLERANCE):
        cells.refuse(f"tpp: the figures give {computed.tpp} ({computed.operation}), published is {published}")
    return computed
