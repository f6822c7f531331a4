"""Total processing performance (TPP) and performance density, computed from published dense rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DENSITY_STEP = Decimal("0.001")
PUBLISHED = "published"

# Bit length of each operation; where two give the same TPP the first one is named. TF32 is not counted: its
# inputs have 19 bits and the sources of this project leave it out.
BITS: Mapping[str, int] = {"fp64": 64, "fp32": 32, "bf16/fp16": 16, "fp8": 8, "int8": 8, "fp4": 4}


@dataclass(frozen=True, slots=True)
class Performance:
    """TPP and the operation that set it, for example "fp8 1979 x 8".

    Units: TOPS x bit length, dense.
    """

    tpp: Decimal
    operation: str


def total_processing_performance(rates: Mapping[str, Decimal]) -> Performance | None:
    """The highest rate x bit length over the known operations; None where no rate is known.

    A multiply-accumulate counts as two operations, as data sheets count it.

    Args:
        rates: dense rate by operation, keys of `BITS`.

    Units: rates in TFLOPS or TOPS, dense: a rate that relies on sparsity may not be given.
    Source: 15 CFR 774 Supp. 1, ECCN 3A090, technical notes to 3A090.a and .b.
    """
    found = [Performance(rates[op] * bits, f"{op} {rates[op]} x {bits}") for op, bits in BITS.items() if op in rates]
    return max(found, key=lambda performance: performance.tpp) if found else None


def performance_density(tpp: Decimal | None, die_area_mm2: Decimal | None) -> Decimal | None:
    """TPP per mm2 of logic die, to three decimals, half up; None where either is unknown or the area is zero.

    Source: 15 CFR 774 Supp. 1, ECCN 3A090, technical note on performance density.
    """
    if tpp is None or not die_area_mm2:
        return None
    return (tpp / die_area_mm2).quantize(DENSITY_STEP, rounding=ROUND_HALF_UP)


def agrees(figure: Decimal, published: Decimal, tolerance: Decimal) -> bool:
    """Whether a figure is the published one but for rounding; the tolerance is relative."""
    return abs(figure - published) <= tolerance * abs(published)
