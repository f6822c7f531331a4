"""Dated, cited values: what law and rates say on a day, as far as it was published by another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = int | Decimal | str | bool | tuple[str, ...]


class Evidence(StrEnum):
    """How good a source of law is. P primary text read, S secondary, R recalled, D our own planning value."""

    P = "P"
    S = "S"
    R = "R"
    D = "D"


@dataclass(frozen=True, slots=True)
class Clock:
    """The two clocks of a determination: what is in force on `day`, of what was public by `known_on`."""

    day: date
    known_on: date


@dataclass(frozen=True, slots=True)
class Dated:
    """One value with the days it holds (both inclusive), the day it became public and its source.

    `unconfirmed` is empty or says what about the row could not be confirmed, and stays with the value.
    """

    value: Value
    start: date | None
    end: date | None
    published: date | None
    citation: str
    url: str
    grade: Evidence
    unconfirmed: str = ""
    note: str = ""

    def known(self, clock: Clock) -> bool:
        """Public by `clock.known_on`: the day it appeared or took effect, whichever came first."""
        days = [d for d in (self.published, self.start) if d is not None]
        return not days or min(days) <= clock.known_on

    def holds(self, clock: Clock) -> bool:
        """In force on `clock.day` and public by `clock.known_on`."""
        started = self.start is None or self.start <= clock.day
        return started and (self.end is None or clock.day <= self.end) and self.known(clock)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value through time. Past rows are never edited except to correct them."""

    id: str
    description: str
    unit: str
    values: tuple[Dated, ...]

    def at(self, clock: Clock) -> Dated | None:
        """The row that holds, the latest start first; None where none holds."""
        rows = [row for row in self.values if row.holds(clock)]
        return max(rows, key=lambda row: row.start or date.min) if rows else None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of law: when it holds (`periods`, the value names the state) and the parameters it reads."""

    id: str
    title: str
    jurisdiction: str
    periods: tuple[Dated, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def at(self, clock: Clock) -> Dated | None:
        """The period of the rule that holds; None when it is not in force or not yet public."""
        rows = [row for row in self.periods if row.holds(clock)]
        return max(rows, key=lambda row: row.start or date.min) if rows else None

    def read(self, name: str, clock: Clock) -> Dated | None:
        """The parameter's row that holds.

        Raises:
            KeyError: the rule has no such parameter.
        """
        return self.parameters[name].at(clock)
