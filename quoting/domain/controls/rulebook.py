"""The rules, country groups and lists that determinations read: values of the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from quoting.domain.parameters import Rule


@dataclass(frozen=True, slots=True)
class Membership:
    """A country in a group, both days inclusive; an empty start is "since before 2022-10-07" (back-cast).

    `published` and `end_published`: the days on which beginning and end became public (None: when each took effect).
    """

    country: str
    group: str
    start: date | None
    end: date | None
    source: str
    published: date | None = None
    end_published: date | None = None


@dataclass(frozen=True, slots=True)
class ListedParty:
    """An entry of a list. `review` is the policy of its entry in the words of `Review`, None where it has none.

    `licence_scope`: the items for which the entry asks a licence; `note`: what of it is unconfirmed or simplified.
    """

    name: str
    aliases: tuple[str, ...]
    country: str
    list: str
    footnote: str
    listed_on: date | None
    removed_on: date | None
    review: str | None
    citation: str
    url: str
    licence_scope: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where the entries of a list come from and the day they were seen. `imported`: by this installation."""

    list: str
    as_of: date
    entries: int
    url: str
    imported: bool = False


@dataclass(frozen=True, slots=True)
class EntryRef:
    """An entry of a list as it stood when it was looked at. `digest`: that of its data."""

    list: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """A judgement about a party that its tenant keeps: it is not this entry, or a red flag of it is closed.

    `aliases`: the other names that were looked at; `country` null: not known then. One of `entry` and `flag` is there.
    `by`, `on`, `why`: who judged, when and on what grounds; declared, not verified.
    """

    id: str
    party: str
    aliases: tuple[str, ...]
    country: str | None
    entry: EntryRef | None
    flag: str | None
    by: str
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that law needs. `rules` by id; `data_as_of`: the last day the facts behind it were seen.

    `not_covered`: what the determinations do not look at, in words. `clearances`: what the asking tenant has cleared.
    `derived` holds what is computed from rules and lists once (the index of names, places and limits); it is no part of
    the book's value.
    """

    rules: Mapping[str, Rule]
    groups: tuple[Membership, ...]
    listed: tuple[ListedParty, ...]
    data_as_of: date
    not_covered: tuple[str, ...] = ()
    lists: tuple[ListSource, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    derived: dict[str, object] = field(default_factory=dict, compare=False, repr=False, hash=False)
