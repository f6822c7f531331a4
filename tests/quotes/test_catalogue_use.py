"""The caller's own offers beside the catalogue's: discounts, filters, preferences, and who is paid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quoting.domain.errors import RequestInvalid
from tests.builders import a_request, an_offer, usd

UNITS = [{"id": "d1", "site": "site1", "capability": {"metric": "bf16_dense_tflops", "amount": 20000}}]
DAY = "2025-01-23"


def with_catalogue(**changes):
    terms = {"as_of": DAY, "demand": UNITS, "catalogue": {"use": "all"}, "offers": [an_offer("o1", price="8000.00")]}
    return a_request(**{**terms, **changes})


def lines(result):
    return result["plans"][0]["lines"]


def catalogue_offers(result):
    return {o["id"]: o for o in result["offers"]}


@pytest.fixture(scope="module")
def plain(answer):
    return answer(with_catalogue(explain="summary"))


def test_private_and_catalogue_offers_compete_in_one_plan(plain):
    rows = {row["offer"] for row in plain["why_not"]} | {line["offer"] for line in lines(plain)}

    assert "o1" in rows
    assert any(name and name.startswith("cat:") for name in rows)


def test_every_catalogue_offer_that_is_named_stands_in_the_answer(plain):
    named = {row["offer"] for row in plain["why_not"]} | {line["offer"] for line in lines(plain)}

    assert {name for name in named if name and name.startswith("cat:")} == set(catalogue_offers(plain))


def test_a_discount_is_in_the_price_of_the_catalogue_and_not_in_the_callers_own(answer, plain):
    bought = next(o for o in catalogue_offers(plain).values() if o["mode"] == "buy")
    discounts = [{"vendor": bought["vendor"], "percent": 20}, {"vendor": "vendor-o1", "percent": 20}]

    result = answer(with_catalogue(discounts=discounts, explain="summary"))

    before = Decimal(bought["price_breaks"][0]["unit_price"]["amount"])
    after = Decimal(catalogue_offers(result)[bought["id"]]["price_breaks"][0]["unit_price"]["amount"])
    assert after == before * Decimal("0.8")
    assert all(line["unit_price"] == usd("8000.00") for line in lines(result) if line["offer"] == "o1")


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ({"min_grade": "A"}, "EXCLUDED"),
        ({"max_price_age_days": 1}, "STALE_PRICE"),
        ({"vendors": ["Nobody"]}, "EXCLUDED"),
    ],
)
def test_a_filter_leaves_catalogue_offers_out_and_says_so(answer, use, code):
    result = answer(with_catalogue(catalogue={"use": "all", **use}, explain="full"))

    held = catalogue_offers(result)
    assert {line["offer"] for line in lines(result)} <= {"o1"} | {n for n, o in held.items() if o["grade"] == "A"}
    assert code in {row["code"] for row in result["why_not"]}


def test_offers_of_a_vendor_left_out_are_in_no_plan_and_the_reason_says_so(answer, plain):
    held = catalogue_offers(plain)
    vendor = next(held[line["offer"]]["vendor"] for line in lines(plain) if line["offer"] in held)

    result = answer(with_catalogue(catalogue={"use": "all", "exclude_vendors": [vendor]}, explain="full"))

    rows = [row for row in result["why_not"] if held.get(row["offer"], {}).get("vendor") == vendor]
    assert vendor not in {line["vendor"] for line in lines(result)}
    assert {row["code"] for row in rows} == {"EXCLUDED"}
    assert all(vendor in row["because"] for row in rows)


def test_a_preferred_vendor_is_taken_at_a_price_a_little_above_and_paid_in_full(answer):
    offers = [an_offer("o1", price="8000.00"), an_offer("o2", price="8200.00")]
    rules = [{"id": "p1", "kind": "prefer", "select": {"vendors": ["vendor-o2"]}, "value": 0.05}]

    plan = answer(a_request(offers=offers, rules=rules))["plans"][0]

    assert plan["total"] == usd("82000.00")
    assert plan["objective_value"] == 77900


def test_spend_is_told_by_vendor_site_and_grade(plain):
    plan = plain["plans"][0]

    total = sum(Decimal(line["total"]["amount"]) for line in plan["lines"])
    for field in ("spend_by_vendor", "spend_by_grade", "totals_by_site"):
        assert sum(Decimal(row["total"]["amount"]) for row in plan[field]) == total


def test_too_many_pairs_with_those_of_the_catalogue_are_refused_before_anything_is_computed(answer):
    demands = [{"id": f"d{n}", "site": "site1", "chip": "nvidia-l40s", "qty": 1} for n in range(1000)]
    offers = [an_offer(f"o{n}") for n in range(190)]

    with pytest.raises(RequestInvalid) as refused:
        answer(with_catalogue(demand=demands, offers=offers, explain="full"))

    assert [f.pointer for f in refused.value.faults] == ["/explain"]
