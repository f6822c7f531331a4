"""What somebody has judged and the service remembers: a likeness that is no match, a red flag that is closed.

A clearance is declared and not verified. It never widens: it holds for one party under the names that were looked at,
in one country, and for one entry as it stood that day, or for one kind of red flag. It closes no exact hit, lifts no
bar and answers no `red_flags_closed: false`; every answer in which the party takes part shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from quoting.domain.controls.rulebook import Clearance, EntryRef, ListedParty
from quoting.domain.controls.screening import words
from quoting.domain.controls.sentences import say


class RedFlag(StrEnum):
    """Red flags that can be closed for a party. Source: 15 CFR part 732 Supp. 3; BIS guidance of 2025-05-13."""

    BEHAVIOUR = "diversion"
    LISTED_OWNER = "listed_minority_owner"
    LISTED_SELLER = "listed_seller"
    LISTED_TENANT = "listed_tenant"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A clearance of a party of the transaction. `void`: its entry no longer stands on the list as it was cleared."""

    clearance: Clearance
    void: bool


def entry_digest(entry: ListedParty) -> str:
    """What an entry says of who it is and what it binds: another digest is another entry. SHA-256, hexadecimal."""
    hashed = hashlib.sha256()
    for text in (
        entry.list,
        entry.name,
        *sorted(entry.aliases),
        entry.country,
        entry.footnote,
        str(entry.listed_on),
        str(entry.removed_on),
        entry.review or "",
        entry.citation,
        entry.licence_scope,
    ):
        hashed.update(f"{len(text)}:{text}".encode())
    return hashed.hexdigest()


def reference_to(entry: ListedParty) -> EntryRef:
    return EntryRef(entry.list, entry.name, entry_digest(entry))


def of_party(
    clearances: Iterable[Clearance], name: str | None, aliases: tuple[str, ...], country: str | None
) -> tuple[Clearance, ...]:
    """Those that speak of a party: this name, in this country, under no name that nobody has looked at."""
    if name is None:
        return ()
    names = {words(each) for each in (name, *aliases)}
    return tuple(
        c
        for c in clearances
        if c.country == country
        and words(c.party) == words(name)
        and names <= {words(each) for each in (c.party, *c.aliases)}
    )


def closing(clearances: Iterable[Clearance], entry: ListedParty) -> Clearance | None:
    """The clearance of this very entry, the newest where there are several."""
    found = [c for c in clearances if c.entry is not None and (c.entry.list, c.entry.name) == (entry.list, entry.name)]
    if not found:
        return None
    digest = entry_digest(entry)
    return max((c for c in found if c.entry and c.entry.digest == digest), key=lambda c: (c.on, c.id), default=None)


def remembered(clearances: Iterable[Clearance], entries: frozenset[str]) -> Iterator[Remembered]:
    """Each clearance once. `entries`: digests of the entries that stand on the lists now."""
    for clearance in dict.fromkeys(clearances):
        yield Remembered(clearance, clearance.entry is not None and clearance.entry.digest not in entries)


def told(each: Remembered) -> str:
    """The line of the answer that says it."""
    c = each.clearance
    who = say("cleared_by", by=c.by, on=c.on, why=c.why, id=c.id)
    if c.entry is None:
        return say("flag_closed", flag=c.flag, party=c.party, who=who)
    key = "clearance_void" if each.void else "clearance_stands"
    return say(key, party=c.party, entry=c.entry.name, source=c.entry.list, who=who)
