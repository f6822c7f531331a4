"""Valid defaults for shipments and rates of exchange."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quoting.domain.pricing.charges import Charge, ChargeKind, LandedCost
from quoting.domain.pricing.fx import EuroRate, FxTable
from quoting.domain.pricing.landed_cost import Shipment, landed_cost
from quoting.domain.pricing.tariffs import TariffBook

DAY = date(2026, 3, 2)
H200 = {"tpp": Decimal(15832), "memory_bandwidth_gb_s": Decimal(4800), "form_factor": "SXM5"}


def a_fx(as_of: date = DAY, published: date | None = None, **per_euro: str) -> FxTable:
    """Euro 1, dollar 1.25 and what is named, published on the day unless told."""
    rates = {"EUR": "1", "USD": "1.25", **per_euro}
    day = published or as_of
    return FxTable(as_of, {c: EuroRate(Decimal(r), day) for c, r in rates.items()}, "test rates", 10)


def a_shipment(**changes: Any) -> Shipment:
    """A PCIe board of 10,000 dollars from Taiwan to France, FCA, outside every Section 232 band."""
    shipment: dict[str, Any] = {
        "unit_price": Decimal(10000),
        "currency": "USD",
        "report_currency": "USD",
        "incoterm": "FCA",
        "mode": "buy",
        "months": 1,
        "hs_code": "8473.30",
        "form_factor": "PCIe",
        "tpp": Decimal(5864),
        "memory_bandwidth_gb_s": Decimal(864),
        "country_of_origin": None,
        "from_country": "TW",
        "to_country": "FR",
        "recovers_tax": True,
        "on": DAY,
        "as_of": DAY,
    }
    return Shipment(**{**shipment, **changes})


def cost_of(shipment: Shipment, tariffs: TariffBook, fx: FxTable | None = None) -> LandedCost:
    cost = landed_cost(shipment, tariffs, fx or a_fx(shipment.as_of))
    assert cost is not None
    return cost


def charges(cost: LandedCost, kind: ChargeKind) -> list[Charge]:
    return [charge for charge in cost.charges if charge.kind is kind]


def charge(cost: LandedCost, kind: ChargeKind) -> Charge:
    """The one charge of a kind."""
    (found,) = charges(cost, kind)
    return found


def amount(cost: LandedCost, kind: ChargeKind) -> Fraction:
    """The one charge of a kind that has an amount."""
    found = charge(cost, kind).amount
    assert found is not None
    return found


def rate(cost: LandedCost, kind: ChargeKind) -> Decimal | None:
    return charge(cost, kind).rate
