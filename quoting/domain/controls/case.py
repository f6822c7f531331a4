"""A deal on one clock, in one reading of what is unknown: the only thing that rules look at.

A rule never sees an unknown value. It asks a yes-or-no question; where the fact is unknown and both answers are still
possible, the case forks: it answers yes now and `unknown.explore` runs the rules again with no. Questions asked later
of the same fact are answered in accord with the earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import cast

from quoting.domain.controls.classification import ItemClass, classify
from quoting.domain.controls.deal import HOLDERS, Actor, Deal, Key, party_roles
from quoting.domain.controls.determination import Considered, OpenQuestion
from quoting.domain.controls.groups import HOME, place
from quoting.domain.controls.index import Index, either_side
from quoting.domain.controls.law import Law
from quoting.domain.transaction import MovementKind, PartyType, Role

Candidates = frozenset[object]
EITHER: Candidates = frozenset({True, False})


class Case:
    """One reading of a deal. `path`: the answers to the forks so far, yes or no; new forks answer yes."""

    def __init__(self, deal: Deal, law: Law, index: Index, path: tuple[bool, ...] = ()) -> None:
        self.deal = deal
        self.item = deal.item
        self.law = law
        self.index = index
        self.forks: list[tuple[Key, bool]] = []
        self.lines: list[str] = []
        self.conditions: list[str] = []
        self.questions: list[OpenQuestion] = []
        self.considered: list[Considered] = []
        self.certain = 0  # findings made before any unknown fact was asked for
        self._path = path
        self._possible: dict[Key, Candidates] = {}
        self._class: ItemClass | None = None
        self.kind = self._resolved_kind()
        self.iaas = self.kind is MovementKind.IAAS
        self.parties = deal.in_roles(party_roles(deal.kind))

    # -- what is asked of the item

    @property
    def item_class(self) -> ItemClass:
        """What the item is under 3A090 as defined on the day."""
        if self._class is None:
            self._class = classify(self)
        return self._class

    def figure(self, fact: str) -> Decimal | None:
        return cast("Decimal | None", getattr(self.item, fact))

    def reaches(self, fact: str, limit: Decimal) -> bool:
        """Whether a figure of the item is at or above a limit."""
        value = self.figure(fact)
        if value is not None:
            return value >= limit
        return self._figure_is(("item", fact), self._figures(fact), lambda v: v >= limit)

    def exceeds(self, fact: str, limit: Decimal) -> bool:
        """Whether a figure of the item is strictly above a limit."""
        value = self.figure(fact)
        if value is not None:
            return value > limit
        return self._figure_is(("item", fact), self._figures(fact), lambda v: v > limit)

    def dense(self, limit: Decimal) -> bool:
        """Whether TPP over applicable die area is at or above a limit; without a non-planar die it never is."""
        item = self.item
        if item.performance_density is not None:
            return item.performance_density >= limit
        area = item.die_area_mm2
        if area is None:
            return self.reaches("performance_density", limit)
        return area > 0 and self.reaches("tpp", limit * area)

    def _figures(self, fact: str) -> tuple[Decimal, ...]:
        area = self.item.die_area_mm2
        if fact == "tpp" and area:  # density follows from TPP then: its limits are limits of TPP too
            densities = self.index.limits["performance_density"]
            return either_side((*self.index.limits[fact], *(d * area for d in densities)))
        return self.index.values[fact]

    @property
    def for_data_centres(self) -> bool:
        """Designed or marketed for data centres, or not known not to be (contract, section 5)."""
        return self.item.marketed_for_datacenter is not False

    def named(self, chips: Iterable[str]) -> bool:
        """Whether the item's own name or id holds one of these chip names."""
        return any(frozenset(chip.casefold().split()) <= self.deal.item_words for chip in chips)

    def designed_by(self, firms: Iterable[str], homes: frozenset[str] = frozenset({HOME})) -> bool:
        """Whether one of these firms designed it. An unknown designer outside their `homes` is none of them."""
        known = [frozenset(firm.casefold().split()) <= self.deal.item_words for firm in firms]
        if any(known):
            return True
        if self.item.designer is not None:
            return False
        sits_there = self.designer_in(homes) if known else False
        return sits_there and self.ask(("item", "designer"), EITHER, frozenset({True}))

    def designer_in(self, places: frozenset[str]) -> bool:
        return self.within(("item", "designer_hq_country"), place(self.item.designer_hq_country), places)

    # -- where it goes

    def goes_to(self, places: frozenset[str]) -> bool:
        return self.within(("movement", "to_country"), self.deal.to_country, places)

    def comes_from(self, places: frozenset[str]) -> bool:
        return self.within(("movement", "from_country"), self.deal.from_country, places)

    def within(self, key: Key, country: str | None, places: frozenset[str]) -> bool:
        """Whether a place is among others; an unknown one may be any."""
        if country is not None:
            return country in places
        return self.ask(key, self.index.countries, places)

    def _resolved_kind(self) -> MovementKind:
        """A lease counts as the export, reexport or transfer that its two countries make it."""
        kind = self.deal.kind
        if kind is not MovementKind.LEASE:
            return kind
        start, goal = self.deal.from_country, self.deal.to_country
        if start is None and goal is None:
            same = self.ask(("movement", "to_country", "same"), EITHER, frozenset({True}))
        elif start is None or goal is None:
            other = frozenset({start or goal or HOME})
            same = self.comes_from(other) if start is None else self.goes_to(other)
        else:
            same = start == goal
        home = self.comes_from(frozenset({HOME}))
        if same:
            return MovementKind.DOMESTIC if home else MovementKind.TRANSFER
        return MovementKind.EXPORT if home else MovementKind.REEXPORT

    # -- who

    def headquartered(self, actor: Actor, places: frozenset[str]) -> bool:
        """Headquartered there, or with the ultimate parent headquartered there; what is known is asked first."""
        if actor.hq in places or actor.parent in places:
            return True
        return (actor.hq is None and self.within(actor.fact("hq_country"), None, places)) or (
            actor.parent is None and self.within(actor.fact("ultimate_parent_hq_country"), None, places)
        )

    def at_home(self, actor: Actor, places: frozenset[str]) -> bool:
        """Located, headquartered or parented there."""
        if actor.country in places:
            return True
        return self.headquartered(actor, places) or self.located(actor, places)

    def located(self, actor: Actor, places: frozenset[str]) -> bool:
        return self.within(actor.fact("country"), actor.country, places)

    def owned(self, actor: Actor, share: Decimal, strictly: bool = False) -> bool:
        """Whether listed parties own at least (strictly: more than) this percentage of it."""
        if actor.owned is not None:
            return actor.owned > share if strictly else actor.owned >= share
        key, values = actor.fact("ownership_by_listed_percent"), self.index.values["ownership_by_listed_percent"]
        return self._figure_is(key, values, lambda v: v > share if strictly else v >= share)

    @property
    def end_users(self) -> tuple[Actor, ...]:
        """The end users; where none is named those who receive the machines, then the parties there are."""
        for roles in ((Role.END_USER,), (Role.CONSIGNEE,), (Role.PURCHASER,)):
            found = tuple(a for a in self.parties if a.role in roles)
            if found:
                return found
        return self.parties

    @property
    def tenants(self) -> tuple[Actor, ...]:
        """Who uses the compute of others: the tenant, and under iaas_access everybody but owner and operator."""
        if self.iaas:
            return tuple(a for a in self.deal.actors if a.role not in HOLDERS)
        return tuple(a for a in self.deal.actors if a.role is Role.TENANT and a not in self.parties)

    @staticmethod
    def is_government(actor: Actor) -> bool:
        return actor.type is PartyType.GOVERNMENT

    # -- what a rule leaves beside its finding

    def line(self, text: str) -> None:
        """An entry of `advisories`: it leaves the outcome as it is."""
        if text not in self.lines:
            self.lines.append(text)

    def condition(self, text: str) -> None:
        if text not in self.conditions:
            self.conditions.append(text)

    def closed(self, exception: str, because: str) -> None:
        """A licence exception that was considered and is not open."""
        looked_at = Considered(exception, because)
        if looked_at not in self.considered:
            self.considered.append(looked_at)

    def question(self, fact: str, question: str, who: str, citation: str, unlocks: str) -> None:
        asked = OpenQuestion(fact, question, who, citation, unlocks)
        if asked not in self.questions:
            self.questions.append(asked)

    # -- forks

    def _figure_is(self, key: Key, values: tuple[Decimal, ...], test: Callable[[Decimal], bool]) -> bool:
        return self.ask(key, frozenset(values), frozenset(v for v in values if test(v)))

    def ask(self, key: Key, candidates: Candidates, yes_for: frozenset[object]) -> bool:
        """Whether an unknown fact has one of some values, in accord with what was answered of it before."""
        possible = self._possible.get(key, candidates)
        yes = possible & yes_for
        if not yes or len(yes) == len(possible):
            return bool(yes)
        taken = len(self.forks)
        answer = self._path[taken] if taken < len(self._path) else True
        self.forks.append((key, answer))
        self._possible[key] = yes if answer else possible - yes_for
        return answer
