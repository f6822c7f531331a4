"""From an offer at a site to the transaction that the law reads. Contract section 5, "From quote to transaction"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from quoting.domain.controls.determination import Determination
from quoting.domain.controls.determine import determine
from quoting.domain.controls.index import index
from quoting.domain.controls.items import item_from_chip
from quoting.domain.controls.screening import listed
from quoting.domain.offers import Mode, Offer
from quoting.domain.parameters import Clock
from quoting.domain.parties import in_role, listed_shares, named_only, vendor_in_role
from quoting.domain.request import QuoteRequest, Site
from quoting.domain.snapshot import Snapshot
from quoting.domain.transaction import Item, Movement, MovementKind, Role, Transaction, TransactionParty

_ENTITY_LIST = "EL"


@dataclass(frozen=True, slots=True)
class Screened:
    """A determination and the delivery day it was made for (notice days of an exception included)."""

    determination: Determination
    delivery: date | None


class Screener:
    """Determines each distinct transaction of one request once, and numbers them in the order of first use."""

    def __init__(self, request: QuoteRequest, snapshot: Snapshot) -> None:
        assert request.as_of is not None and request.known_on is not None, "the request has to be dated"
        self._request, self._snapshot = request, snapshot
        self._as_of, self._known_on = request.as_of, request.known_on
        self._parties = {p.id: p for p in request.parties}
        self._shares = listed_shares(self._parties, self._listed)
        self._members: dict[tuple[str, Role], TransactionParty] = {}
        self._items: dict[str, Item] = {}
        self._made: dict[Transaction, Determination] = {}
        self._screened: dict[tuple[object, ...], Screened] = {}
        self._transactions: dict[str, Transaction] = {}

    @property
    def determinations(self) -> tuple[Determination, ...]:
        return tuple(self._made.values())

    def transaction_of(self, determination: str) -> Transaction:
        return self._transactions[determination]

    def screen(self, offer: Offer, site: Site, lead_and_transit_days: int | None) -> Screened:
        """The determination of buying or leasing the offer for the site.

        An exception that needs notice moves the delivery by its notice days; the law is then read on that later day.
        """
        key = (
            offer.chip,
            offer.mode,
            offer.private,
            offer.ships_from,
            offer.seller or offer.vendor,
            offer.data_centre,
            offer.hands_over,
            site.id,
            lead_and_transit_days,
        )
        if key not in self._screened:
            self._screened[key] = self._screen(offer, site, lead_and_transit_days)
        return self._screened[key]

    def _screen(self, offer: Offer, site: Site, lead_and_transit_days: int | None) -> Screened:
        delivery = None if lead_and_transit_days is None else self._as_of + timedelta(days=lead_and_transit_days)
        made = self._determine(self._transaction(offer, site, delivery))
        if made.needs_answer and delivery is not None:
            later = delivery + timedelta(days=made.notice_days)
            after_notice = self._determine(self._transaction(offer, site, later))
            return Screened(after_notice, later if after_notice.needs_answer else delivery)
        return Screened(made, delivery)

    def screen_chip(self, chip: str, site: Site) -> Determination:
        """Law without goods: buying a catalogue chip from its maker for the site, where no offer of it has a price."""
        maker = self._snapshot.catalogue.chips[chip].vendor
        vendor = self._snapshot.catalogue.vendors.get(maker)
        offer = Offer(
            id=f"no-price:{chip}",
            vendor=maker,
            chip=chip,
            mode=Mode.BUY,
            currency=self._request.report_currency,
            price_breaks=(),
            ships_from=vendor.ships_from if vendor is not None else None,
            private=False,
        )
        return self.screen(offer, site, None).determination

    def _determine(self, transaction: Transaction) -> Determination:
        if transaction not in self._made:
            name = f"t{len(self._made) + 1}"
            self._transactions[name] = replace(transaction, id=name)
            self._made[transaction] = determine(self._transactions[name], self._snapshot.rules)
        return self._made[transaction]

    def _transaction(self, offer: Offer, site: Site, delivery: date | None) -> Transaction:
        return Transaction(
            id="",
            as_of=self._as_of,
            known_on=self._known_on,
            deliver_on=delivery,
            item=self._item(offer.chip),
            movement=_movement(offer, site, self._seller_name(offer)),
            parties=self._leased(offer, site) if offer.mode is Mode.LEASE else self._bought(offer, site),
            end_use=site.end_use,
            evidence=site.evidence,
        )

    def _item(self, chip: str) -> Item:
        if chip not in self._items:
            self._items[chip] = item_from_chip(self._snapshot.catalogue.chips[chip], None)
        return self._items[chip]

    def _bought(self, offer: Offer, site: Site) -> tuple[TransactionParty, ...]:
        return (
            self._party(self._request.buyer, Role.PURCHASER),
            self._party(site.operator, Role.CONSIGNEE),
            self._party(site.operator, Role.DC_OPERATOR),
            self._party(site.owner, Role.DC_OWNER),
            self._party(site.end_user, Role.END_USER),
            self._seller(offer),
        )

    def _leased(self, offer: Offer, site: Site) -> tuple[TransactionParty, ...]:
        centre = offer.data_centre
        owner = self._party(centre.owner if centre else None, Role.DC_OWNER, offer)
        operator = self._party(centre.operator if centre else None, Role.DC_OPERATOR, offer)
        who = [owner, operator, self._party(self._request.buyer, Role.TENANT)]
        if offer.hands_over:
            who.append(self._party(self._request.buyer, Role.CONSIGNEE))
        return (*who, self._party(site.end_user, Role.END_USER), self._seller(offer))

    def _party(self, name: str | None, role: Role, offer: Offer | None = None) -> TransactionParty:
        """A party of the request or a vendor of the catalogue, by id; of any other all but the role is unknown."""
        if name is None:
            return TransactionParty(role, None, None, None, None, None)
        key = name, role
        if key not in self._members:
            vendor = self._snapshot.catalogue.vendors.get(name)
            if name in self._parties and (offer is None or offer.private):
                member = in_role(self._parties[name], role, self._parties, self._shares[name])
            elif vendor is not None:
                return vendor_in_role(vendor, role)
            else:
                return named_only(name, role)
            self._members[key] = member
        return self._members[key]

    def _seller(self, offer: Offer) -> TransactionParty:
        if offer.seller is not None:
            return self._party(offer.seller, Role.SELLER, offer)
        vendor = None if offer.private else self._snapshot.catalogue.vendors.get(offer.vendor)
        return vendor_in_role(vendor, Role.SELLER) if vendor is not None else named_only(offer.vendor, Role.SELLER)

    def _seller_name(self, offer: Offer) -> str:
        return self._seller(offer).name or offer.vendor

    def _listed(self, name: str, aliases: tuple[str, ...]) -> str | None:
        """The Entity List entry that a name hits by the day; near misses are for the determination to report."""
        clock = Clock(self._as_of, self._known_on)
        hits = index(self._snapshot.rules).roll.screen((name, *aliases)).exact
        return next((e.name for e in hits if e.list == _ENTITY_LIST and listed(e, clock)), None)


def _movement(offer: Offer, site: Site, exporter: str) -> Movement:
    if offer.mode is Mode.LEASE:
        kind = MovementKind.LEASE if offer.hands_over else MovementKind.IAAS
        there = offer.home
        return Movement(kind, (offer.ships_from or there) if offer.hands_over else there, there, exporter)
    origin, there = offer.ships_from, site.country
    if origin is not None and _place(origin) == _place(there):
        kind = MovementKind.DOMESTIC if there == "US" else MovementKind.TRANSFER
    elif origin == "US":
        kind = MovementKind.EXPORT
    else:
        kind = MovementKind.REEXPORT
    return Movement(kind, origin, there, exporter)


def _place(country: str) -> str:
    """For the control rules Hong Kong is China. Contract, introduction."""
    return "CN" if country == "HK" else country
