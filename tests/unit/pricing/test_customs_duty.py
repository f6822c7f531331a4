"""Customs value, ordinary duty, additional duties and fees."""

from datetime import date
from decimal import Decimal

import pytest

from quoting.domain.pricing.charges import ChargeKind
from tests.unit.pricing.shipping import H200, a_shipment, amount, charge, charges, cost_of, rate

EXTRA = ChargeKind.ADDITIONAL_DUTY
FREE = set("AU CA CH CN DE FR GB HK ID IL IN JP KR MX MY NO NZ SG TH TR TW US VN ZA".split())
JANUARY = date(2026, 1, 15)


def to_us(**changes):
    return a_shipment(**{"to_country": "US", "as_of": JANUARY, "on": JANUARY, **H200, **changes})


@pytest.mark.parametrize("importer", ["US", "CA", "AU", "NZ", "ZA"])
def test_customs_value_of_fob_countries_is_the_goods_alone(tariffs, importer):
    cost = cost_of(a_shipment(to_country=importer), tariffs)

    assert charge(cost, ChargeKind.DUTY).base == 10000


def test_customs_value_elsewhere_adds_the_carriage_that_the_buyer_bears(tariffs):
    cost = cost_of(a_shipment(), tariffs)

    carriage = amount(cost, ChargeKind.FREIGHT) + amount(cost, ChargeKind.INSURANCE)
    assert charge(cost, ChargeKind.DUTY).base == 10000 + carriage


def test_customs_value_holds_the_price_alone_where_the_seller_bears_carriage(tariffs):
    cost = cost_of(a_shipment(incoterm="CIP"), tariffs)

    assert charge(cost, ChargeKind.DUTY).base == 10000


@pytest.mark.parametrize("importer", sorted(FREE))
def test_boards_are_free_of_duty(tariffs, importer):
    cost = cost_of(a_shipment(to_country=importer, from_country="PH"), tariffs)

    assert rate(cost, ChargeKind.DUTY) == 0


@pytest.mark.parametrize("importer", ["AE", "SA"])
def test_gulf_duty_of_0_or_5_percent_is_taken_at_5_and_said_to_be_unconfirmed(tariffs, importer):
    duty = charge(cost_of(a_shipment(to_country=importer), tariffs), ChargeKind.DUTY)

    assert (duty.rate, duty.grade) == (Decimal("0.05"), "R")
    assert "UNCONFIRMED: 0 or 5 %" in (duty.note or "")


@pytest.mark.parametrize(
    ("heading", "day", "expected"),
    [
        ("8473.30", "2026-02-05", "0.108"),
        ("8473.30", "2026-02-06", "0.2"),
        ("8471.50", "2026-02-06", "0.25"),
        ("8542.31", "2026-02-06", "0.072"),
    ],
)
def test_brazil_is_taken_at_the_high_end_of_its_range(tariffs, heading, day, expected):
    on = date.fromisoformat(day)
    cost = cost_of(a_shipment(to_country="BR", hs_code=heading, on=on, as_of=on), tariffs)

    assert rate(cost, ChargeKind.DUTY) == Decimal(expected)


def test_duty_that_is_not_known_has_no_amount_and_makes_a_lower_bound(tariffs):
    cost = cost_of(a_shipment(to_country="AR"), tariffs)

    duty = charge(cost, ChargeKind.DUTY)
    assert (duty.amount, duty.counted) == (None, False)
    assert cost.lower_bound


class TestHeading:
    @pytest.mark.parametrize(
        ("hs_code", "form", "heading"),
        [
            ("8471.50|8473.30", "Superchip/NVL72", "8471.50"),
            ("8471.50|8473.30", "Superchip", "8471.50"),
            ("8542.31|8473.30", "SH5 socket (APU)", "8542.31"),
            ("8473.30", "Superchip", "8473.30"),
            (None, "Wafer-scale system", "8471.50"),
            (None, "", "8473.30"),
        ],
    )
    def test_form_decides_between_headings_and_stands_in_for_none(self, tariffs, hs_code, form, heading):
        cost = cost_of(a_shipment(hs_code=hs_code, form_factor=form), tariffs)

        assert f"{heading} " in (charge(cost, ChargeKind.DUTY).note or "").replace(",", " ").replace(";", " ") + " "


