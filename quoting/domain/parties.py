"""What the graph of parties tells about one of them: its home, its ultimate parent's, and the listed share in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from quoting.domain.catalogue import Vendor
from quoting.domain.request import Party
from quoting.domain.transaction import PartyType, Role, TransactionParty

ListedName = Callable[[str, tuple[str, ...]], str | None]  # name and aliases -> the entry they hit

_CONTROL = Decimal(50)  # percent; an owner that is itself owned this far by listed parties counts whole


def ultimate_parent(party: Party, parties: Mapping[str, Party]) -> Party | None:
    """The last parent of the chain; the party itself where it has none, None where the chain is not known."""
    seen = {party.id}
    while party.ultimate_parent != party.id:
        if party.ultimate_parent is None:
            return None
        party = parties[party.ultimate_parent]
        if party.id in seen:
            return None
        seen.add(party.id)
    return party


def listed_share(
    party: Party, parties: Mapping[str, Party], listed: ListedName, _path: frozenset[str] = frozenset()
) -> tuple[Decimal | None, tuple[str, ...]]:
    """How much of a party listed parties own, in sum, directly and through others; and who they are.

    An owner that is listed, or owned to 50 % or more by listed parties, counts whole; another counts by the listed
    share in it. A listed ultimate parent of which no share is told gives None: unknown, never zero.

    Units: percent.
    """
    total = Decimal(0)
    names: list[str] = []
    for owner in party.owners:
        if owner.party in _path or owner.party == party.id:
            continue
        other = parties[owner.party]
        entry = listed(other.name, other.aliases)
        if entry is not None:
            total += owner.percent
            names.append(entry)
            continue
        share, through = listed_share(other, parties, listed, _path | {party.id})
        if share is None:
            return None, through
        if share:
            total += owner.percent if share >= _CONTROL else owner.percent * share / 100
            names += through
    if not total and party.ultimate_parent not in (None, party.id):
        parent = ultimate_parent(party, parties)
        entry = listed(parent.name, parent.aliases) if parent is not None else None
        if entry is not None:
            return None, (entry,)
    return total, tuple(dict.fromkeys(names))


def in_role(party: Party, role: Role, parties: Mapping[str, Party], listed: ListedName) -> TransactionParty:
    """A party of the request as a transaction reads it."""
    parent = ultimate_parent(party, parties)
    share, names = listed_share(party, parties, listed)
    return TransactionParty(
        role=role,
        name=party.name,
        country=party.country,
        hq_country=party.hq_country,
        ultimate_parent_hq_country=parent.hq_country if parent is not None else None,
        ownership_by_listed_percent=share,
        type=party.type,
        aliases=party.aliases,
        owners_listed=names,
    )


def vendor_in_role(vendor: Vendor, role: Role) -> TransactionParty:
    """A vendor of the catalogue as a transaction reads it. It has no owners: none is known to be listed."""
    return TransactionParty(
        role=role,
        name=vendor.name,
        country=vendor.country,
        hq_country=vendor.hq_country,
        ultimate_parent_hq_country=vendor.ultimate_parent_hq_country,
        ownership_by_listed_percent=Decimal(0),
        type=PartyType.COMPANY,
    )


def named_only(name: str, role: Role) -> TransactionParty:
    """A seller of whom only the name is known: it is screened, all else stays unknown."""
    return TransactionParty(role, name, None, None, None, None)
