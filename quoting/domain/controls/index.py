"""What determinations compute from a rule book once: names, places, limits, and the law on each clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from quoting.domain.controls.clearances import entry_digest
from quoting.domain.controls.groups import HOME, READ_AS
from quoting.domain.controls.law import Law
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.controls.screening import Roll, Spelling
from quoting.domain.parameters import Clock, Dated, Rule

_MOST_CLOCKS = 2_000
ELSEWHERE = "any other country"  # a place that no rule names

# Which limits a figure is compared with: an unknown one is tried on both sides of each.
COMPARED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "tpp": (
        ("is-informed-2022-a100-h100", "tpp"),
        ("eccn-3a090-2022", "tpp"),
        ("eccn-3a090-2023", "tpp_a"),
        ("eccn-3a090-2023", "tpp_dense"),
        ("eccn-3a090-2023", "tpp_b"),
        ("eccn-3a090-2023", "tpp_not_data_centre"),
        ("ac-rule-2023", "immediate_tpp"),
        ("china-case-by-case-2026", "tpp"),
    ),
    "performance_density": (
        ("eccn-3a090-2023", "density_a"),
        ("eccn-3a090-2023", "density_b"),
        ("eccn-3a090-2023", "density_b_low"),
    ),
    "interconnect_gb_s": (
        ("is-informed-2022-a100-h100", "interconnect"),
        ("eccn-3a090-2022", "interconnect"),
        ("h20-mi308-is-informed-2025", "interconnect"),
    ),
    "memory_bandwidth_gb_s": (
        ("h20-mi308-is-informed-2025", "memory_bandwidth"),
        ("china-case-by-case-2026", "memory_bandwidth"),
    ),
    "hbm_density_gb_s_mm2": (("hbm-and-fdp-2024", "density"), ("hbm-exception", "density")),
    "ownership_by_listed_percent": (("affiliates-rule-2025", "share"),),
}


class Index:
    """Read-only but for what it remembers; two determinations never see each other through it."""

    def __init__(self, book: RuleBook) -> None:
        self._rules = book.rules
        self._groups = book.groups
        self._laws: dict[Clock, Law] = {}
        self._days: dict[date, tuple[date, ...]] = {}
        self.roll = Roll(book.listed, _spelling(book.rules["name-screening"]))
        self.limits = {fact: _limits(book, pairs) for fact, pairs in COMPARED.items()}
        self.values = {fact: either_side(limits) for fact, limits in self.limits.items()}
        self.countries = _countries(book)
        self.turns = _turns(book)
        self._listed = book.listed

    @cached_property
    def entries(self) -> frozenset[str]:
        """Digests of the entries of all lists, for who has cleared one of them."""
        return frozenset(entry_digest(entry) for entry in self._listed)

    def law(self, clock: Clock) -> Law:
        """The law on a clock, kept. Days between two changes read the same law: it is made for the first of them."""
        found = self._laws.get(clock)
        if found is None:
            if len(self._laws) >= _MOST_CLOCKS:
                self._laws.clear()
            first = Clock(self._turn(clock.day), self._turn(clock.known_on))
            found = self._laws.get(first) or Law(self._rules, self._groups, first)
            self._laws[first] = self._laws[clock] = found
        return found

    def days(self, known_on: date, compute: Callable[[], tuple[date, ...]]) -> tuple[date, ...]:
        """The days on which something public by `known_on` begins or ends, computed once."""
        if known_on not in self._days:
            if len(self._days) >= _MOST_CLOCKS:
                self._days.clear()
            self._days[known_on] = compute()
        return self._days[known_on]

    def _turn(self, day: date) -> date:
        """The last day up to this one on which anything in the book begins, has ended or became public."""
        return self.turns[max(bisect_right(self.turns, day) - 1, 0)]


def index(book: RuleBook) -> Index:
    """The index of a book, built at its first use and kept in it."""
    found = book.derived.get("index")
    if not isinstance(found, Index):
        found = book.derived["index"] = Index(book)
    return found


def either_side(limits: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """Values below, at, between and above the limits: each comparison with them comes out both ways."""
    points = [Decimal(0), *sorted({x for x in limits if x > 0})]
    between = [(low + high) / 2 for low, high in pairwise(points)]
    return tuple(sorted({*points, *between, points[-1] + 1}))


def _turns(book: RuleBook) -> tuple[date, ...]:
    days = {date.min}
    rows = [row for rule in book.rules.values() for row in rule.periods]
    rows += [row for rule in book.rules.values() for p in rule.parameters.values() for row in p.values]
    spans = [(row.start, row.end, row.published) for row in rows]
    spans += [(m.start, m.end, m.published) for m in book.groups]
    spans += [(None, None, m.end_published) for m in book.groups]
    spans += [(e.listed_on, None, e.removed_on) for e in book.listed]
    for start, end, published in spans:
        days.update(d for d in (start, published) if d is not None)
        if end is not None:
            days.add(end + timedelta(days=1))
    return tuple(sorted(days))


def _limits(book: RuleBook, pairs: tuple[tuple[str, str], ...]) -> tuple[Decimal, ...]:
    rows = [row for rule, name in pairs for row in book.rules[rule].parameters[name].values]
    return tuple(sorted({Decimal(row.value) for row in rows if isinstance(row.value, int | Decimal)}))


def _countries(book: RuleBook) -> frozenset[str]:
    named = {m.country for m in book.groups}
    for rule in book.rules.values():
        for parameter in rule.parameters.values():
            if "ISO 3166" in parameter.unit:
                for row in parameter.values:
                    named.update(x for x in _texts(row) if len(x) == len(HOME))
    return frozenset({READ_AS.get(c, c) for c in named} | {HOME, ELSEWHERE})


def _texts(row: Dated) -> tuple[str, ...]:
    return row.value if isinstance(row.value, tuple) else (str(row.value),)


def _spelling(rule: Rule) -> Spelling:
    value = {name: parameter.values[-1] for name, parameter in rule.parameters.items()}
    return Spelling(
        legal_forms=frozenset(_texts(value["legal_forms"])),
        legal_endings=tuple(sorted(_texts(value["legal_endings"]), key=len, reverse=True)),
        spellings={a: b for a, _, b in (pair.partition("=") for pair in _texts(value["spellings"]))},
        generic=frozenset(_texts(value["generic"])),
        near_score=float(str(value["near_score"].value)),
        word_score=float(str(value["word_score"].value)),
        short_alias=int(str(value["short_alias"].value)),
        brand_length=int(str(value["brand_length"].value)),
    )
