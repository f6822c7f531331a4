"""What holds for every shipment."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.tariffs import parse_tariffs
from quoting.domain.money import decimal_text, round_half_up
from quoting.domain.pricing.charges import ChargeKind
from tests.unit.pricing.shipping import a_fx, a_shipment, cost_of

TARIFFS = parse_tariffs(read_bundle())
COUNTRIES = st.sampled_from(sorted(set("US CA AU NZ ZA DE FR SG MY TW CN HK BR AE IN ID VN AR QQ".split())))
BORNE = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP")  # most borne by the buyer first
FX = a_fx(SGD="1.4988", JPY="163.19", KRW="1491.386")
FIGURES = st.none() | st.decimals(0, 30000, places=1)
SHIPMENTS = st.builds(
    a_shipment,
    unit_price=st.decimals("0.01", 400000, places=4),
    currency=st.sampled_from(["USD", "EUR", "JPY", "KRW"]),
    report_currency=st.sampled_from(["USD", "EUR", "SGD", "KRW"]),
    incoterm=st.sampled_from(BORNE),
    hs_code=st.sampled_from([None, "8473.30", "8471.50|8473.30", "8542.31"]),
    form_factor=st.sampled_from(["PCIe", "SXM5", "Superchip/NVL72", ""]),
    tpp=FIGURES,
    memory_bandwidth_gb_s=FIGURES,
    country_of_origin=st.none() | COUNTRIES,
    from_country=st.none() | COUNTRIES,
    to_country=COUNTRIES,
    recovers_tax=st.booleans(),
    on=st.dates(date(2019, 1, 1), date(2028, 12, 31)),
)


@settings(max_examples=300, deadline=None)
@given(SHIPMENTS)
def test_unit_is_the_sum_of_the_counted_amounts_rounded_once(shipment):
    cost = cost_of(shipment, TARIFFS, FX)

    total = sum((c.amount for c in cost.charges if c.counted and c.amount is not None), Fraction(0))
    assert cost.unit_minor == round_half_up(total * (1 if shipment.report_currency == "KRW" else 100))


@settings(max_examples=300, deadline=None)
@given(SHIPMENTS)
def test_every_amount_is_an_exact_decimal_and_base_times_rate_where_both_stand(shipment):
    for charge in cost_of(shipment, TARIFFS, FX).charges:
        if charge.amount is not None:
            assert Fraction(decimal_text(charge.amount)) == charge.amount
        if charge.base is not None and charge.rate is not None:
            assert decimal_text(charge.base)
            assert charge.amount == charge.base * Fraction(charge.rate)


@settings(max_examples=200, deadline=None)
@given(SHIPMENTS)
def test_what_is_not_known_is_never_counted_and_makes_a_lower_bound(shipment):
    cost = cost_of(shipment, TARIFFS, FX)

    unknown = [c for c in cost.charges if c.amount is None]
    assert not any(c.counted for c in unknown)
    assert all(c.note for c in unknown)
    assert cost.lower_bound is bool(unknown)


@settings(max_examples=200, deadline=None)
@given(SHIPMENTS, st.decimals("0.01", 5000, places=2))
def test_a_higher_price_never_lowers_the_cost(shipment, more):
    dearer = replace(shipment, unit_price=shipment.unit_price + more)

    assert cost_of(dearer, TARIFFS, FX).unit_minor >= cost_of(shipment, TARIFFS, FX).unit_minor


@settings(max_examples=200, deadline=None)
@given(SHIPMENTS)
def test_a_term_that_leaves_more_to_the_buyer_never_costs_less(shipment):
    costs = [cost_of(replace(shipment, incoterm=term), TARIFFS, FX).unit_minor for term in BORNE]

    assert costs == sorted(costs, reverse=True)


@settings(max_examples=100, deadline=None)
@given(SHIPMENTS)
def test_delivered_duty_paid_adds_nothing(shipment):
    cost = cost_of(replace(shipment, incoterm="DDP"), TARIFFS, FX)

    assert [c.kind for c in cost.charges] == [ChargeKind.GOODS]


@settings(max_examples=100, deadline=None)
@given(SHIPMENTS)
def test_international_lane_always_has_freight_and_insurance(shipment):
    cost = cost_of(replace(shipment, incoterm="FCA"), TARIFFS, FX)

    carriage = [c for c in cost.charges if c.kind in (ChargeKind.FREIGHT, ChargeKind.INSURANCE)]
    assert len(carriage) == 2
    assert all(c.counted and c.amount and c.amount > 0 and c.citation and c.grade for c in carriage)


def test_recovering_tax_never_raises_the_cost():
    for country in ("FR", "MY", "CA", "SG"):
        counted = cost_of(a_shipment(to_country=country, recovers_tax=False), TARIFFS, FX)
        recovered = cost_of(a_shipment(to_country=country, recovers_tax=True), TARIFFS, FX)
        assert recovered.unit_minor <= counted.unit_minor


def test_zero_price_is_priced():
    assert cost_of(a_shipment(unit_price=Decimal(0), incoterm="DDP"), TARIFFS, FX).unit_minor == 0