class TestSection232:
    def test_h200_pays_25_percent_of_the_fob_value(self, tariffs):
        duty = charge(cost_of(to_us(), tariffs), EXTRA)

        assert (duty.base, duty.rate, duty.amount, duty.counted) == (10000, Decimal("0.25"), 2500, True)
        assert "9903.79.01" in (duty.citation or "")

    @pytest.mark.parametrize(
        ("tpp", "bandwidth", "pays"),
        [
            ("14000", "4800", False),
            ("14000.01", "4800", True),
            ("17499.99", "4800", True),
            ("17500", "4800", False),
            ("15832", "4500", False),
            ("15832", "4500.1", True),
            ("15832", "4999.9", True),
            ("15832", "5000", False),
            ("20800", "6000", False),
            ("20800.1", "6000", True),
            ("21099.9", "6000", True),
            ("21100", "6000", False),
            ("20919", "5800", False),
            ("20919", "5800.1", True),
            ("20919", "6199.9", True),
            ("20919", "6200", False),
            ("15832", "6000", False),
            ("20919", "4800", False),
            ("15832", "3350", False),
        ],
    )
    def test_bands_are_open_at_both_ends(self, tariffs, tpp, bandwidth, pays):
        cost = cost_of(to_us(tpp=Decimal(tpp), memory_bandwidth_gb_s=Decimal(bandwidth)), tariffs)

        assert bool(charges(cost, EXTRA)) is pays

    @pytest.mark.parametrize(("day", "pays"), [("2026-01-14", False), ("2026-01-15", True), ("2027-01-01", True)])
    def test_duty_is_that_of_the_delivery_date(self, tariffs, day, pays):
        cost = cost_of(to_us(as_of=date(2026, 1, 14), on=date.fromisoformat(day)), tariffs)

        assert bool(charges(cost, EXTRA)) is pays

    def test_duty_that_is_not_yet_proclaimed_is_not_known(self, tariffs):
        cost = cost_of(to_us(as_of=date(2026, 1, 13), on=date(2026, 2, 20)), tariffs)

        assert not charges(cost, EXTRA)

    def test_duty_is_known_by_the_later_day_on_which_rules_are_read(self, tariffs):
        shipment = to_us(as_of=date(2026, 1, 13), on=date(2026, 2, 20), known_on=date(2026, 1, 14))

        assert charges(cost_of(shipment, tariffs), EXTRA)

    @pytest.mark.parametrize(
        ("heading", "pays"), [("8471.50", True), ("8471.80", True), ("8473.30", True), ("8542.31", False)]
    )
    def test_three_headings_pay(self, tariffs, heading, pays):
        assert bool(charges(cost_of(to_us(hs_code=heading), tariffs), EXTRA)) is pays

    def test_import_into_another_country_does_not_pay(self, tariffs):
        assert not charges(cost_of(to_us(to_country="CA"), tariffs), EXTRA)

    def test_unknown_bandwidth_that_could_decide_leaves_the_duty_open(self, tariffs):
        cost = cost_of(to_us(memory_bandwidth_gb_s=None), tariffs)

        assert (charge(cost, EXTRA).amount, charge(cost, EXTRA).counted) == (None, False)
        assert cost.lower_bound

    def test_unknown_tpp_is_no_question_where_bandwidth_rules_the_bands_out(self, tariffs):
        cost = cost_of(to_us(tpp=None, memory_bandwidth_gb_s=Decimal(8000)), tariffs)

        assert not charges(cost, EXTRA)
        assert not cost.lower_bound

    def test_goods_that_pay_it_pay_no_other_additional_duty(self, tariffs):
        cost = cost_of(to_us(country_of_origin="CN"), tariffs)

        assert rate(cost, EXTRA) == Decimal("0.25")
        assert "Section 232" in (charge(cost, EXTRA).note or "")


class TestSection301:
    def test_chinese_board_pays_25_percent(self, tariffs):
        cost = cost_of(a_shipment(to_country="US", from_country="MY", country_of_origin="CN"), tariffs)

        assert rate(cost, EXTRA) == Decimal("0.25")

    def test_origin_that_is_not_stated_is_presumed_from_dispatch_and_said_to_be(self, tariffs):
        duty = charge(cost_of(a_shipment(to_country="US", from_country="CN"), tariffs), EXTRA)

        assert duty.counted
        assert "presumed" in (duty.note or "")

    def test_stated_origin_goes_before_dispatch(self, tariffs):
        cost = cost_of(a_shipment(to_country="US", from_country="CN", country_of_origin="TW"), tariffs)

        assert not charges(cost, EXTRA)

    @pytest.mark.parametrize(("day", "expected"), [("2024-12-31", "0.25"), ("2025-01-01", "0.5")])
    def test_chinese_semiconductors_pay_half_since_2025(self, tariffs, day, expected):
        on = date.fromisoformat(day)
        chip = a_shipment(to_country="US", country_of_origin="CN", hs_code="8542.31", on=on, as_of=on)

        assert rate(cost_of(chip, tariffs), EXTRA) == Decimal(expected)

    @pytest.mark.parametrize(("day", "pays"), [("2026-07-21", False), ("2026-07-22", True)])
    def test_brazilian_goods_pay_since_july_2026(self, tariffs, day, pays):
        on = date.fromisoformat(day)
        cost = cost_of(a_shipment(to_country="US", from_country="BR", on=on, as_of=on), tariffs)

        assert bool(charges(cost, EXTRA)) is pays

    def test_rate_that_is_to_be_announced_is_not_zero(self, tariffs):
        on = date(2027, 6, 23)
        chip = a_shipment(to_country="US", country_of_origin="CN", hs_code="8542.31", on=on, as_of=on)
        cost = cost_of(chip, tariffs)

        assert [c.amount is None for c in charges(cost, EXTRA)] == [False, True]
        assert cost.lower_bound


class TestFees:
    def test_taiwan_counts_its_trade_promotion_fee(self, tariffs):
        cost = cost_of(a_shipment(from_country="US", to_country="TW", incoterm="DAP"), tariffs)

        fee = charge(cost, ChargeKind.FEE)
        assert (fee.amount, fee.counted) == (Decimal("4.25"), True)

    def test_processing_fee_of_an_entry_is_shown_and_not_counted(self, tariffs):
        fee = charge(cost_of(a_shipment(to_country="US"), tariffs), ChargeKind.FEE)

        assert (fee.rate, fee.counted) == (Decimal("0.003464"), False)
        assert "33.58" in (fee.note or "")

    def test_advance_income_tax_is_shown_and_not_counted(self, tariffs):
        fee = charge(cost_of(a_shipment(to_country="ID"), tariffs), ChargeKind.FEE)

        assert (fee.rate, fee.counted) == (Decimal("0.075"), False)
