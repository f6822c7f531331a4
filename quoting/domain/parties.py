"""What the graph of parties tells about one of them: its home, its ultimate parent's, and the listed share in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ListedShare:
    """How much of a party listed parties own, in sum; None where it is not known. Units: percent."""

    percent: Decimal | None
    owners: tuple[str, ...] = ()


def listed_shares(parties: Mapping[str, Party], listed: ListedName) -> dict[str, ListedShare]:
    """The listed share in each party, directly and through others, for the whole graph at once.

    An owner that is listed, or owned to 50 % or more by listed parties, counts whole; another counts by the listed
    share in it. A listed ultimate parent of which no share is told gives None: unknown, never zero. The shares rise
    from zero round by round, so a chain of n parties is done after n rounds and cross-holdings come to an end.
    """
    entries = {p.id: listed(p.name, p.aliases) for p in parties.values()}
    untold = {p.id: _listed_parent_of_untold_share(p, parties, entries) for p in parties.values()}
    shares = {name: ListedShare(Decimal(0)) for name in parties}
    for _ in parties:
        risen = {name: _share(party, shares, entries, untold[name]) for name, party in parties.items()}
        if risen == shares:
            break
        shares = risen
    return shares


def _listed_parent_of_untold_share(
    party: Party, parties: Mapping[str, Party], entries: Mapping[str, str | None]
) -> str | None:
    parent = ultimate_parent(party, parties)
    if parent is None or parent.id == party.id or parent.id in {owner.party for owner in party.owners}:
        return None
    return entries[parent.id]


def _share(
    party: Party, shares: Mapping[str, ListedShare], entries: Mapping[str, str | None], untold: str | None
) -> ListedShare:
    total, known = Decimal(0), untold is None
    names = [] if untold is None else [untold]
    for owner in party.owners:
        entry, through = entries[owner.party], shares[owner.party]
        if owner.party == party.id:
            continue
        if entry is not None:
            total += owner.percent
            names.append(entry)
        elif through.percent is None:
            known = False
            names += through.owners
        elif through.percent:
            total += owner.percent if through.percent >= _CONTROL else owner.percent * through.percent / 100
            names += through.owners
    told = min(total, Decimal(100)) if known or total >= _CONTROL else None
    return ListedShare(told, tuple(dict.fromkeys(names)))


def in_role(party: Party, role: Role, parties: Mapping[str, Party], share: ListedShare) -> TransactionParty:
    """A party of the request as a transaction reads it."""
    parent = ultimate_parent(party, parties)
    return TransactionParty(
        role=role,
        name=party.name,
        country=party.country,
        hq_country=party.hq_country,
        ultimate_parent_hq_country=parent.hq_country if parent is not None else None,
        ownership_by_listed_percent=share.percent,
        type=party.type,
        aliases=party.aliases,
        owners_listed=share.owners,
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
