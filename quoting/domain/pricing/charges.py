"""The parts of a landed cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class ChargeKind(StrEnum):
    GOODS = "goods"
    FREIGHT = "freight"
    INSURANCE = "insurance"
    DUTY = "duty"
    ADDITIONAL_DUTY = "additional_duty"
    TAX = "tax"
    FEE = "fee"
    RENT = "rent"


@dataclass(frozen=True, slots=True)
class FxRate:
    """1 `source_currency` = `rate` `target_currency`; `stale` when the publication is too old on the day."""

    source_currency: str
    target_currency: str
    rate: Decimal
    date: date
    stale: bool
    source: str


@dataclass(frozen=True, slots=True)
class Charge:
    """One item of a cost tree, per unit, in major units of the report currency, exact.

    `amount` None: due and not known in any grade. `base` and `rate` stand where amount = base x rate.
    `counted` False: shown, no part of the cost (recoverable tax, what the seller bears).
    """

    kind: ChargeKind
    amount: Fraction | None
    counted: bool
    base: Fraction | None = None
    rate: Decimal | None = None
    citation: str | None = None
    grade: str | None = None
    note: str | None = None
    fx: FxRate | None = None


@dataclass(frozen=True, slots=True)
class LandedCost:
    """The landed cost of one unit: its charges and their counted sum, rounded once, half up.

    Units: `unit_minor` and `goods` in the report currency, minor units (goods not rounded).
        `lower_bound`: a charge that is due is not known, so the unit costs at least this.
    """

    charges: tuple[Charge, ...]
    unit_minor: int
    goods_minor: Fraction
    lower_bound: bool
