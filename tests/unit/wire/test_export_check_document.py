"""A transaction as JSON: what is unknown stays unknown, and the caller's facts win over the catalogue."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from quoting.domain.chips import Chip, Metric
from quoting.domain.controls.determination import Determination, Finding, OpenQuestion, Outcome, Review
from quoting.domain.controls.rulebook import ListSource
from quoting.domain.errors import RequestInvalid
from quoting.domain.parameters import Evidence
from quoting.domain.transaction import EndUse, PartyType
from quoting.wire.determination import dump_determination
from quoting.wire.export_check import load_transaction, load_transactions
from quoting.wire.json_text import parse

TODAY = date(2026, 11, 23)
CASES = Path(__file__).parents[2] / "rules" / "cases" / "export-cases.jsonl"
H100 = Chip(
    id="nvidia-h100-sxm-80gb",
    vendor="NVIDIA",
    model="H100 SXM",
    form_factor="SXM5",
    launched=date(2022, 9, 20),
    designer_country="US",
    figures={Metric.BANDWIDTH: Decimal(3350), Metric.INTERCONNECT: Decimal(900)},
    die_area_mm2=Decimal(814),
    tdp_w=Decimal(700),
    tpp=Decimal(15832),
    tpp_operation="fp8 1979 x 8",
    performance_density=Decimal("19.45"),
    marketed_for_datacenter=True,
    hs_code="8473.30",
    sources=(),
    note="",
)
CHIPS = {H100.id: H100}


def a_transaction(**changes: Any) -> dict[str, Any]:
    return {
        "id": "t1",
        "as_of": "2026-03-01",
        "item": {"chip": H100.id},
        "movement": {"kind": "export", "from_country": "US", "to_country": "CN"},
        "parties": [{"role": "end_user", "name": "Example Buyer"}],
        **changes,
    }


def pointers_of(document: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(RequestInvalid) as refusal:
        load_transaction(document, CHIPS, TODAY, **options)
    return [(f.pointer, f.code) for f in refusal.value.faults]


def test_an_item_that_names_a_chip_has_the_facts_of_the_catalogue():
    item = load_transaction(a_transaction(), CHIPS, TODAY).item

    assert (item.tpp, item.performance_density, item.designer) == (15832, Decimal("19.45"), "NVIDIA")


def test_facts_of_the_caller_win_over_the_catalogue():
    document = a_transaction(item={"chip": H100.id, "interconnect_gb_s": 400.5, "marketed_for_datacenter": False})

    item = load_transaction(document, CHIPS, TODAY).item

    assert (item.interconnect_gb_s, item.marketed_for_datacenter, item.tpp) == (Decimal("400.5"), False, 15832)


def test_a_figure_that_the_caller_calls_unknown_is_unknown():
    assert load_transaction(a_transaction(item={"chip": H100.id, "tpp": None}), CHIPS, TODAY).item.tpp is None


def test_what_a_party_does_not_say_is_unknown():
    party = load_transaction(a_transaction(), CHIPS, TODAY).parties[0]

    assert (party.country, party.hq_country, party.ultimate_parent_hq_country) == (None, None, None)
    assert party.ownership_by_listed_percent is None
    assert party.type is PartyType.COMPANY


def test_days_that_are_left_out_are_those_of_the_check():
    transaction = load_transaction(a_transaction(as_of=None), CHIPS, TODAY)

    assert (transaction.as_of, transaction.known_on, transaction.deliver_on) == (TODAY, TODAY, None)


def test_statements_that_are_left_out_are_unknown():
    document = a_transaction(end_use={"military": True, "wmd": None})

    assert load_transaction(document, CHIPS, TODAY).end_use == EndUse(military=True)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"item": None}, ("/item", "required")),
        ({"item": {}}, ("/item", "required")),
        ({"item": {"chip": "abacus"}}, ("/item/chip", "unknown_chip")),
        ({"item": {"tpp": "many"}}, ("/item/tpp", "wrong_type")),
        ({"item": {"tpp": -1}}, ("/item/tpp", "out_of_range")),
        ({"item": {"kind": "toaster"}}, ("/item/kind", "not_one_of")),
        ({"movement": {}}, ("/movement/kind", "required")),
        ({"movement": {"kind": "export", "to_country": "XX"}}, ("/movement/to_country", "invalid_country")),
        ({"parties": []}, ("/parties", "too_few")),
        ({"parties": [{"role": "spy"}]}, ("/parties/0/role", "not_one_of")),
        (
            {"parties": [{"role": "seller", "ownership_by_listed_percent": 101}]},
            ("/parties/0/ownership_by_listed_percent", "out_of_range"),
        ),
        ({"parties": [{"role": "seller", "colour": 1}]}, ("/parties/0/colour", "unknown_field")),
        ({"end_use": {"military": "yes"}}, ("/end_use/military", "wrong_type")),
        ({"deliver_on": "2026-13-01"}, ("/deliver_on", "invalid_date")),
        ({"why": "a note"}, ("/why", "unknown_field")),
    ],
)
def test_a_wrong_field_is_named(changes, fault):
    assert pointers_of(a_transaction(**changes)) == [fault]


def test_fields_that_the_contract_does_not_have_are_ignored_when_asked():
    document = a_transaction(why="a note", parties=[{"role": "seller", "colour": 1}], item={"chip": H100.id, "lot": 7})

    assert load_transaction(document, CHIPS, TODAY, lenient=True).id == "t1"


def test_a_wrong_value_is_refused_even_when_unknown_fields_are_ignored():
    assert pointers_of(a_transaction(parties="none"), lenient=True) == [("/parties", "wrong_type")]


def test_one_wrong_transaction_refuses_a_batch():
    with pytest.raises(RequestInvalid) as refusal:
        load_transactions([a_transaction(), a_transaction(movement=7)], CHIPS, TODAY)

    assert [f.pointer for f in refusal.value.faults] == ["/1/movement"]


@pytest.mark.parametrize("batch", [{}, None, "t1", [a_transaction()] * 1_001])
def test_a_batch_is_an_array_of_at_most_a_thousand(batch):
    with pytest.raises(RequestInvalid) as refusal:
        load_transactions(batch, CHIPS, TODAY)

    assert [f.pointer for f in refusal.value.faults] == [""]


def test_a_batch_keeps_its_order():
    batch = load_transactions([a_transaction(id=name) for name in "cab"], CHIPS, TODAY)

    assert [transaction.id for transaction in batch] == ["c", "a", "b"]


def test_every_recorded_line_is_read():
    lines = [parse(line) for line in CASES.read_bytes().splitlines()]
    any_chip = {line["item"].get("chip"): H100 for line in lines}

    read = [load_transaction(line, any_chip, TODAY, lenient=True) for line in lines]

    assert [transaction.id for transaction in read] == [line["id"] for line in lines]


def test_a_determination_is_printed_with_every_field_of_the_contract():
    finding = Finding(
        rule="ac-rule-2023",
        jurisdiction="US",
        outcome=Outcome.LICENCE,
        because="TPP 15832 >= 4800",
        values_read=(("tpp", "15832"), ("limit", "4800")),
        effective_from=date(2023, 11, 17),
        effective_to=None,
        published_on=date(2023, 10, 25),
        citation="88 FR 73458",
        url="https://example.org/rule",
        grade=Evidence.P,
        review_policy=Review.DENIAL,
        unconfirmed="a part",
    )
    question = OpenQuestion("hq_country", "Where is it?", "the buyer", "15 CFR 742.6", "allowed in place of open")
    determination = Determination(
        id="t1",
        outcome=Outcome.LICENCE,
        exception=None,
        exception_conditions=(),
        review_policy=Review.DENIAL,
        classification="3A090.a",
        findings=(finding,),
        open_questions=(question,),
        citations=("88 FR 73458",),
        conditions=("apply",),
        advisories=("take care",),
        not_covered=("duties",),
        data_as_of=date(2026, 10, 9),
        as_of=date(2026, 10, 20),
        lists=(ListSource("EL", date(2026, 7, 31), 110, "https://example.org/list"),),
    )

    printed = json.loads(json.dumps(dump_determination(determination)))

    assert printed["outcome"] == "licence_required"
    assert printed["review_policy"] == "presumption_of_denial"
    assert printed["findings"][0]["values_read"] == {"tpp": "15832", "limit": "4800"}
    assert printed["findings"][0]["unconfirmed"] == "a part"
    assert printed["open_questions"][0]["who"] == "the buyer"
    assert printed["lists"] == [
        {"list": "EL", "as_of": "2026-07-31", "age_days": 81, "entries": 110, "imported": False}
    ]
    assert set(printed) >= {
        "id", "outcome", "exception", "exception_conditions", "review_policy", "classification", "findings",
        "open_questions", "citations", "conditions", "advisories", "not_covered", "data_as_of",
    }  # fmt: skip
