"""A procurement request as JSON: what is refused, what defaults mean, and that printing loses nothing."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from marshmallow import ValidationError

from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.domain.offers import DataCentre, Grade, Mode
from quoting.domain.request import Objective, Party, QuoteRequest, dated
from quoting.wire.json_text import canonical, parse
from quoting.wire.quick import NotSound, read_quickly
from quoting.wire.request import RequestShape, dump_request, load_request, request_digest
from tests.builders import a_request
from tests.unit.wire.broken_requests import BROKEN, CHIPS, a_full_request, a_lease, put, usd

DATA = Path(__file__).parents[2] / "data"
RECORDED = sorted((DATA / "sourcing").glob("*.json*"))


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def faults_of(document) -> list[FieldFault]:
    with pytest.raises(RequestInvalid) as refusal:
        load_request(document, CHIPS)
    return list(refusal.value.faults)


def changed(*changes) -> QuoteRequest:
    document = a_full_request()
    for change in changes:
        change(document)
    return load_request(document, CHIPS)


# ---- the quick way and the thorough one


@pytest.mark.parametrize("path", RECORDED, ids=[path.name for path in RECORDED])
def test_a_recorded_request_reads_the_same_on_both_ways(path):
    document = parse(read(path))

    assert read_quickly(RequestShape(), document) == RequestShape().load(document)


def test_a_request_that_uses_every_table_reads_the_same_on_both_ways():
    assert read_quickly(RequestShape(), a_full_request()) == RequestShape().load(a_full_request())


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.name for broken in BROKEN])
def test_what_the_shape_refuses_the_quick_way_refuses_too_and_nothing_else(broken):
    document = parse(broken.body())
    try:
        thorough = RequestShape().load(document)
    except ValidationError:
        with pytest.raises(NotSound):
            read_quickly(RequestShape(), document)
    else:
        assert read_quickly(RequestShape(), document) == thorough


# ---- what is refused


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.name for broken in BROKEN])
def test_a_broken_field_is_named_by_pointer_and_code(broken):
    faults = faults_of(parse(broken.body()))

    assert (broken.pointer, broken.code) in [(f.pointer, f.code) for f in faults]


def test_a_quantity_with_an_exponent_is_no_whole_number():
    body = json.dumps(a_full_request()).replace('"qty": 20', '"qty": 1e3').encode()

    assert [(f.pointer, f.code) for f in faults_of(parse(body))] == [("/demand/0/qty", "wrong_type")]


@pytest.mark.parametrize("document", [None, [], "request", 3, True])
def test_a_document_that_is_no_object_is_refused_as_a_whole(document):
    assert [(f.pointer, f.code) for f in faults_of(document)] == [("", "wrong_type")]


def test_faults_of_many_fields_are_told_in_one_answer():
    document = a_full_request()
    document["buyer"] = 7
    document["demand"][0]["qty"] = 0
    document["offers"][0]["price_breaks"][0]["unit_price"] = {"amount": "x", "currency": "usd", "per": "chip"}
    document["solve"]["colour"] = "blue"

    assert {f.pointer for f in faults_of(document)} == {
        "/buyer",
        "/demand/0/qty",
        "/offers/0/price_breaks/0/unit_price/amount",
        "/offers/0/price_breaks/0/unit_price/currency",
        "/offers/0/price_breaks/0/unit_price/per",
        "/solve/colour",
    }


def test_at_most_a_hundred_faults_are_told():
    document = a_full_request()
    document["offers"] = [{}] * 500

    assert len(faults_of(document)) == 100


def test_both_parties_of_a_circle_are_named():
    document = a_full_request()
    document["parties"][1]["ultimate_parent"] = "hall"
    document["parties"][3]["ultimate_parent"] = "seller"

    assert [f.pointer for f in faults_of(document)] == ["/parties/1/ultimate_parent", "/parties/3/ultimate_parent"]


def test_a_party_whose_parent_stands_in_a_circle_is_in_none_itself():
    document = a_full_request()
    document["parties"][0]["ultimate_parent"] = "seller"
    document["parties"][1]["ultimate_parent"] = "hall"
    document["parties"][3]["ultimate_parent"] = "seller"

    assert "/parties/0/ultimate_parent" not in [f.pointer for f in faults_of(document)]


# ---- what absent and null mean


def test_what_is_left_out_has_the_default_of_the_contract():
    request = load_request(
        {
            "buyer": "b",
            "parties": [{"id": "b", "name": "Buyer", "country": "DE"}],
            "sites": [{"id": "s", "country": "FR"}],
            "demand": [{"id": "d", "site": "s", "chip": "nvidia-l40s", "qty": 1}],
        }
    )

    assert request.parties == (Party("b", "Buyer", "DE", hq_country="DE", ultimate_parent="b"),)
    assert (request.sites[0].owner, request.sites[0].operator, request.sites[0].end_user) == ("b", "b", "b")
    assert request.sites[0].power_usage_effectiveness == Decimal("1.3")
    assert request.demand[0].acquisition == (Mode.BUY,)
    assert request.objectives == (Objective.MIN_COST,)
    assert (request.as_of, request.known_on, request.report_currency) == (None, None, "USD")
    assert (request.solve.gap, request.solve.time_limit_s, request.solve.seed) == (Decimal("0.0001"), 30, 0)


def test_a_demand_for_as_much_as_can_be_had_maximises_capability_first():
    request = changed(
        put("/demand", [{"id": "d1", "site": "site1", "capability": {"metric": "memory_gb"}, "maximise": True}]),
        lambda document: document.pop("objective"),
        put("/scenarios", []),
    )

    assert request.objectives == (Objective.MAX_CAPABILITY, Objective.MIN_COST)


def test_null_headquarters_and_parent_are_unknown():
    holding = load_request(a_full_request(), CHIPS).parties[2]

    assert (holding.hq_country, holding.ultimate_parent) == (None, None)


def test_null_in_any_other_optional_field_reads_as_absent():
    document = a_full_request()
    document["report_currency"] = document["objective"] = document["solve"]["gap"] = document["rules"][0][
        "priority"
    ] = None
    document["sites"][1]["owner"] = document["offers"][2]["incoterm"] = document["demand"][0]["requires"][
        "memory_gb"
    ] = None
    without = a_full_request()
    del without["report_currency"], without["objective"], without["solve"]["gap"], without["rules"][0]["priority"]
    del without["demand"][0]["requires"]["memory_gb"]

    assert load_request(document, CHIPS) == load_request(without, CHIPS)


def test_one_objective_may_stand_without_a_list():
    assert changed(put("/objective", "min_time")).objectives == (Objective.MIN_TIME,)


def test_a_private_offer_is_of_grade_a():
    assert changed(put("/offers/0/grade", "D")).offers[0].grade is Grade.A


def test_a_lease_stands_in_its_country_of_dispatch_where_the_data_centre_names_none():
    offer = a_lease(ships_from="US", data_centre={"owner": "hall"})

    assert changed(put("/offers/-", offer)).offers[-1].data_centre == DataCentre("US", "hall", None)


def test_an_empty_list_of_a_budget_means_all_and_of_a_selector_nothing():
    request = changed(put("/budgets/0/sites", []), put("/rules/3/select/vendors", []))

    assert request.budgets[0].sites is None
    assert request.rules[3].select.vendors == ()


def test_exact_digits_may_be_given_as_text_where_a_number_is_too_coarse():
    request = changed(put("/demand/1/capability/amount", "9720.12345678901234567891"))

    assert request.demand[1].amount == Decimal("9720.12345678901234567891")
    assert load_request(parse(canonical(dump_request(request)))) == request


@pytest.mark.parametrize(
    "name", ["شركة الحوسبة", "Владимир\u200d", "株式会社計算", "Ünïcode Ltd. \U0001f600", "x" * 200]
)
def test_names_are_kept_as_they_were_given(name):
    assert changed(put("/parties/0/name", name)).parties[0].name == name


def test_an_accepted_request_is_read_back_without_asking_the_catalogue():
    document = dump_request(changed())
    document["demand"][0]["chip"] = "gone-since"

    assert load_request(document).demand[0].chip == "gone-since"


# ---- what bounds a demand for as much as can be had

MOST = {"id": "d1", "site": "site1", "capability": {"metric": "memory_gb"}, "maximise": True}


def a_maximiser(**changes):
    return a_request(demand=[MOST], objective="max_capability", **changes)


BOUNDED = {
    "by a budget": {"budgets": [{"id": "b", "max": usd("1000")}]},
    "by power, where it is bought": {"sites": [{"id": "site1", "country": "US", "power_kw": 10}]},
    "by stock": {"offers": [{**a_request()["offers"][0], "available_qty": 5}]},
    "by offers that do not come there": {"offers": [{**a_request()["offers"][0], "delivers_to": ["CA"]}]},
    "by no offer at all": {"offers": []},
}
UNBOUNDED = {
    "by an offer without a limit": {},
    "by a catalogue": {"offers": [], "catalogue": {"use": "all"}},
    "by a price of nothing": {
        "budgets": [{"id": "b", "max": usd("1000")}],
        "offers": [{**a_request()["offers"][0], "price_breaks": [{"min_qty": 1, "unit_price": usd("0.00")}]}],
    },
    "by leases beside power": {
        "sites": [{"id": "site1", "country": "US", "power_kw": 10}],
        "demand": [{**MOST, "acquisition": ["buy", "lease"], "term_months": 12}],
        "offers": [a_lease()],
    },
}


@pytest.mark.parametrize("changes", BOUNDED.values(), ids=BOUNDED)
def test_a_demand_for_the_most_is_bounded(changes):
    assert load_request(a_maximiser() | changes).demand[0].maximise


@pytest.mark.parametrize("changes", UNBOUNDED.values(), ids=UNBOUNDED)
def test_a_demand_for_the_most_is_unbounded(changes):
    with pytest.raises(RequestInvalid) as refusal:
        load_request(a_maximiser() | changes)

    assert [(f.pointer, f.code) for f in refusal.value.faults] == [("/demand/0/maximise", "unbounded")]


# ---- printing


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_a_recorded_request_is_printed_without_loss(path):
    assert_reads_back(load_request(parse(read(path))))


def test_the_requests_of_the_landed_cases_are_printed_without_loss():
    for line in (DATA / "landed-cases.jsonl").read_text(encoding="utf-8").splitlines():
        assert_reads_back(load_request(parse(line)["request"]))


def test_a_request_with_every_field_is_printed_without_loss():
    assert_reads_back(load_request(a_full_request(), CHIPS))


def assert_reads_back(request: QuoteRequest) -> None:
    assert load_request(parse(canonical(dump_request(request)))) == request


def test_prices_are_printed_with_the_digits_they_were_given():
    printed = dump_request(load_request(a_full_request(), CHIPS))

    assert printed["offers"][0]["price_breaks"] == a_full_request()["offers"][0]["price_breaks"]


# ---- equal requests


def test_requests_that_differ_in_client_ref_or_in_stated_defaults_are_equal():
    stated = a_request(client_ref="mine", discount_rate=0, report_currency="USD", rules=[], explain="full")

    assert request_digest(load_request(stated)) == request_digest(load_request(a_request()))


def test_requests_of_different_days_are_not_equal():
    dateless = load_request(a_request(as_of=None))

    assert request_digest(dated(dateless, date(2026, 3, 2))) != request_digest(dated(dateless, date(2026, 3, 3)))
