"""What unknown does: it is never read as zero, false or permission."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quoting.domain.controls.determination import Outcome, Standing
from quoting.domain.controls.index import index
from quoting.domain.transaction import Evidence, MovementKind, Transaction
from tests.rules.builders_law import (
    a_chip,
    a_deal,
    a_party,
    answer,
    buyers,
    cases,
    memory,
    said,
    the_rules,
    transaction_of,
    with_item,
)
from tests.rules.facts_away import FACTS, FIGURES, PLACES, keeps_closed, without

POD = "licence_required presumption_of_denial"
CD = "cannot_determine"


def asked(transaction: Transaction) -> set[str]:
    return {q.fact for q in answer(transaction).open_questions}


def test_unknown_parent_of_a_foreign_buyer_cannot_be_determined() -> None:
    deal = a_deal(to="SG", parties=buyers("SG", ultimate_parent_hq_country=None))

    assert said(deal) == CD
    assert asked(deal) == {"parties[example buyer].ultimate_parent_hq_country"}


def test_unknown_parent_is_no_matter_where_the_destination_decides() -> None:
    assert said(a_deal(parties=buyers("CN", ultimate_parent_hq_country=None))) == POD


def test_unknown_headquarters_of_one_firm_in_three_roles_is_one_question() -> None:
    deal = a_deal(to="SG", parties=buyers("SG", hq_country=None, ultimate_parent_hq_country="SG"))

    assert said(deal) == CD
    assert len(answer(deal).open_questions) == 1


def test_unknown_density_matters_between_the_limits_of_performance_only() -> None:
    between = a_deal("2024-06-15", item=a_chip(tpp=3000, performance_density=None))
    above = a_deal("2024-06-15", item=a_chip(tpp=4800, performance_density=None))
    under = a_deal("2024-06-15", item=a_chip(tpp=1599, performance_density=None))

    assert (said(between), said(above), said(under)) == (CD, POD, "allowed")
    assert "item.performance_density" in asked(between)


def test_unknown_performance_with_a_known_die_is_tried_on_both_sides_of_every_density() -> None:
    item = a_chip(tpp=None, performance_density=None, die_area_mm2=300)

    assert said(a_deal("2024-06-15", item=item)) == CD


def test_unknown_performance_does_not_open_what_the_letter_closes() -> None:
    item = a_chip(tpp=None, performance_density=None, designer="AMD", memory_bandwidth_gb_s=5300)

    assert answer(a_deal("2025-04-20", item=item)).outcome is Outcome.LICENCE


def test_unknown_link_matters_to_the_item_of_2022() -> None:
    assert said(a_deal("2023-05-01", item=a_chip(interconnect_gb_s=None))) == CD
    assert said(a_deal("2023-05-01", item=a_chip(tpp=4799, interconnect_gb_s=None))) == "allowed"


def test_unknown_bandwidth_takes_the_stricter_review_and_asks() -> None:
    deal = a_deal(item=a_chip(memory_bandwidth_gb_s=None), evidence=Evidence(True, None, True))

    assert said(deal) == POD
    assert "item.memory_bandwidth_gb_s" in asked(deal)


def test_unknown_bandwidths_of_an_addressee_cannot_be_determined() -> None:
    item = a_chip(tpp=2368, performance_density="2.91", designer="NVIDIA", interconnect_gb_s=None)

    assert said(a_deal("2025-05-01", item=item)) == CD


def test_unknown_designer_cannot_be_determined_where_the_prohibition_turns_on_it() -> None:
    item = a_chip(designer=None, designer_hq_country=None)

    assert said(a_deal(to="DE", item=item)) == CD
    assert "item.designer_hq_country" in asked(a_deal(to="DE", item=item))


def test_deal_that_is_barred_either_way_is_undetermined_and_in_no_plan() -> None:
    got = answer(a_deal("2026-03-01", "CN", item=a_chip(designer=None, designer_hq_country=None)))

    assert (got.outcome, got.standing) == (Outcome.CANNOT_DETERMINE, Standing.NEVER)
    assert "whatever it is" in got.findings[0].because


def test_unknown_memory_density_cannot_be_determined() -> None:
    assert said(a_deal("2025-06-01", kind="reexport", start="KR", item=memory(None))) == CD


def test_unknown_destination_cannot_be_determined() -> None:
    assert said(a_deal(to=None, parties=buyers("DE"))) == CD


def test_unknown_origin_of_a_movement_matters_where_a_permit_hangs_on_it() -> None:
    assert said(a_deal(to="PH", kind="reexport", start=None)) == CD
    assert "movement.from_country" in asked(a_deal(to="PH", kind="reexport", start=None))


def test_unknown_share_of_listed_owners_is_an_unknown_figure() -> None:
    deal = a_deal("2025-10-15", item=a_chip(tpp=100), parties=buyers("CN", ownership_by_listed_percent=None))

    assert said(deal) == CD


def test_unknown_marketing_counts_as_data_centre_and_is_asked_where_it_matters() -> None:
    deal = a_deal("2024-06-15", item=a_chip(marketed_for_datacenter=None))

    assert said(deal) == POD
    assert "item.marketed_for_datacenter" in asked(deal)


def test_unknown_evidence_is_not_there() -> None:
    assert said(a_deal()) == POD
    assert said(a_deal(to="SA", item=a_chip(designer_hq_country="CN"))) == "prohibited"


def test_movement_with_no_party_at_all_cannot_be_determined() -> None:
    assert said(a_deal(to="DE", parties=())) == CD


def test_rented_compute_of_an_unnamed_operator_cannot_be_determined() -> None:
    assert said(a_deal(to="MY", kind="iaas_access", start="MY", parties=(a_party("tenant", "MY"),))) == CD


def test_missing_facts_are_named_with_who_can_give_them_and_what_they_unlock() -> None:
    question = answer(a_deal(to="SG", parties=buyers("SG", ultimate_parent_hq_country=None))).open_questions[0]

    assert "party" in question.who
    assert "licence_required" in question.unlocks
    assert "allowed_with_advisory" in question.unlocks
    assert question.citation


def test_many_unknown_parties_are_answered_soon_and_cautiously() -> None:
    roles = ("purchaser", "intermediate_consignee", "ultimate_consignee", "end_user", "data_centre_owner")
    nowhere = {"hq_country": None, "ultimate_parent_hq_country": None, "ownership_by_listed_percent": None}
    parties = tuple(a_party(r, None, name=f"Example {r}", **nowhere) for r in roles)
    item = a_chip(**dict.fromkeys(("tpp", "performance_density", "memory_bandwidth_gb_s", "interconnect_gb_s")))

    assert said(a_deal("2026-03-01", None, item=item, parties=parties)) in {CD, "licence_required"}


SOME_CASES = st.sampled_from([transaction_of(c) for c in cases()])
SOME_FACTS = st.lists(st.tuples(st.sampled_from(FACTS), st.integers(0, 5)), max_size=4)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(SOME_CASES, SOME_FACTS)
def test_taking_facts_away_opens_nothing(transaction: Transaction, facts: list[tuple[str, int]]) -> None:
    before = answer(transaction)
    for fact, number in facts:
        transaction = without(transaction, fact, number)

    assert keeps_closed(before, answer(transaction))


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_taken_alone_from_every_case_keeps_it_closed(fact: str) -> None:
    loosened = []
    for case in cases():
        known = transaction_of(case)
        if not all(keeps_closed(answer(known), answer(without(known, fact, n))) for n in range(len(known.parties))):
            loosened.append(case["id"])

    assert loosened == []


@pytest.mark.parametrize(("fact", "value"), [("tpp", Decimal(36000)), ("hq_country", "CN"), ("to_country", "CN")])
def test_true_value_of_a_missing_fact_is_among_those_tried(fact: str, value: Any) -> None:
    open_deal = without(a_deal(to="SG"), fact, 0)

    assert said(open_deal) == CD or answer(open_deal).outcome.strictness >= Outcome.CANNOT_DETERMINE.strictness


def tried(fact: str) -> list[Any]:
    """Every value that a missing fact could have, as far as the rules tell values apart."""
    kept = index(the_rules())
    if fact in kept.values:
        return list(kept.values[fact])
    return sorted(str(country) for country in kept.countries)


def put(transaction: Transaction, fact: str, value: Any) -> Transaction:
    """The transaction with a value in every place where the fact is missing."""
    if fact in FIGURES:
        return with_item(transaction, **{fact: value})
    if fact in ("from_country", "to_country"):
        return replace(transaction, movement=replace(transaction.movement, **{fact: value}))
    parties = (replace(p, **{fact: value}) if getattr(p, fact) is None else p for p in transaction.parties)
    return replace(transaction, parties=tuple(parties))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([transaction_of(c) for c in cases() if c["movement"]["kind"] != "domestic"]),
    st.sampled_from(
        (
            "tpp",
            "interconnect_gb_s",
            "memory_bandwidth_gb_s",
            "designer_hq_country",
            "country_of_origin",
            "from_country",
            "to_country",
            *PLACES,
        )
    ),
)
def test_missing_fact_is_answered_as_if_every_value_had_been_tried(transaction: Transaction, fact: str) -> None:
    open_deal = transaction
    for number in range(len(transaction.parties)):
        open_deal = without(open_deal, fact, number)
    told_twice = transaction.movement.kind in (MovementKind.TRANSFER, MovementKind.IAAS)
    assume(not (told_twice and fact in ("from_country", "to_country")))  # the other country still tells it

    outcomes = {answer(put(open_deal, fact, value)).outcome for value in tried(fact)}

    assert answer(open_deal).outcome is (Outcome.CANNOT_DETERMINE if len(outcomes) > 1 else outcomes.pop())
