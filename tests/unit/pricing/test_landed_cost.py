"""Who bears what, what is counted, and the one rounding. Contract section 3."""

from decimal import Decimal
from fractions import Fraction

import pytest

from quoting.domain.pricing.charges import ChargeKind
from quoting.domain.pricing.landed_cost import landed_cost
from tests.unit.pricing.shipping import DAY, a_fx, a_shipment, amount, charge, charges, cost_of

CARRIAGE = {ChargeKind.FREIGHT, ChargeKind.INSURANCE}


@pytest.mark.parametrize(
    ("incoterm", "borne"),
    [
        ("EXW", CARRIAGE),
        ("FCA", CARRIAGE),
        ("CPT", {ChargeKind.INSURANCE}),
        ("CIP", set()),
        ("DAP", set()),
        ("DPU", set()),
    ],
)
def test_incoterm_leaves_carriage_and_insurance_to_the_buyer(tariffs, incoterm, borne):
    cost = cost_of(a_shipment(incoterm=incoterm), tariffs)

    assert {c.kind for c in cost.charges} & CARRIAGE == borne
    assert {ChargeKind.DUTY, ChargeKind.TAX} <= {c.kind for c in cost.charges}


def test_ddp_price_is_the_landed_price(tariffs):
    cost = cost_of(a_shipment(incoterm="DDP", unit_price=Decimal("8123.445")), tariffs)

    assert [c.kind for c in cost.charges] == [ChargeKind.GOODS]
    assert cost.unit_minor == 812345


def test_counted_amounts_are_rounded_once(tariffs):
    cost = cost_of(a_shipment(unit_price=Decimal("8123.4449"), incoterm="DAP", recovers_tax=False), tariffs)

    assert cost.unit_minor == 974813  # 8123.4449 x 1.2 = 9748.13388; rounded first it were 9748.128


def test_price_in_another_currency_carries_the_rate_it_was_converted_at(tariffs):
    cost = cost_of(a_shipment(currency="EUR", incoterm="DDP"), tariffs)

    goods = charge(cost, ChargeKind.GOODS)
    assert goods.amount == 12500
    assert goods.fx is not None
    assert (goods.fx.source_currency, goods.fx.target_currency, goods.fx.rate) == ("EUR", "USD", Decimal("1.25"))


def test_price_without_a_rate_of_exchange_has_no_landed_cost(tariffs):
    assert landed_cost(a_shipment(currency="TWD"), tariffs, a_fx()) is None


def test_freight_without_a_rate_of_exchange_makes_the_unit_a_lower_bound(tariffs):
    cost = cost_of(a_shipment(currency="TWD", report_currency="TWD"), tariffs)

    assert charge(cost, ChargeKind.FREIGHT).amount is None
    assert not charge(cost, ChargeKind.FREIGHT).counted
    assert cost.lower_bound


def test_total_of_whole_currency_has_no_fraction(tariffs):
    cost = cost_of(
        a_shipment(currency="JPY", report_currency="JPY", unit_price=Decimal("512000.5"), incoterm="DDP"), tariffs
    )

    assert cost.unit_minor == 512001


def test_goods_of_the_cost_are_exact_minor_units(tariffs):
    cost = cost_of(a_shipment(unit_price=Decimal("1321.103")), tariffs)

    assert cost.goods_minor == Fraction("132110.3")


def test_every_added_charge_has_a_source_and_a_grade(tariffs):
    cost = cost_of(
        a_shipment(to_country="US", **{"tpp": Decimal(20919), "memory_bandwidth_gb_s": Decimal(6000)}), tariffs
    )

    assert all(c.citation and c.grade for c in cost.charges if c.kind is not ChargeKind.GOODS)


def test_goods_name_the_source_of_the_price(tariffs):
    cost = cost_of(a_shipment(price_source="offer o1", price_grade="A"), tariffs)

    goods = charge(cost, ChargeKind.GOODS)
    assert (goods.citation, goods.grade) == ("offer o1", "A")


class TestLease:
    def test_rent_is_the_price_of_all_months_rounded_once(self, tariffs):
        cost = cost_of(a_shipment(mode="lease", months=5, unit_price=Decimal("1321.103"), to_country="US"), tariffs)

        assert [c.kind for c in cost.charges] == [ChargeKind.RENT]
        assert cost.unit_minor == 660552

    def test_rent_is_converted(self, tariffs):
        cost = cost_of(a_shipment(mode="lease", months=12, unit_price=Decimal(100), currency="EUR"), tariffs)

        assert amount(cost, ChargeKind.RENT) == 1500
        assert charge(cost, ChargeKind.RENT).fx is not None

    def test_tax_on_a_rent_is_shown_and_not_counted(self, tariffs):
        lease = a_shipment(mode="lease", months=10, unit_price=Decimal(100), to_country="MY", recovers_tax=False)
        cost = cost_of(lease, tariffs)

        assert amount(cost, ChargeKind.TAX) == 80
        assert not charge(cost, ChargeKind.TAX).counted
        assert cost.unit_minor == 100000


class TestWithoutBorder:
    def test_delivery_within_one_country_bears_no_tax_and_a_duty_of_zero(self, tariffs):
        cost = cost_of(a_shipment(from_country="DE", to_country="DE", recovers_tax=False), tariffs)

        assert not charges(cost, ChargeKind.TAX)
        assert amount(cost, ChargeKind.DUTY) == 0

    def test_delivery_within_one_country_has_no_additional_duty_and_no_fee(self, tariffs):
        banded = {"tpp": Decimal(15832), "memory_bandwidth_gb_s": Decimal(4800)}
        cost = cost_of(a_shipment(from_country="US", to_country="US", **banded), tariffs)

        assert {c.kind for c in cost.charges} == {ChargeKind.GOODS, ChargeKind.DUTY, *CARRIAGE}

    def test_delivery_within_the_union_bears_no_duty(self, tariffs):
        cost = cost_of(a_shipment(from_country="DE", to_country="FR"), tariffs)

        assert amount(cost, ChargeKind.DUTY) == 0
        assert "EU" in (charge(cost, ChargeKind.DUTY).note or "")

    def test_carriage_within_the_union_is_counted(self, tariffs):
        cost = cost_of(a_shipment(from_country="DE", to_country="FR"), tariffs)

        assert all(charge(cost, kind).counted and amount(cost, kind) > 0 for kind in CARRIAGE)

    @pytest.mark.parametrize(("day", "inside"), [("2020-12-31", True), ("2021-01-01", False)])
    def test_britain_is_in_the_union_to_the_end_of_2020(self, tariffs, day, inside):
        on = DAY.fromisoformat(day)
        cost = cost_of(a_shipment(from_country="GB", on=on, as_of=on), tariffs)

        assert ("EU" in (charge(cost, ChargeKind.DUTY).note or "")) is inside

    def test_hong_kong_to_china_crosses_a_border(self, tariffs):
        cost = cost_of(a_shipment(from_country="HK", to_country="CN"), tariffs)

        assert charge(cost, ChargeKind.TAX).rate == Decimal("0.13")

    def test_unknown_country_of_dispatch_counts_as_abroad(self, tariffs):
        cost = cost_of(a_shipment(from_country=None), tariffs)

        assert amount(cost, ChargeKind.FREIGHT) > 0
        assert charge(cost, ChargeKind.TAX).rate == Decimal("0.2")
