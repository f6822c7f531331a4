"""Customs value, customs duty, additional duties and fees of one unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from quoting.domain.pricing.charges import Charge, ChargeKind
from quoting.domain.pricing.figures import ad_valorem, not_known, number
from quoting.domain.pricing.shipment import Shipment
from quoting.domain.pricing.tariffs import Measure, TariffBook


def heading_of(shipment: Shipment, tariffs: TariffBook) -> tuple[str, str]:
    """The HS6 heading that prices read, and what has to be said about the choice.

    The form decides between several headings and stands in for an unknown one.
    Source: US rulings NY N338976 and N328251 (board 8473.30, box or rack 8471.50, bare chip 8542.31).
    """
    by_form = tariffs.form(shipment.form_factor).heading
    if shipment.hs_code is None:
        return by_form, f"HS code not known, {by_form} taken for the form {shipment.form_factor or 'that is not known'}"
    codes = [code.strip() for code in shipment.hs_code.split("|")]
    if len(codes) == 1:
        return codes[0], f"HS {codes[0]}"
    heading = by_form if by_form in codes else codes[0]
    return heading, f"HS {heading} of {', '.join(codes)}, by the form {shipment.form_factor}"


def customs_value(shipment: Shipment, goods: Fraction, carriage: Fraction, tariffs: TariffBook) -> Fraction:
    """The base of duties: goods, and outside the FOB countries the freight and insurance that the buyer bears."""
    row = tariffs.fob_importers.at(shipment.law)
    fob = row is not None and isinstance(row.value, tuple) and shipment.to_country in row.value
    return goods if fob else goods + carriage


def duties(shipment: Shipment, value: Fraction, tariffs: TariffBook) -> Iterator[Charge]:
    """The duty of the heading, then every additional duty on the goods; zero where no customs border is crossed."""
    inside = _without_border(shipment, tariffs)
    if inside is not None:
        yield Charge(ChargeKind.DUTY, Fraction(0), True, value, Decimal(0), citation="contract section 3", note=inside)
        return
    heading, why = heading_of(shipment, tariffs)
    row = tariffs.duty(shipment.to_country, heading, shipment.law)
    yield ad_valorem(ChargeKind.DUTY, value, row, f"{shipment.to_country} duty, {why}")
    for measure in tariffs.measures.get(shipment.to_country, ()):
        charge = _additional(measure, shipment, heading, value)
        if charge is not None:
            yield charge
            if measure.displaces and charge.counted:
                return


def fees(shipment: Shipment, value: Fraction, due: Fraction, tariffs: TariffBook) -> Iterator[Charge]:
    """Customs fees of one unit, where a customs border is crossed.

    Args:
        value: customs value, report currency.
        due: known duties on it, report currency.
    """
    if _without_border(shipment, tariffs) is not None:
        return
    for fee in tariffs.fees.get(shipment.to_country, ()):
        row = fee.rate.at(shipment.law)
        if row is not None:
            base = value + due if fee.on_duties else value
            yield ad_valorem(ChargeKind.FEE, base, row, fee.rate.description, counted=fee.counted)


def _without_border(shipment: Shipment, tariffs: TariffBook) -> str | None:
    if not shipment.crosses_border:
        return "within one country: no duty"
    if tariffs.same_union(shipment.from_country, shipment.to_country, shipment.on):
        return f"within the customs union ({tariffs.union_of(shipment.to_country, shipment.on)}): no duty"
    return None


def _additional(measure: Measure, shipment: Shipment, heading: str, value: Fraction) -> Charge | None:
    """The charge of one measure; None where it does not fall on the goods.

    A figure that decides and is not known leaves a charge without amount. An origin that is not stated is presumed to
    be the country of dispatch for a rate that is known; for one that is not known nothing is presumed.
    """
    row = measure.rate.at(shipment.law)
    if row is None or (measure.headings is not None and heading not in measure.headings):
        return None
    text = measure.title
    if measure.origins is not None:
        stated = shipment.country_of_origin
        origin = stated or (None if number(row) is None else shipment.from_country)
        if origin not in measure.origins:
            return None
        text += f", origin {origin}" + ("" if stated else " presumed from the country of dispatch")
    falls = measure.in_band(shipment.tpp, shipment.memory_bandwidth_gb_s)
    if falls is None:
        text += ": due or not by TPP and memory bandwidth, which are not both known"
        return not_known(ChargeKind.ADDITIONAL_DUTY, text, row)
    return ad_valorem(ChargeKind.ADDITIONAL_DUTY, value, row, text) if falls else None
