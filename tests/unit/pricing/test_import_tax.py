"""Import tax: rate of the day, base, and whether it is a cost."""

from datetime import date
from decimal import Decimal

import pytest

from quoting.domain.pricing.charges import ChargeKind
from tests.unit.pricing.shipping import H200, a_shipment, amount, charge, charges, cost_of, rate

TAX = ChargeKind.TAX


def test_tax_falls_on_customs_value_and_duties(tariffs):
    cost = cost_of(a_shipment(to_country="SA", recovers_tax=False), tariffs)

    duty, tax = charge(cost, ChargeKind.DUTY), charge(cost, TAX)
    assert duty.base is not None
    assert tax.base == duty.base + amount(cost, ChargeKind.DUTY)
    assert tax.amount == tax.base * 15 / 100


def test_recoverable_tax_is_shown_and_not_counted(tariffs):
    cost = cost_of(a_shipment(incoterm="CIP"), tariffs)

    assert (amount(cost, TAX), charge(cost, TAX).counted) == (2000, False)
    assert cost.unit_minor == 1000000


def test_tax_of_a_site_that_recovers_none_is_counted(tariffs):
    cost = cost_of(a_shipment(incoterm="CIP", recovers_tax=False), tariffs)

    assert cost.unit_minor == 1200000


def test_malaysian_sales_tax_is_counted_though_the_site_recovers_tax(tariffs):
    cost = cost_of(a_shipment(to_country="MY", incoterm="DAP", unit_price=Decimal(3920)), tariffs)

    assert charge(cost, TAX).counted
    assert cost.unit_minor == 411600


@pytest.mark.parametrize("importer", ["US", "HK"])
def test_country_without_import_tax_has_no_tax_item(tariffs, importer):
    assert not charges(cost_of(a_shipment(to_country=importer, recovers_tax=False), tariffs), TAX)


@pytest.mark.parametrize("importer", ["BR", "PH"])
def test_tax_that_is_not_known_has_no_amount_and_makes_a_lower_bound(tariffs, importer):
    cost = cost_of(a_shipment(to_country=importer), tariffs)

    assert (charge(cost, TAX).amount, charge(cost, TAX).counted) == (None, False)
    assert cost.lower_bound


def test_canadian_base_leaves_freight_out(tariffs):
    assert charge(cost_of(a_shipment(to_country="CA"), tariffs), TAX).base == 10000


@pytest.mark.parametrize("importer", ["AU", "NZ"])
def test_base_in_australia_and_new_zealand_adds_freight_and_insurance(tariffs, importer):
    cost = cost_of(a_shipment(to_country=importer), tariffs)

    carriage = amount(cost, ChargeKind.FREIGHT) + amount(cost, ChargeKind.INSURANCE)
    assert charge(cost, TAX).base == 10000 + carriage


def test_tax_within_the_union_is_that_of_the_destination(tariffs):
    tax = charge(cost_of(a_shipment(from_country="DE", to_country="NL"), tariffs), TAX)

    assert (tax.rate, tax.counted) == (Decimal("0.21"), False)


def test_no_tax_falls_on_a_tariff_of_a_country_that_levies_none_on_banded_goods(tariffs):
    assert not charges(cost_of(a_shipment(to_country="US", **H200), tariffs), TAX)


@pytest.mark.parametrize(
    ("country", "day", "percent"),
    [
        ("SG", "2022-12-31", "7"),
        ("SG", "2023-01-01", "8"),
        ("SG", "2023-12-31", "8"),
        ("SG", "2024-01-01", "9"),
        ("DE", "2020-06-30", "19"),
        ("DE", "2020-07-01", "16"),
        ("DE", "2020-12-31", "16"),
        ("DE", "2021-01-01", "19"),
        ("VN", "2025-06-30", "10"),
        ("VN", "2025-07-01", "8"),
        ("VN", "2026-12-31", "8"),
        ("VN", "2027-01-01", "10"),
        ("CH", "2023-12-31", "7.7"),
        ("CH", "2024-01-01", "8.1"),
        ("IL", "2024-12-31", "17"),
        ("IL", "2025-01-01", "18"),
        ("TH", "2026-09-30", "7"),
        ("TH", "2026-10-01", "7"),
        ("FI", "2026-01-01", "25.5"),
        ("EE", "2026-01-01", "24"),
        ("RO", "2026-01-01", "21"),
        ("SK", "2026-01-01", "23"),
        ("ID", "2026-01-01", "11"),
        ("JP", "2026-01-01", "10"),
        ("KR", "2026-01-01", "10"),
        ("TW", "2026-01-01", "5"),
        ("IN", "2026-01-01", "18"),
        ("CN", "2026-01-01", "13"),
        ("GB", "2026-01-01", "20"),
        ("AE", "2026-01-01", "5"),
    ],
)
def test_rate_is_that_of_the_delivery_date(tariffs, country, day, percent):
    on = date.fromisoformat(day)
    cost = cost_of(a_shipment(to_country=country, from_country="PH", on=on, as_of=on), tariffs)

    assert rate(cost, TAX) == Decimal(percent) / 100


def test_rise_that_is_published_counts_at_a_later_delivery(tariffs):
    cost = cost_of(a_shipment(to_country="SG", as_of=date(2023, 12, 1), on=date(2024, 1, 10)), tariffs)

    assert rate(cost, TAX) == Decimal("0.09")


def test_rate_after_an_unconfirmed_renewal_says_so(tariffs):
    on = date(2026, 10, 1)
    tax = charge(cost_of(a_shipment(to_country="TH", on=on, as_of=on), tariffs), TAX)

    assert "UNCONFIRMED" in (tax.note or "")
