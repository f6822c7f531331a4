"""Chips: published figures, and total processing performance and density computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Metric(StrEnum):
    """What a capability is counted in. `units` counts chips themselves."""

    BF16 = "bf16_dense_tflops"
    FP8 = "fp8_dense_tflops"
    INT8 = "int8_dense_tops"
    FP4 = "fp4_dense_tflops"
    FP64 = "fp64_tflops"
    MEMORY = "memory_gb"
    BANDWIDTH = "memory_bandwidth_gb_s"
    UNITS = "units"
    INTERCONNECT = "interconnect_gb_s"  # in `requires` only


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip of the catalogue. None is unknown, never zero.

    Units: TFLOPS and TOPS dense; memory GB; bandwidth and links GB/s, both directions added; die mm2; power W.
        `tpp` in TOPS x bit length and `performance_density` in TPP per mm2 are computed by us;
        `tpp_operation` names the operation that set TPP (for example "fp8 1979 x 8").
    """

    id: str
    vendor: str
    model: str
    form_factor: str
    launched: date | None
    designer_country: str
    figures: Mapping[Metric, Decimal]
    die_area_mm2: Decimal | None
    tdp_w: Decimal | None
    tpp: Decimal | None
    tpp_operation: str | None
    performance_density: Decimal | None
    marketed_for_datacenter: bool | None
    hs_code: str | None
    sources: tuple[str, ...]
    note: str

    def figure(self, metric: Metric) -> Decimal | None:
        """The chip's figure in a metric; None where it is not known."""
        return Decimal(1) if metric is Metric.UNITS else self.figures.get(metric)
