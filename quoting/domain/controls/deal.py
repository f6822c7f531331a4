"""A transaction made ready: places as the rules read them, names screened, everybody in his role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from quoting.domain.controls.clearances import of_party
from quoting.domain.controls.groups import HOME, place
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.controls.screening import NOTHING, Roll, Screened, words
from quoting.domain.transaction import Item, MovementKind, PartyType, Role, Transaction, TransactionParty

Key = tuple[str, ...]  # names a fact: ("item", "tpp"), ("party", "example buyer", "hq_country")

# Source: facts, section 5, "Party": never the seller; under iaas_access owner and operator only.
PARTY_ROLES = frozenset(
    {Role.PURCHASER, Role.INTERMEDIATE, Role.CONSIGNEE, Role.END_USER, Role.DC_OWNER, Role.DC_OPERATOR}
)
HOLDERS = frozenset({Role.DC_OWNER, Role.DC_OPERATOR})


def party_roles(kind: MovementKind) -> frozenset[Role]:
    """Who counts as a party; a tenant to whom a lease hands the machines receives them."""
    if kind is MovementKind.IAAS:
        return HOLDERS
    return PARTY_ROLES | {Role.TENANT} if kind is MovementKind.LEASE else PARTY_ROLES


@dataclass(frozen=True, slots=True)
class Actor:
    """A party as the rules read it. `key` is shared by parties of one name: what is unknown of them is one unknown."""

    key: str
    role: Role
    name: str | None
    country: str | None
    hq: str | None
    parent: str | None
    owned: Decimal | None
    type: PartyType
    owners_listed: tuple[str, ...]
    names: tuple[str, ...]
    screened: Screened
    cleared: tuple[Clearance, ...] = ()

    @property
    def title(self) -> str:
        return self.name or f"the {self.role.value.replace('_', ' ')}"

    def fact(self, name: str) -> Key:
        return ("party", self.key, name)


@dataclass(frozen=True, slots=True)
class Deal:
    """What is the same on every day and in every reading of what is unknown."""

    id: str
    item: Item
    kind: MovementKind
    from_country: str | None
    to_country: str | None
    actors: tuple[Actor, ...]
    sellers: tuple[Actor, ...]
    transaction: Transaction
    item_words: frozenset[str]

    def in_roles(self, roles: Iterable[Role]) -> tuple[Actor, ...]:
        wanted = frozenset(roles)
        return tuple(actor for actor in self.actors if actor.role in wanted)


def prepare(transaction: Transaction, roll: Roll, clearances: tuple[Clearance, ...] = ()) -> Deal:
    """Places normalised, kinds of movement made consistent with their countries, names screened."""
    kind, start, goal = _movement(transaction)
    actors = [_actor(party, number, roll, clearances) for number, party in enumerate(transaction.parties)]
    sellers = [a for a in actors if a.role is Role.SELLER]
    exporter = transaction.movement.exporter
    if exporter and all(words(exporter) != words(s.name or "") for s in sellers):
        sellers.append(_actor(_outside(Role.SELLER, exporter), len(actors), roll, clearances))
    actors = [a for a in actors if a.role is not Role.SELLER]
    wanted = party_roles(kind)
    if not any(a.role in wanted for a in actors):  # nobody is named who would hold the machines: all of him is unknown
        actors.append(
            _actor(_outside(Role.DC_OPERATOR if kind is MovementKind.IAAS else Role.PURCHASER, None), -1, roll)
        )
    item = transaction.item
    text = " ".join(t for t in (item.name, item.chip, item.designer) if t)
    return Deal(
        transaction.id, item, kind, start, goal, tuple(actors), tuple(sellers), transaction, frozenset(words(text))
    )


def _movement(transaction: Transaction) -> tuple[MovementKind, str | None, str | None]:
    """Kind and countries. A lease counts as what its two countries make it; inside the US is `domestic`."""
    move = transaction.movement
    start, goal = place(move.from_country), place(move.to_country)
    kind = move.kind
    if kind in (MovementKind.TRANSFER, MovementKind.IAAS):
        start, goal = start or goal, goal or start
        if kind is MovementKind.TRANSFER and start == goal == HOME:
            kind = MovementKind.DOMESTIC
    elif kind is MovementKind.DOMESTIC:
        start, goal = start or goal or HOME, goal or start or HOME
        if not start == goal == HOME:  # "domestic" means inside the US; anything else is what its countries make it
            kind = of_countries(start, goal)
    elif kind is MovementKind.LEASE and start is not None and goal is not None and start == goal == HOME:
        kind = MovementKind.DOMESTIC
    return kind, start, goal


def of_countries(start: str, goal: str) -> MovementKind:
    """What a movement between two countries is. Source: 15 CFR 734.13, 734.14, 734.16."""
    if start == goal:
        return MovementKind.DOMESTIC if start == HOME else MovementKind.TRANSFER
    return MovementKind.EXPORT if start == HOME else MovementKind.REEXPORT


def _actor(party: TransactionParty, number: int, roll: Roll, clearances: tuple[Clearance, ...] = ()) -> Actor:
    country, hq, parent = place(party.country), place(party.hq_country), place(party.ultimate_parent_hq_country)
    names = tuple(n for n in (party.name, *party.aliases) if n)
    key = " ".join(words(party.name)) if party.name else f"{party.role.value} {number + 1}"
    return Actor(
        key,
        party.role,
        party.name,
        country,
        hq,
        parent,
        party.ownership_by_listed_percent,
        party.type,
        party.owners_listed,
        names,
        roll.screen(names, (country, hq, parent)) if names else NOTHING,
        of_party(clearances, party.name, party.aliases, party.country) if clearances else (),
    )


def _outside(role: Role, name: str | None) -> TransactionParty:
    return TransactionParty(role, name, None, None, None, None)
