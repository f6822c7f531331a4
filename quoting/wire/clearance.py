"""Clearances: what a caller declares, what is stored and pinned, and what is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError

from quoting.domain.controls.clearances import RedFlag
from quoting.domain.controls.judging import entry_to_clear
from quoting.domain.controls.rulebook import Clearance, EntryRef, RuleBook
from quoting.wire.faults import fault, faults_of, invalid
from quoting.wire.fields import Choice, Country, Day, Id, Name
from quoting.wire.json_text import canonical
from quoting.wire.shapes import ListOf, Record, Shape

_MOST_ALIASES = 50
_LONGEST_REASON = 2_000


class ClearedPartyShape(Shape):
    name = Name(required=True)
    aliases = ListOf(Name(), most=_MOST_ALIASES, load_default=())
    country = Country(allow_none=True, load_default=None)


class ClearedEntryShape(Shape):
    list = Id(required=True)
    name = Name(required=True)
    digest = Id(load_default=None)


class ClearanceShape(Shape):
    """A judgement: one party, and either an entry that it is not or a red flag of it that is closed."""

    party = Record(ClearedPartyShape, required=True)
    entry = Record(ClearedEntryShape, load_default=None)
    red_flag = Choice(*RedFlag, load_default=None)
    by = Name(required=True)
    on = Day()
    why = Name(_LONGEST_REASON, required=True)


class WithdrawalShape(Shape):
    """Who takes a clearance back, and why."""

    by = Name(required=True)
    why = Name(_LONGEST_REASON, required=True)


def load_clearance(document: Any, book: RuleBook, today: date) -> Clearance:
    """A judgement about an entry as it stands on the lists now, without an id.

    Raises:
        RequestInvalid: a field is wrong, or the party is no mere likeness of the entry.
    """
    try:
        data = ClearanceShape().load(document)
    except ValidationError as error:
        raise invalid(faults_of(error.messages)) from None
    party, entry, flag = data["party"], data["entry"], data["red_flag"]
    if (entry is None) == (flag is None):
        raise invalid([fault("required", "names either an entry or a red flag", "entry")])
    if data.get("on", today) > today:
        raise invalid([fault("out_of_range", "lies in the future", "on")])
    names = (party["name"], *party["aliases"])
    return Clearance(
        id="",
        party=party["name"],
        aliases=party["aliases"],
        country=party["country"],
        entry=entry and entry_to_clear(book, names, party["country"], entry["list"], entry["name"], entry["digest"]),
        flag=flag,
        by=data["by"],
        on=data.get("on", today),
        why=data["why"],
    )


def load_withdrawal(document: Any) -> tuple[str, str]:
    """Who takes a clearance back, and why. Raises RequestInvalid."""
    try:
        data = WithdrawalShape().load(document)
    except ValidationError as error:
        raise invalid(faults_of(error.messages)) from None
    return data["by"], data["why"]


def print_clearance(clearance: Clearance) -> dict[str, Any]:
    """As it is stored, pinned and shown. One of `entry` and `red_flag` is null."""
    entry = clearance.entry
    return {
        "id": clearance.id,
        "party": {"name": clearance.party, "aliases": list(clearance.aliases), "country": clearance.country},
        "entry": None if entry is None else {"list": entry.list, "name": entry.name, "digest": entry.digest},
        "red_flag": clearance.flag,
        "by": clearance.by,
        "on": clearance.on.isoformat(),
        "why": clearance.why,
    }


def read_clearance(document: Mapping[str, Any]) -> Clearance:
    """What `print_clearance` has printed, whatever the lists say now."""
    party, entry = document["party"], document["entry"]
    return Clearance(
        id=document["id"],
        party=party["name"],
        aliases=tuple(party["aliases"]),
        country=party["country"],
        entry=None if entry is None else EntryRef(entry["list"], entry["name"], entry["digest"]),
        flag=document["red_flag"],
        by=document["by"],
        on=date.fromisoformat(document["on"]),
        why=document["why"],
    )


def clearances_text(clearances: Iterable[Clearance]) -> str:
    """Clearances as canonical JSON (RFC 8785), by id; empty where there are none."""
    documents = [print_clearance(each) for each in sorted(clearances, key=lambda c: c.id)]
    return canonical(documents).decode() if documents else ""


def read_clearances(text: str) -> tuple[Clearance, ...]:
    return tuple(read_clearance(each) for each in json.loads(text)) if text else ()
