"""The official screening list, brought in from a file of its own format. Every party here is invented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quoting.adapters.feeds.screening_list import ListRefused, import_list, imported_lists
from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rules
from quoting.domain.controls.determine import determine
from quoting.domain.controls.rulebook import RuleBook
from tests.rules.builders_law import a_chip, a_deal, buyers

SEEN = date(2026, 11, 20)
ENTITY_LIST = "Entity List (EL) - Bureau of Industry and Security"


def an_entry(
    number: int, source: str = "Entity List (EL) - Bureau of Industry and Security", **more: Any
) -> dict[str, Any]:
    return {
        "id": str(number),
        "name": f"Invented Zorblatt {number} Ltd",
        "alt_names": [f"Zorblatt {number} Trading"],
        "source": source,
        "addresses": [{"country": "DE"}],
        "programs": [],
        "federal_register_notice": "00 FR 00000",
        "start_date": "2025-01-01",
        "end_date": None,
        "license_policy": "Policy of denial for all items",
        **more,
    }


def a_file(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"total": len(entries), "results": entries}).encode()


def a_book(folder: Path) -> RuleBook:
    return parse_rules({**read_bundle(), **imported_lists(folder)})


def outcome(folder: Path, name: str) -> str:
    deal = a_deal("2026-11-22", "DE", item=a_chip(tpp=100, interconnect_gb_s=64), parties=buyers("DE", name=name))
    made = determine(deal, a_book(folder))
    return " ".join(x for x in (made.outcome, made.review_policy) if x)


def test_imported_entry_of_the_entity_list_binds_with_its_own_policy(tmp_path: Path) -> None:
    import_list(a_file(an_entry(1)), SEEN, tmp_path, 90)

    assert outcome(tmp_path, "Zorblatt 1 Trading GmbH") == "licence_required policy_of_denial"


def test_imported_denied_person_is_prohibited(tmp_path: Path) -> None:
    import_list(a_file(an_entry(1, "DPL")), SEEN, tmp_path, 90)

    assert outcome(tmp_path, "Invented Zorblatt 1 Ltd") == "prohibited"


def test_imported_entry_of_another_list_is_not_let_through(tmp_path: Path) -> None:
    import_list(a_file(an_entry(1, "SDN", start_date=None)), SEEN, tmp_path, 90)

    assert outcome(tmp_path, "Invented Zorblatt 1 Ltd") == "cannot_determine"


def test_every_answer_says_how_old_each_list_is(tmp_path: Path) -> None:
    import_list(a_file(an_entry(1)), SEEN, tmp_path, 90)

    ages = [(s.list, s.as_of, s.entries) for s in a_book(tmp_path).lists if s.imported]
    assert ages == [("EL", SEEN, 1)]


def test_load_that_shrinks_beyond_the_bound_is_refused_and_the_last_good_copy_stays(tmp_path: Path) -> None:
    import_list(a_file(*(an_entry(n) for n in range(10))), SEEN, tmp_path, 90)

    with pytest.raises(ListRefused, match="EL would shrink from 10 to 8"):
        import_list(a_file(*(an_entry(n) for n in range(8))), date(2026, 11, 21), tmp_path, 90)

    assert next(s for s in a_book(tmp_path).lists if s.imported).as_of == SEEN


def test_least_step_of_the_bound_refuses_a_load_that_stands_at_it(tmp_path: Path) -> None:
    bound = int(str(a_book(tmp_path).rules["list-import"].parameters["least_share"].values[-1].value))
    import_list(a_file(*(an_entry(n) for n in range(100))), SEEN, tmp_path, bound)
    smaller = a_file(*(an_entry(n) for n in range(bound)))

    with pytest.raises(ListRefused, match="would shrink"):
        import_list(smaller, SEEN, tmp_path, bound + 1)
    assert import_list(smaller, SEEN, tmp_path, bound).entries == {"EL": bound}


def test_load_that_shrinks_within_the_bound_is_taken(tmp_path: Path) -> None:
    import_list(a_file(*(an_entry(n) for n in range(10))), SEEN, tmp_path, 90)

    assert import_list(a_file(*(an_entry(n) for n in range(9))), SEEN, tmp_path, 90).entries == {"EL": 9}


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b'{"results": 1}', a_file(), a_file(an_entry(1, "XX")), a_file(an_entry(1, start_date="soon"))],
)
def test_broken_file_is_refused_and_nothing_is_written(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(ListRefused):
        import_list(text, SEEN, tmp_path, 90)

    assert imported_lists(tmp_path) == {}
