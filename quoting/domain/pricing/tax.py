"""Import tax of one unit: VAT, GST, consumption and sales tax, and what of it is a cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from quoting.domain.pricing.charges import Charge, ChargeKind
from quoting.domain.pricing.figures import ad_valorem, not_known, number
from quoting.domain.pricing.shipment import Shipment
from quoting.domain.pricing.tariffs import ImportTax, TariffBook


def import_tax(
    shipment: Shipment, value: Fraction, delivered: Fraction, due: Fraction, tariffs: TariffBook
) -> Iterator[Charge]:
    """Tax on customs value and duties; nothing within one country or where there is no such tax.

    Between members of a customs union it is the tax on the acquisition, which a buyer bears and recovers alike.

    Args:
        value: customs value, report currency.
        delivered: goods with the freight and insurance that the buyer bears, report currency.
        due: known duties and additional duties, report currency.
    """
    if not shipment.crosses_border:
        return
    tax = tariffs.import_taxes.get(shipment.to_country)
    if tax is None:
        yield not_known(ChargeKind.TAX, f"{shipment.to_country} import tax: due, and the rate is not known")
        return
    row = tax.rate.at(shipment.law)
    if row is not None and number(row) == 0:
        return
    counted = not (tax.recoverable and shipment.recovers_tax)
    base = delivered if tax.adds_carriage else value
    base = base + due if due else base
    text = tax.name if number(row) is None else _text(tax, shipment)
    yield ad_valorem(ChargeKind.TAX, base, row, text, counted)


def rental_tax(shipment: Shipment, rent: Fraction, tariffs: TariffBook) -> Iterator[Charge]:
    """Tax on a rent: shown and never counted, since who owes it depends on facts that no request tells."""
    tax = tariffs.rental_taxes.get(shipment.to_country)
    row = None if tax is None else tax.rate.at(shipment.law)
    if tax is not None and row is not None:
        yield ad_valorem(ChargeKind.TAX, rent, row, f"{tax.name}, not counted", counted=False)


def _text(tax: ImportTax, shipment: Shipment) -> str:
    if not tax.recoverable:
        return f"{tax.name}, not recoverable"
    return f"{tax.name}, " + ("recovered by the site" if shipment.recovers_tax else "not recovered by the site")
