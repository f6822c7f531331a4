"""The rules, country groups and lists that determinations read: values of the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quoting.domain.parameters import Rule


@dataclass(frozen=True, slots=True)
class Membership:
    """A country in a group, both days inclusive; an empty start is "since before 2022-10-07" (back-cast)."""

    country: str
    group: str
    start: date | None
    end: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ListedParty:
    """An entry of a list. `review` is the policy of its entry in the words of `Review`, None where it has none."""

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


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that law needs. `rules` by id; `data_as_of`: the last day the facts behind it were seen."""

    rules: Mapping[str, Rule]
    groups: tuple[Membership, ...]
    listed: tuple[ListedParty, ...]
    data_as_of: date
