"""Carriage, insurance and transit days."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from quoting.domain.pricing.charges import ChargeKind
from quoting.domain.pricing.landed_cost import transit_days
from tests.unit.pricing.shipping import DAY, a_fx, a_shipment, amount, charge, cost_of

FREIGHT = ChargeKind.FREIGHT


def test_lane_with_a_source_is_charged_at_the_last_figure_before_the_quote(tariffs):
    cost = cost_of(a_shipment(to_country="US", as_of=date(2025, 8, 1), on=date(2026, 3, 1)), tariffs)

    freight = charge(cost, FREIGHT)
    assert freight.amount == Fraction("8.5") * Fraction("2.5")
    assert freight.grade == "S"
    assert "athsinchu" in (freight.citation or "")


def test_figure_observed_after_the_quote_is_not_used(tariffs):
    before = cost_of(a_shipment(to_country="US", as_of=date(2024, 6, 29), on=date(2024, 6, 29)), tariffs)

    assert charge(before, FREIGHT).grade == "D"
    assert amount(before, FREIGHT) == Fraction("6.5") * Fraction("2.5")


@pytest.mark.parametrize(
    ("start", "end", "usd_per_kg"),
    [
        ("JP", "BR", "6.5"),
        ("JP", "DE", "4.5"),
        ("KR", "AE", "4.0"),
        ("JP", "KR", "2.0"),
        ("DE", "BR", "2.5"),
        ("US", "DE", "2.5"),
        ("DE", "FR", "1.5"),
        ("DE", "SG", "6.0"),
        ("US", "ZA", "6.0"),
        (None, "US", "6.0"),
        ("QQ", "QR", "6.0"),
        ("DE", "DE", "0.8"),
    ],
)
def test_lane_without_a_source_has_a_planning_figure_and_says_so(tariffs, start, end, usd_per_kg):
    freight = charge(cost_of(a_shipment(from_country=start, to_country=end), tariffs), FREIGHT)

    assert freight.amount == Fraction(usd_per_kg) * Fraction("2.5")
    assert (freight.grade, freight.counted) == ("D", True)


@pytest.mark.parametrize(
    ("form", "kg"),
    [
        ("PCIe", "2.5"),
        ("SXM5", "5"),
        ("OAM", "5"),
        ("PCIe/OAM", "5"),
        ("OAM/HCCS module", "5"),
        ("HGX 8-GPU baseboard", "45"),
        ("8-GPU air server", "180"),
        ("Superchip/NVL72", "21"),
        ("", "5"),
    ],
)
def test_form_factor_sets_the_chargeable_weight(tariffs, form, kg):
    cost = cost_of(a_shipment(from_country="DE", to_country="SG", form_factor=form), tariffs)

    assert amount(cost, FREIGHT) == 6 * Fraction(kg)


def test_freight_is_converted_to_the_report_currency(tariffs):
    shipment = a_shipment(report_currency="SGD", currency="SGD", from_country="DE", to_country="SG")
    cost = cost_of(shipment, tariffs, a_fx(SGD="1.5"))

    assert amount(cost, FREIGHT) == 15 * Fraction("1.2")
    assert charge(cost, FREIGHT).fx is not None


def test_insurance_is_three_per_mille_of_110_percent_of_goods_and_freight(tariffs):
    cost = cost_of(a_shipment(from_country="DE", to_country="SG"), tariffs)

    insurance = charge(cost, ChargeKind.INSURANCE)
    assert insurance.base == Fraction("1.1") * 10015
    assert insurance.rate == Decimal("0.003")
    assert insurance.amount == Fraction("33.0495")


@pytest.mark.parametrize(
    ("start", "end", "incoterm", "days"),
    [
        ("TW", "TW", "FCA", 0),
        ("TW", "US", "DDP", 0),
        ("TW", "US", "DAP", 0),
        ("TW", "US", "FCA", 7),
        ("TW", "US", "DPU", 7),
        ("DE", "FR", "CIP", 3),
        (None, "FR", "FCA", 10),
        ("QQ", "ZA", "FCA", 10),
    ],
)
def test_transit_takes_no_day_within_a_country_and_under_delivered_terms(tariffs, start, end, incoterm, days):
    assert transit_days(start, end, incoterm, tariffs, DAY) == days


def test_rates_of_exchange_are_stale_after_ten_days(tariffs):
    assert tariffs.stale_after_days(DAY) == 10
