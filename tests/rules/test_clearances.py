"""What was cleared is remembered, shows in later answers, and never widens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from quoting.domain.controls.clearances import RedFlag, entry_digest
from quoting.domain.controls.determination import Determination, Outcome
from quoting.domain.controls.determine import determine
from quoting.domain.controls.index import index
from quoting.domain.controls.judging import entry_to_clear
from quoting.domain.controls.rulebook import Clearance, ListedParty, RuleBook
from quoting.domain.errors import RequestInvalid
from quoting.domain.transaction import Evidence, Transaction
from quoting.wire.clearance import clearances_text, load_clearance, read_clearances
from quoting.wire.determination import dump_determination
from tests.rules.builders_law import a_chip, a_deal, a_party, buyers, the_rules

TODAY = date(2026, 3, 2)
SMALL = a_chip(tpp=100, interconnect_gb_s=64)
ENTRY = ListedParty(
    "Zhengda Quantum Foundry", (), "CN", "EL", "", date(2020, 1, 1), None, "presumption_of_denial", "invented", ""
)
SISTER = replace(ENTRY, name="Zhengdo Quantum Foundry")
LIKE = "Zhengde Quantum Foundry"


def book(*entries: ListedParty, clearances: tuple[Clearance, ...] = ()) -> RuleBook:
    return replace(the_rules(), listed=(*the_rules().listed, *entries), clearances=clearances, derived={})


def deal(name: str = LIKE, country: str = "DE", **more: Any) -> Transaction:
    parties = buyers(country, name=name, **more.pop("party", {}))
    return a_deal(to=country, item=SMALL, parties=parties, evidence=Evidence(None, None, None), **more)


def judged(entry: ListedParty = ENTRY, **changes: Any) -> Clearance:
    cleared = entry_to_clear(book(ENTRY, SISTER), (LIKE,), "DE", entry.list, entry.name)
    whole = Clearance("c1", LIKE, (), "DE", cleared, None, "R. Weiss, compliance", TODAY, "another register entry")
    return replace(whole, **changes)


def closed(flag: RedFlag, party: str = LIKE, country: str | None = "DE") -> Clearance:
    return Clearance("f1", party, (), country, None, flag, "R. Weiss, compliance", TODAY, "seen on site")


def everything(made: Determination) -> str:
    return "\n".join((*(f.because for f in made.findings), *made.advisories))


def test_likeness_that_nobody_looked_at_stays_undetermined() -> None:
    assert determine(deal(), book(ENTRY)).outcome is Outcome.CANNOT_DETERMINE


def test_cleared_likeness_is_an_advisory_that_says_who_when_and_why() -> None:
    made = determine(deal(), book(ENTRY, clearances=(judged(),)))

    assert made.outcome is Outcome.ADVISORY
    found = next(f for f in made.findings if dict(f.values_read)["row"] == "cleared")
    assert "R. Weiss, compliance on 2026-03-02: another register entry (declared, not verified)" in found.because
    assert dict(found.values_read)["clearance"] == "c1"


def test_cleared_likeness_is_a_condition_of_the_deal() -> None:
    made = determine(deal(), book(ENTRY, clearances=(judged(),)))

    assert any("is a judgement of R. Weiss, compliance, declared and not verified" in c for c in made.conditions)


def test_cleared_likeness_is_not_asked_for_again() -> None:
    made = determine(deal(), book(ENTRY, clearances=(judged(),)))

    assert not [q for q in made.open_questions if q.fact.endswith(".name")]


def test_clearance_of_one_entry_clears_no_other() -> None:
    made = determine(deal(), book(ENTRY, SISTER, clearances=(judged(),)))

    assert made.outcome is Outcome.CANNOT_DETERMINE
    assert "close to the entry Zhengdo Quantum Foundry" in everything(made)


def test_both_entries_cleared_leave_two_advisories() -> None:
    both = (judged(), judged(SISTER, id="c2"))

    made = determine(deal(), book(ENTRY, SISTER, clearances=both))

    assert made.outcome is Outcome.ADVISORY
    assert [dict(f.values_read)["row"] for f in made.findings].count("cleared") == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"aliases": ("ZQF",)},
        {"country": "HK"},
        {"licence_scope": "all items subject to the EAR"},
        {"review": "policy_of_denial"},
        {"citation": "a newer notice"},
    ],
    ids=str,
)
def test_entry_that_has_changed_makes_its_clearance_void_and_says_so(changed: dict[str, Any]) -> None:
    made = determine(deal(), book(replace(ENTRY, **changed), clearances=(judged(),)))

    assert made.outcome is Outcome.CANNOT_DETERMINE
    assert "VOID" in everything(made)
    assert dump_determination(made)["clearances"][0]["void"] is True


def test_entry_that_has_another_name_makes_the_clearance_void() -> None:
    made = determine(deal(), book(SISTER, clearances=(judged(),)))

    assert made.outcome is Outcome.CANNOT_DETERMINE
    assert "VOID" in everything(made)


def test_address_and_note_of_an_entry_may_change_without_another_look() -> None:
    moved = replace(ENTRY, url="another address", note="another note")

    assert entry_digest(moved) == entry_digest(ENTRY)


@pytest.mark.parametrize(
    ("name", "country", "party"),
    [
        ("Zhengdu Quantum Foundry", "DE", {}),
        (LIKE, "FR", {}),
        (LIKE, "DE", {"aliases": ("Zhengda Quantum",)}),
    ],
    ids=["another name", "another country", "an alias that nobody looked at"],
)
def test_clearance_holds_for_the_party_that_was_looked_at_only(name: str, country: str, party: dict[str, Any]) -> None:
    made = determine(deal(name, country, party=party), book(ENTRY, clearances=(judged(),)))

    assert made.outcome.strictness >= Outcome.CANNOT_DETERMINE.strictness
    assert made.clearances == ()


def test_cleared_party_does_not_clear_its_namesake_in_another_country() -> None:
    parties = (a_party("purchaser", "DE", name=LIKE), a_party("end_user", "FR", name=LIKE))
    both = a_deal(to="DE", item=SMALL, parties=parties, evidence=Evidence(None, None, None))

    assert determine(both, book(ENTRY, clearances=(judged(),))).outcome is Outcome.CANNOT_DETERMINE


def test_spelling_of_the_name_does_not_matter_to_a_clearance() -> None:
    made = determine(deal("ZHENGDE  Quantum-Foundry"), book(ENTRY, clearances=(judged(),)))

    assert made.outcome is Outcome.ADVISORY


def test_exact_hit_is_not_cleared_by_anything_that_is_stored() -> None:
    exact = judged(party=ENTRY.name)

    made = determine(deal(ENTRY.name, "CN"), book(ENTRY, clearances=(replace(exact, country="CN"),)))

    assert made.outcome is Outcome.LICENCE


def test_exact_hit_cannot_be_cleared() -> None:
    with pytest.raises(RequestInvalid, match="exact hit is never cleared"):
        entry_to_clear(book(ENTRY), (ENTRY.name,), "DE", "EL", ENTRY.name)


def test_entry_that_the_party_does_not_resemble_cannot_be_cleared() -> None:
    with pytest.raises(RequestInvalid, match="finds no likeness"):
        entry_to_clear(book(ENTRY), ("Lanzhou Compute",), "CN", "EL", ENTRY.name)


def test_one_of_two_entries_of_one_name_is_chosen_by_its_digest() -> None:
    twin = replace(ENTRY, country="HK")
    two = book(ENTRY, twin)

    with pytest.raises(RequestInvalid, match="add the digest"):
        entry_to_clear(two, (LIKE,), "DE", "EL", ENTRY.name)
    assert entry_to_clear(two, (LIKE,), "DE", "EL", ENTRY.name, entry_digest(twin)).digest == entry_digest(twin)


def test_closed_red_flag_shows_in_the_answer_and_changes_no_outcome() -> None:
    known = book(clearances=(closed(RedFlag.BEHAVIOUR),))

    made = determine(deal(), known)

    assert made.outcome is determine(deal(), the_rules()).outcome
    assert "Red flag diversion of Zhengde Quantum Foundry was closed by R. Weiss" in everything(made)


def test_flag_that_the_request_calls_open_stays_open_whatever_is_remembered() -> None:
    open_flag = replace(deal(), evidence=Evidence(None, None, False))

    made = determine(open_flag, book(clearances=(closed(RedFlag.BEHAVIOUR),)))

    assert made.outcome is Outcome.CANNOT_DETERMINE


def test_answer_without_a_cleared_party_says_nothing_of_clearances() -> None:
    known = replace(the_rules(), clearances=(closed(RedFlag.BEHAVIOUR),))
    other = deal("Lanzhou Compute", "CN")

    assert dump_determination(determine(other, known)) == dump_determination(determine(other, the_rules()))


def test_clearances_are_read_as_they_were_written() -> None:
    both = (judged(), closed(RedFlag.LISTED_SELLER, country=None))

    assert read_clearances(clearances_text(both)) == both
    assert clearances_text(()) == ""


def declared(**changes: Any) -> dict[str, Any]:
    whole = {
        "party": {"name": LIKE, "country": "DE"},
        "entry": {"list": "EL", "name": ENTRY.name},
        "by": "R. Weiss",
        "on": "2026-03-01",
        "why": "another register entry",
    }
    return {**whole, **changes}


def test_declared_clearance_is_bound_to_the_entry_as_it_stands() -> None:
    loaded = load_clearance(declared(), book(ENTRY), TODAY)

    assert loaded.entry is not None and loaded.entry.digest == entry_digest(ENTRY)
    assert (loaded.by, loaded.on, loaded.why) == ("R. Weiss", date(2026, 3, 1), "another register entry")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"why": None}, "/why"),
        ({"by": ""}, "/by"),
        ({"on": "2026-03-03"}, "/on"),
        ({"entry": None}, "/entry"),
        ({"red_flag": "diversion"}, "/entry"),
        ({"red_flag": "all"}, "/red_flag"),
        ({"entry": {"list": "EL"}}, "/entry/name"),
        ({"entry": {"list": "TW-SHTC", "name": ENTRY.name}}, "/entry"),
        ({"party": {"name": LIKE, "country": "XX"}}, "/party/country"),
        ({"scope": "everything"}, "/scope"),
    ],
    ids=str,
)
def test_wrong_clearance_names_the_field(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        load_clearance(declared(**changes), book(ENTRY), TODAY)

    assert pointer in [f.pointer for f in refused.value.faults]


def test_index_of_names_is_built_once_for_all_tenants() -> None:
    mine = replace(the_rules(), clearances=(closed(RedFlag.BEHAVIOUR),))

    assert index(mine) is index(the_rules())
