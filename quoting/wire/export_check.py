"""One transaction to be determined, read strictly. Contract section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from marshmallow import ValidationError, post_load

from quoting.domain.chips import Chip
from quoting.domain.controls.items import item_from_chip
from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.domain.transaction import (
    Item,
    ItemKind,
    Movement,
    MovementKind,
    PartyType,
    Role,
    Transaction,
    TransactionParty,
)
from quoting.wire.faults import fault, faults_of, invalid, refused
from quoting.wire.fields import Choice, Country, Day, Flag, Id, Name, Number
from quoting.wire.quick import NotSound, read_quickly
from quoting.wire.shapes import ListOf, Record, Shape, known_only
from quoting.wire.statements import EndUseShape, EvidenceShape

MOST_TRANSACTIONS = 1_000  # in one batch
_MOST_PARTIES = 500
_MOST_FIGURE = 10**12
_MOST_PERCENT = 100
_UNNAMED = "transaction"  # the id of a transaction that its caller gave none


def _figure() -> Number:
    return Number(0, _MOST_FIGURE, allow_none=True)


class ItemShape(Shape):
    """Loads as the facts that were given; null among them is unknown and wins over the catalogue too."""

    chip = Id()
    name = Name()
    kind = Choice(*ItemKind)
    tpp = _figure()
    performance_density = _figure()
    die_area_mm2 = _figure()
    memory_bandwidth_gb_s = _figure()
    interconnect_gb_s = _figure()
    hbm_density_gb_s_mm2 = _figure()
    marketed_for_datacenter = Flag(allow_none=True)
    designer = Name(allow_none=True)
    designer_hq_country = Country(allow_none=True)
    country_of_origin = Country(allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not data:
            raise refused("required", "an item names a chip of the catalogue, or says what it is")
        return data


class MovementShape(Shape):
    kind = Choice(*MovementKind, required=True)
    from_country = Country(allow_none=True, load_default=None)
    to_country = Country(allow_none=True, load_default=None)
    exporter = Name(allow_none=True, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Movement:
        return Movement(**data)


class TransactionPartyShape(Shape):
    """What is absent is unknown: section 5 gives no defaults for places and shares."""

    role = Choice(*Role, required=True)
    name = Name(allow_none=True, load_default=None)
    country = Country(allow_none=True, load_default=None)
    hq_country = Country(allow_none=True, load_default=None)
    ultimate_parent_hq_country = Country(allow_none=True, load_default=None)
    ownership_by_listed_percent = Number(0, _MOST_PERCENT, allow_none=True, load_default=None)
    type = Choice(*PartyType)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> TransactionParty:
        return TransactionParty(**data)


class TransactionShape(Shape):
    id = Id(load_default=_UNNAMED)
    as_of = Day()
    known_on = Day()
    deliver_on = Day()
    item = Record(ItemShape, required=True)
    movement = Record(MovementShape, required=True)
    parties = ListOf(Record(TransactionPartyShape), required=True, least=1, most=_MOST_PARTIES)
    end_use = Record(EndUseShape)
    evidence = Record(EvidenceShape)


@cache
def _shape() -> TransactionShape:
    return TransactionShape()


def load_transaction(
    document: Any, chips: Mapping[str, Chip], today: date, lenient: bool = False, steps: tuple[str | int, ...] = ()
) -> Transaction:
    """A transaction with its days filled in, and its item from the catalogue where it names a chip.

    Args:
        chips: the catalogue's chips by id; facts of the document win over theirs.
        today: `as_of` where there is none.
        lenient: fields that the contract does not have are ignored, as in `--jsonl` input.
        steps: where the document stands in what was sent, for the pointers.

    Raises:
        RequestInvalid: with every fault.
    """
    data = _read(document, lenient, steps)
    facts = data.pop("item")
    chip = facts.get("chip")
    if chip is not None and chip not in chips:
        raise invalid([fault("unknown_chip", f"the catalogue has no chip {chip!r}", *steps, "item", "chip")])
    as_of = data.setdefault("as_of", today)
    data.setdefault("known_on", as_of)
    return Transaction(item=_item(facts, None if chip is None else chips[chip]), **data)


def _read(document: Any, lenient: bool, steps: tuple[str | int, ...]) -> dict[str, Any]:
    """The fields of a transaction; what has a fault is read again by the shape, which names every one."""
    try:
        data: dict[str, Any] = read_quickly(_shape(), document, lenient=lenient)
    except NotSound:
        try:
            data = _shape().load(known_only(_shape(), document) if lenient else document)
        except ValidationError as error:
            raise invalid(faults_of(error.messages, *steps)) from None
    return data


def load_transactions(document: Any, chips: Mapping[str, Chip], today: date) -> tuple[Transaction, ...]:
    """A batch: an array of up to 1,000 transactions; one that is wrong refuses all.

    Raises:
        RequestInvalid: it is no such array, or an item is wrong; pointers begin with the item's index.
    """
    if not isinstance(document, list):
        raise invalid([fault("wrong_type", "has to be a list")])
    if len(document) > MOST_TRANSACTIONS:
        raise invalid([fault("too_many", f"holds {len(document):,}; at most {MOST_TRANSACTIONS:,}")])
    loaded: list[Transaction] = []
    faults: list[FieldFault] = []
    for index, each in enumerate(document):
        try:
            loaded.append(load_transaction(each, chips, today, steps=(index,)))
        except RequestInvalid as error:
            faults += error.faults
    if faults:
        raise invalid(faults)
    return tuple(loaded)


def _item(facts: Mapping[str, Any], chip: Chip | None) -> Item:
    """The catalogue's facts below the caller's; what the caller calls unknown is unknown."""
    known = {name: value for name, value in facts.items() if value is not None}
    if chip is None:
        return Item(**known)
    unknown: dict[str, Any] = {name: None for name, value in facts.items() if value is None}
    item = item_from_chip(chip, Item(**known))
    return replace(item, **unknown) if unknown else item
