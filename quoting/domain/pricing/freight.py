"""Carriage and insurance that the buyer bears, and the days a lane takes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from quoting.domain.parameters import Clock
from quoting.domain.pricing.charges import Charge, ChargeKind
from quoting.domain.pricing.figures import ad_valorem, not_known, number, remark, source
from quoting.domain.pricing.fx import FxTable
from quoting.domain.pricing.shipment import Shipment
from quoting.domain.pricing.tariffs import TariffBook

FREIGHT_CURRENCY = "USD"  # the unit of every freight parameter
_DOOR_TO_DOOR = ("DDP", "DAP")  # the seller's lead time reaches to the site


def freight(shipment: Shipment, tariffs: TariffBook, fx: FxTable) -> Charge:
    """Main carriage of one unit: chargeable kg x the figure of the lane, converted.

    Units: report currency. The least charge of a shipment is not spread over its units.
    """
    if shipment.crosses_border:
        row = tariffs.lane(tariffs.lanes, shipment.from_country, shipment.to_country, shipment.market)
    else:
        row = tariffs.freight_within_country.at(shipment.market)
    weight = tariffs.form(shipment.form_factor).chargeable_kg.at(shipment.market)
    usd_per_kg, kg = number(row), number(weight)
    rate = fx.rate(FREIGHT_CURRENCY, shipment.report_currency)
    if row is None or usd_per_kg is None or kg is None:
        return not_known(ChargeKind.FREIGHT, "freight is due and the lane has no figure", row)
    if rate is None:
        return not_known(
            ChargeKind.FREIGHT, f"freight is due and there is no rate from USD to {shipment.report_currency}"
        )
    start = shipment.from_country or "an unknown country"
    converted = rate if shipment.report_currency != FREIGHT_CURRENCY else None
    return Charge(
        ChargeKind.FREIGHT,
        Fraction(usd_per_kg) * Fraction(kg) * Fraction(rate.rate),
        counted=True,
        citation=source(row),
        grade=row.grade.value,
        note=remark(row, f"{kg} kg at {usd_per_kg} USD/kg, {start} to {shipment.to_country}"),
        fx=converted,
    )


def insurance(shipment: Shipment, carried: Fraction, tariffs: TariffBook) -> Charge:
    """Cargo insurance on goods and freight with the usual margin on top; the short form, without premium on premium.

    Args:
        carried: goods and freight of one unit, report currency.
    """
    share = number(tariffs.insured_share.at(shipment.market))
    if share is None:
        return not_known(ChargeKind.INSURANCE, "insurance is due and the insured share is not known")
    row = tariffs.insurance_rate.at(shipment.market)
    return ad_valorem(ChargeKind.INSURANCE, carried * Fraction(share), row, f"on {share:%} of goods and freight")


def transit_days(from_country: str | None, to_country: str, incoterm: str, tariffs: TariffBook, day: date) -> int:
    """Days from dispatch to the site: 0 within a country and where the seller delivers (DDP, DAP).

    Raises:
        LookupError: the book has no figure for the lane, not even for elsewhere.
    """
    if from_country == to_country or incoterm in _DOOR_TO_DOOR:
        return 0
    row = tariffs.lane(tariffs.transit, from_country, to_country, Clock(day, day))
    if row is None or not isinstance(row.value, int):
        raise LookupError(f"no transit days from {from_country} to {to_country} on {day}")
    return row.value
