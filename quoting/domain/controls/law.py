"""The rules as one clock shows them: states, numbers, names and places, each looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from quoting.domain.controls.groups import READ_AS, members
from quoting.domain.controls.rulebook import Membership
from quoting.domain.parameters import Clock, Dated, Evidence, Rule


@dataclass(frozen=True, slots=True)
class Header:
    """What a finding says of the rule behind it."""

    jurisdiction: str
    effective_from: date | None
    effective_to: date | None
    published_on: date | None
    citation: str
    url: str
    grade: Evidence
    unconfirmed: str


class Law:
    """The rule book read on one clock. Its answers never change; they are kept because quotes ask often."""

    def __init__(self, rules: Mapping[str, Rule], groups: tuple[Membership, ...], clock: Clock) -> None:
        self.clock = clock
        self._rules = rules
        self._groups = groups
        self._periods: dict[str, Dated | None] = {}
        self._in_force: dict[str, bool] = {}
        self._rows: dict[tuple[str, str], Dated | None] = {}
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._headers: dict[str, Header] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._places: dict[tuple[str, str], frozenset[str]] = {}
        self._derived: dict[str, frozenset[str]] = {}

    def period(self, rule: str) -> Dated | None:
        """The period of a rule that holds; None where it is not in force or not yet public."""
        if rule not in self._periods:
            self._periods[rule] = self._rules[rule].at(self.clock)
        return self._periods[rule]

    def state(self, rule: str) -> str:
        """The state that the period names ("in_force", "suspended" ...), empty where none holds."""
        period = self.period(rule)
        return "" if period is None else str(period.value)

    def in_force(self, rule: str) -> bool:
        if rule not in self._in_force:
            self._in_force[rule] = self.state(rule).startswith("in_force")
        return self._in_force[rule]

    def row(self, rule: str, name: str) -> Dated | None:
        key = (rule, name)
        if key not in self._rows:
            self._rows[key] = self._rules[rule].read(name, self.clock)
        return self._rows[key]

    def number(self, rule: str, name: str) -> Decimal:
        """A limit of a rule.

        Raises:
            LookupError: no row of it holds; ask for the rule's state first.
        """
        row = self.row(rule, name)
        if row is None or not isinstance(row.value, int | Decimal):
            raise LookupError(f"{rule}: no {name} on {self.clock.day}")
        return Decimal(row.value)

    def names(self, rule: str, name: str) -> tuple[str, ...]:
        """A list of names, a single one as a list of one; empty where no row holds."""
        key = (rule, name)
        if key not in self._names:
            row = self.row(rule, name)
            found = () if row is None else row.value
            self._names[key] = found if isinstance(found, tuple) else (str(found),)
        return self._names[key]

    def places(self, rule: str, name: str) -> frozenset[str]:
        """Countries of a list that names countries and country groups, as they stand on the day."""
        key = (rule, name)
        if key not in self._places:
            found: set[str] = set()
            for label in self.names(rule, name):
                found |= self.group(label) if ":" in label or "-" in label else {READ_AS.get(label, label)}
            self._places[key] = frozenset(found)
        return self._places[key]

    def group(self, label: str) -> frozenset[str]:
        if label not in self._members:
            self._members[label] = members(self._groups, label, self.clock)
        return self._members[label]

    def kept(self, name: str, compute: Callable[[Law], frozenset[str]]) -> frozenset[str]:
        """A set of places that follows from others, computed once."""
        if name not in self._derived:
            self._derived[name] = compute(self)
        return self._derived[name]

    def header(self, rule: str) -> Header:
        """What a finding cites: the period that holds, else the first one."""
        if rule not in self._headers:
            self._headers[rule] = self._header(self._rules[rule])
        return self._headers[rule]

    def _header(self, rule: Rule) -> Header:
        period = self.period(rule.id) or rule.periods[0]
        end = period.end
        start = period.start or date.min
        later = [p.start for p in rule.periods if p.start is not None and p.start > start and p.known(self.clock)]
        if end is None and later:
            end = min(later) - timedelta(days=1)
        return Header(
            rule.jurisdiction,
            period.start,
            end,
            period.published,
            period.citation,
            period.url,
            period.grade,
            period.unconfirmed,
        )
