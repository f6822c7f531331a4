"""Equal requests have equal answers, to the digest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import a_request, an_offer

SOURCING = Path(__file__).parents[1] / "data" / "sourcing"
SEED = json.loads((Path(__file__).parents[2] / "examples" / "bytedance-2025.json").read_text(encoding="utf-8"))


def upside_down(value):
    """The same JSON value with the members of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: upside_down(value[key]) for key in reversed(value)}
    return [upside_down(item) for item in value] if isinstance(value, list) else value


def digest_of(result):
    return result["reproducibility"]["result"]


@pytest.mark.parametrize("request_", [SEED, a_request()], ids=["seed", "small"])
def test_the_order_of_members_does_not_matter(answer, request_):
    assert digest_of(answer(request_)) == digest_of(answer(upside_down(request_)))


def test_the_order_of_offers_does_not_change_the_plan(answer):
    offers = [an_offer(f"o{n}", price=f"{8000 + n}.00", available_qty=4) for n in range(1, 5)]

    forwards, backwards = (answer(a_request(offers=list(o)))["plans"] for o in (offers, reversed(offers)))

    assert forwards == backwards


def test_a_client_reference_is_no_part_of_the_answer(answer):
    assert digest_of(answer(a_request(client_ref="a"))) == digest_of(answer(a_request(client_ref="b")))


def test_the_answer_is_another_when_the_reference_data_is_of_another_day(answer):
    one, other = answer(a_request()), answer(a_request(as_of="2026-03-03"))

    assert one["reproducibility"]["snapshot"] != other["reproducibility"]["snapshot"]


def test_a_full_explanation_is_the_same_twice_although_it_is_cut_short(answer):
    """What is explained ends by nodes of the search, not by the clock."""
    request = json.loads((SOURCING / "power-S-101.json").read_text(encoding="utf-8"))
    request["solve"]["time_limit_s"] = 60

    one, other = answer(request), answer(request)

    assert any("no effort was left" in note for note in one["explain_notes"])
    assert digest_of(one) == digest_of(other)
