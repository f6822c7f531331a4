"""The public landed-cost cases, unit by unit: a hundred-odd expectations that were worked out by hand."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import parse_catalogue
from quoting.domain.chips import Metric
from quoting.domain.money import to_minor
from quoting.domain.offers import PriceBreak
from quoting.domain.pricing.charges import ChargeKind
from quoting.domain.pricing.landed_cost import Shipment, transit_days
from quoting.domain.pricing.price_breaks import price_at
from tests.unit.pricing.shipping import a_fx, charges, cost_of

CASES = [json.loads(line) for line in Path("tests/data/landed-cases.jsonl").read_text(encoding="utf-8").splitlines()]
LINES = [(case, line) for case in CASES for line in case["expect"]["lines"]]
IDS = [f"{case['id']}-{line['demand']}" for case, line in LINES]


@pytest.fixture(scope="module")
def chips():
    return parse_catalogue(read_bundle()).chips


@pytest.fixture
def price(tariffs, chips):
    def priced(case, line):
        request = case["request"]
        demand = next(d for d in request["demand"] if d["id"] == line["demand"])
        site = next(s for s in request["sites"] if s["id"] == demand["site"])
        offer = next(o for o in request["offers"] if o["id"] == line["offer"])
        chip, as_of = chips[offer["chip"]], date.fromisoformat(request["as_of"])
        breaks = [PriceBreak(b["min_qty"], Decimal(b["unit_price"]["amount"])) for b in offer["price_breaks"]]
        total = sum(other["qty"] for other in case["expect"]["lines"] if other["offer"] == offer["id"])
        incoterm = offer.get("incoterm", "FCA")
        days = offer["lead_days"] + transit_days(offer["ships_from"], site["country"], incoterm, tariffs, as_of)
        shipment = Shipment(
            unit_price=price_at(breaks, total),
            currency=offer["currency"],
            report_currency=request["report_currency"],
            incoterm=incoterm,
            mode=offer["mode"],
            months=demand.get("term_months", 1),
            hs_code=chip.hs_code,
            form_factor=chip.form_factor,
            tpp=chip.tpp,
            memory_bandwidth_gb_s=chip.figure(Metric.BANDWIDTH),
            country_of_origin=None,
            from_country=offer["ships_from"],
            to_country=site["country"],
            recovers_tax=site.get("recovers_tax", True),
            on=as_of + timedelta(days=days),
            as_of=as_of,
        )
        rates = {"SGD": "1.4988", "JPY": "1", "KRW": "9.13895355961279", "USD": "1.1719"}
        return cost_of(shipment, tariffs, a_fx(as_of, **rates))

    return priced


@pytest.mark.parametrize(("case", "line"), LINES, ids=IDS)
def test_case_has_the_expected_duties(price, case, line):
    cost = price(case, line)

    if "duty_rate" in line:
        assert [c.rate for c in charges(cost, ChargeKind.DUTY)] == [Decimal(line["duty_rate"])]
    if "additional_duty" in line:
        found = [(c.rate, c.counted) for c in charges(cost, ChargeKind.ADDITIONAL_DUTY)]
        expected = line["additional_duty"]
        assert found == ([(Decimal(expected["rate"]), expected["counted"])] if expected else [])


@pytest.mark.parametrize(("case", "line"), LINES, ids=IDS)
def test_case_has_the_expected_tax(price, case, line):
    if "tax" not in line:
        return
    found, expected = charges(price(case, line), ChargeKind.TAX), line["tax"]

    if expected is None or (expected.get("optional") and not found):
        assert not found
    else:
        assert [(c.rate in map(Decimal, expected["rate"]), c.counted) for c in found] == [(True, expected["counted"])]


@pytest.mark.parametrize(("case", "line"), LINES, ids=IDS)
def test_case_has_the_expected_cost_of_a_unit(price, case, line):
    cost = price(case, line)

    if "unit_landed" in line:
        expected = line["unit_landed"]
        currency, within = expected["currency"], to_minor(Fraction(expected.get("within", "0")), expected["currency"])
        assert abs(cost.unit_minor - to_minor(Fraction(expected["amount"]), currency)) <= within
    if "landed_over_goods" in line:
        low, high = (Fraction(limit) for limit in line["landed_over_goods"])
        assert low <= Fraction(cost.unit_minor) / cost.goods_minor <= high


def test_same_price_is_dearer_where_carriage_is_left_to_the_buyer(price):
    france = [price(case, case["expect"]["lines"][0]).unit_minor for case in CASES if "group" in case["expect"]]

    assert france[0] > france[1] == france[2]
