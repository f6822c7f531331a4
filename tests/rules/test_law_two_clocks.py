"""Two clocks: what is in force on a day, of what was public on another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quoting.domain.controls.determination import Outcome
from tests.rules.builders_law import a_chip, a_deal, answer, buyers, memory, rows, said

POD = "licence_required presumption_of_denial"
POA = "licence_required presumption_of_approval"
ADV, FREE = "allowed_with_advisory", "allowed"
OLD_CHIP = a_chip(interconnect_gb_s=400)


@pytest.mark.parametrize(
    ("on", "known_on", "deliver_on", "wanted"),
    [
        ("2025-03-15", "2025-03-15", "2025-06-16", POA),
        ("2025-03-15", "2025-06-16", "2025-06-16", ADV),
        ("2025-03-15", "2025-03-15", "2025-05-14", ADV),
        ("2025-03-15", "2025-03-15", "2025-05-15", POA),
        ("2025-03-15", "2025-05-13", "2025-05-15", ADV),
        ("2025-01-10", "2025-01-12", "2025-06-16", FREE),
        ("2025-01-10", "2025-01-13", "2025-06-16", POA),
    ],
)
def test_diffusion_is_read_with_what_was_known(on: str, known_on: str, deliver_on: str, wanted: str) -> None:
    assert said(a_deal(on, "MY", known_on=known_on, deliver_on=deliver_on)) == wanted


def test_rule_published_but_not_in_force_is_applied_on_the_delivery_day() -> None:
    ordered, before = "2023-10-26", "2023-10-20"

    assert said(a_deal(ordered, item=OLD_CHIP, deliver_on="2023-12-01")) == POD
    assert said(a_deal(before, item=OLD_CHIP, deliver_on="2023-12-01")) == FREE


def test_rule_that_will_be_replaced_goes_on_while_nobody_knows_its_end() -> None:
    assert said(a_deal("2023-10-20", deliver_on="2023-12-01")) == POD
    assert "4" in rows(answer(a_deal("2023-10-20", deliver_on="2023-12-01")))


def test_stricter_day_stands_even_when_the_rule_has_eased_by_delivery() -> None:
    deal = a_deal("2025-09-01", "SY", item=a_chip(tpp=100), deliver_on="2025-09-10", known_on="2025-09-10")

    assert said(deal) == "prohibited"
    assert rows(answer(deal)) == {"1", "1s", "15"}


def test_both_days_are_told_apart_in_the_answer() -> None:
    got = answer(a_deal("2025-03-15", "MY", deliver_on="2025-06-16"))

    assert any("the stricter stands" in line for line in got.advisories)


def test_memory_rule_is_known_before_compliance_is_due() -> None:
    deal = a_deal("2024-12-10", kind="reexport", start="KR", item=memory(), deliver_on="2025-01-10")

    assert said(deal) == POD


def test_suspension_of_the_affiliates_rule_ends_by_itself() -> None:
    parties = buyers("CN", ownership_by_listed_percent=Decimal(60))
    item = a_chip(tpp=100)

    assert said(a_deal("2026-06-01", item=item, parties=parties, deliver_on="2026-11-10")) == POD
    assert said(a_deal("2026-06-01", item=item, parties=parties, deliver_on="2026-11-09")) == ADV


def test_rule_in_force_is_not_suspended_for_one_who_cannot_know_it() -> None:
    parties = buyers("CN", ownership_by_listed_percent=Decimal(60))
    deal = a_deal("2025-10-15", item=a_chip(tpp=100), parties=parties, deliver_on="2025-12-01")

    assert said(deal) == POD


def test_group_change_is_read_with_what_was_known() -> None:
    before = a_deal("2024-04-01", "DE", parties=buyers("CY"), known_on="2024-05-09", deliver_on="2024-06-15")
    after = a_deal("2024-05-30", "DE", parties=buyers("CY"), deliver_on="2024-06-15")

    assert (said(before), said(after)) == (POD, FREE)


def test_listing_that_nobody_knows_yet_binds_nobody() -> None:
    parties = buyers("CN", name="Moore Threads")
    item = a_chip(tpp=100)

    assert said(a_deal("2023-10-01", item=item, parties=parties, deliver_on="2023-11-01")) == FREE
    assert said(a_deal("2023-10-01", item=item, parties=parties, deliver_on="2023-11-01", known_on="2023-10-17")) == POD


def test_recipients_approved_for_a_time_are_approved_on_both_days() -> None:
    parties = buyers("AE", name="G42")

    assert said(a_deal("2027-03-01", "AE", parties=parties, deliver_on="2027-04-06")) == ADV
    assert said(a_deal("2027-03-01", "AE", parties=parties, deliver_on="2027-04-07")) == POA


def test_same_day_twice_is_one_day() -> None:
    once, twice = answer(a_deal()), answer(a_deal(deliver_on="2026-03-01"))

    assert once.findings == twice.findings
    assert once.outcome is Outcome.LICENCE
