"""What one unit costs at a site: price, and the charges that its incoterm leaves to the buyer, rounded once."""

from __future__ import annotations

from fractions import Fraction

from quoting.domain.money import minor_digits, round_half_up
from quoting.domain.pricing.charges import Charge, ChargeKind, LandedCost
from quoting.domain.pricing.duty import customs_value, duties, fees
from quoting.domain.pricing.freight import freight, insurance, transit_days
from quoting.domain.pricing.fx import FxTable
from quoting.domain.pricing.shipment import LEFT_TO_BUYER, Shipment
from quoting.domain.pricing.tariffs import TariffBook
from quoting.domain.pricing.tax import import_tax, rental_tax

__all__ = ["Shipment", "landed_cost", "transit_days"]

_LEASE = "lease"
_NOTHING = Fraction(0)


def landed_cost(shipment: Shipment, tariffs: TariffBook, fx: FxTable) -> LandedCost | None:
    """Price one unit, charge by charge.

        landed = goods + freight + insurance + duty + additional duties + fees + irrecoverable tax

    The counted amounts are summed exactly and rounded once, half up, to the minor unit of the report currency.

    Returns:
        The cost tree and its sum, or None: there is no rate of exchange for the price (NO_PRICE).
    Raises:
        KeyError: the incoterm is none of the contract.
    Source: contract section 3.
    """
    price = _price(shipment, fx)
    if price is None or price.amount is None:
        return None
    if shipment.mode == _LEASE:
        return _summed((price, *rental_tax(shipment, price.amount, tariffs)), price.amount, shipment)
    left = LEFT_TO_BUYER[shipment.incoterm]
    if not left.duties:
        return _summed((price,), price.amount, shipment)
    charges = [price]
    if left.freight:
        charges.append(freight(shipment, tariffs, fx))
    if left.insurance:
        charges.append(insurance(shipment, _known(charges), tariffs))
    delivered = _known(charges) if len(charges) > 1 else price.amount
    value = customs_value(shipment, price.amount, delivered - price.amount, tariffs)
    levied = tuple(duties(shipment, value, tariffs))
    due = _known(levied)
    charges.extend(levied)
    charges.extend(fees(shipment, value, due, tariffs))
    charges.extend(import_tax(shipment, value, delivered, due, tariffs))
    return _summed(tuple(charges), price.amount, shipment)


def _price(shipment: Shipment, fx: FxTable) -> Charge | None:
    """Goods, or the rent of the whole term, converted; None without a rate of exchange."""
    amount, converted = Fraction(shipment.unit_price), None
    if shipment.currency != shipment.report_currency:
        converted = fx.rate(shipment.currency, shipment.report_currency)
        if converted is None:
            return None
        amount *= Fraction(converted.rate)
    source, grade = shipment.price_source, shipment.price_grade
    if shipment.mode != _LEASE:
        return Charge(ChargeKind.GOODS, amount, True, citation=source, grade=grade, fx=converted)
    note = f"{shipment.months} months; taxes on rents and services are not counted"
    rent = amount * shipment.months
    return Charge(ChargeKind.RENT, rent, True, citation=source, grade=grade, note=note, fx=converted)


def _known(charges: tuple[Charge, ...] | list[Charge]) -> Fraction:
    """Sum of the counted amounts; most are zero, and adding those is what would take the time."""
    return sum((c.amount for c in charges if c.counted and c.amount), _NOTHING)


def _summed(charges: tuple[Charge, ...], goods: Fraction, shipment: Shipment) -> LandedCost:
    minor = 10 ** minor_digits(shipment.report_currency)
    goods_minor = goods * minor
    if len(charges) == 1:
        return LandedCost(charges, round_half_up(goods_minor), goods_minor, lower_bound=False)
    lower_bound = any(charge.amount is None for charge in charges)
    return LandedCost(charges, round_half_up(_known(charges) * minor), goods_minor, lower_bound)
