"""An offer, in requests and in results. Contract section 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load

from quoting.domain.money import Money
from quoting.domain.offers import DataCentre, Grade, Incoterm, Mode, Offer, PriceBreak
from quoting.wire.demand import MOST_PIECES
from quoting.wire.faults import Refusal, refused
from quoting.wire.fields import Choice, Country, Currency, Day, Flag, Id, Name, Strict, Whole
from quoting.wire.money import MONEY_SCHEMA, MoneyField, print_money, read_money
from quoting.wire.shapes import ListOf, Record, Shape, present

CATALOGUE_PREFIX = "cat:"  # begins the ids of catalogue offers, so that no private offer can be taken for one
MOST_DAYS = 36_500
_LONGEST_SOURCE = 2_000
_MIN_QTY = Whole(1, MOST_PIECES, required=True)
Priced = tuple[int, Money]


class Breaks(Strict):
    """`[{min_qty, unit_price}]` in ascending `min_qty` and one currency."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["min_qty", "unit_price"],
            "properties": {"min_qty": {"type": "integer", "minimum": 1}, "unit_price": MONEY_SCHEMA},
            "additionalProperties": False,
        },
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Priced, ...]:
        if not isinstance(value, (list, tuple)):
            raise self.make_error("invalid")
        if not value:
            raise refused("too_few", "needs at least one price")
        breaks: list[Priced] = []
        messages: dict[int, Any] = {}
        for index, item in enumerate(value):
            try:
                breaks.append(_read_break(item, breaks[-1][0] if breaks else 0))
            except ValidationError as error:
                messages[index] = error.messages
        if messages:
            raise ValidationError(messages)
        return tuple(breaks)


def _read_break(item: Any, before: int) -> Priced:
    if not isinstance(item, Mapping):
        raise refused("wrong_type", "has to be an object")
    messages: dict[str, Any] = {
        name: [Refusal("unknown_field", "a price break has no such field")]
        for name in item
        if name not in ("min_qty", "unit_price")
    }
    least, price = 0, None
    try:
        least = _MIN_QTY.deserialize(item.get("min_qty"))
        if least <= before:
            messages["min_qty"] = [Refusal("not_ascending", f"has to be above {before}, the one before")]
    except ValidationError as error:
        messages["min_qty"] = error.messages
    try:
        if item.get("unit_price") is None:
            raise refused("required", "is required")
        price = read_money(item["unit_price"])
    except ValidationError as error:
        messages["unit_price"] = error.messages
    if messages or price is None:
        raise ValidationError(messages)
    return least, price


class DataCentreShape(Shape):
    country = Country()
    owner = Id()
    operator = Id()


class OfferShape(Shape):
    id = Id(required=True)
    vendor = Name(required=True)
    seller = Id()
    chip = Id(required=True)
    mode = Choice(*Mode, required=True)
    ships_from = Country()
    delivers_to = ListOf(Country())
    data_centre = Record(DataCentreShape)
    hands_over = Flag()
    currency = Currency()
    price_breaks = Breaks(required=True)
    volume_group = Name()
    order_charge = MoneyField()
    moq = Whole(1, MOST_PIECES)
    multiple = Whole(1, MOST_PIECES)
    available_qty = Whole(0, MOST_PIECES)
    lead_days = Whole(0, MOST_DAYS)
    valid_from = Day()
    valid_until = Day()
    incoterm = Choice(*Incoterm)
    source = Name(longest=_LONGEST_SOURCE)
    observed_on = Day()
    grade = Choice(*Grade)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Offer:
        """The caller's own offer: private, of grade A whatever it says. Contract section 2."""
        if data["id"].startswith(CATALOGUE_PREFIX):
            raise refused("reserved", f"ids that begin with {CATALOGUE_PREFIX} belong to the catalogue", "id")
        breaks: tuple[Priced, ...] = data.pop("price_breaks")
        currency = data.setdefault("currency", breaks[0][1].currency)
        for index, (_least, price) in enumerate(breaks):
            if price.currency != currency:
                detail = f"the offer is in {currency}"
                raise refused("currency_differs", detail, "price_breaks", index, "unit_price", "currency")
        if "valid_from" in data and "valid_until" in data and data["valid_from"] > data["valid_until"]:
            raise refused("not_ascending", "is before valid_from", "valid_until")
        data["data_centre"] = _data_centre(data)
        data["grade"] = Grade.A
        return Offer(price_breaks=tuple(PriceBreak(least, price.amount) for least, price in breaks), **data)


def _data_centre(data: Mapping[str, Any]) -> DataCentre | None:
    """Where a lease stands; its country of dispatch is that of the data centre, so either says it."""
    given = data.get("data_centre")
    if data["mode"] is Mode.LEASE and data.get("ships_from") is None and (given is None or "country" not in given):
        raise refused("required", "a lease needs the country of its data centre", "data_centre", "country")
    if given is None:
        return None
    return DataCentre(given.get("country") or data.get("ships_from"), given.get("owner"), given.get("operator"))


def print_offer(offer: Offer) -> dict[str, Any]:
    """The shape of section 3. A catalogue offer says whether its supply is known."""
    centre = offer.data_centre
    printed = present(
        id=offer.id,
        vendor=offer.vendor,
        seller=offer.seller,
        chip=offer.chip,
        mode=offer.mode.value,
        ships_from=offer.ships_from,
        delivers_to=None if offer.delivers_to is None else list(offer.delivers_to),
        data_centre=None
        if centre is None
        else present(country=centre.country, owner=centre.owner, operator=centre.operator),
        hands_over=offer.hands_over,
        currency=offer.currency,
        price_breaks=[_print_break(each, offer.currency) for each in offer.price_breaks],
        volume_group=offer.volume_group,
        order_charge=None if offer.order_charge is None else print_money(offer.order_charge),
        moq=offer.moq,
        multiple=offer.multiple,
        available_qty=offer.available_qty,
        lead_days=offer.lead_days,
        valid_from=None if offer.valid_from is None else offer.valid_from.isoformat(),
        valid_until=None if offer.valid_until is None else offer.valid_until.isoformat(),
        incoterm=offer.incoterm.value,
        source=offer.source,
        observed_on=None if offer.observed_on is None else offer.observed_on.isoformat(),
        grade=offer.grade.value,
    )
    if not offer.private:
        printed["supply"] = "unknown" if offer.available_qty is None else "known"
        printed |= present(minimum_term_months=offer.minimum_term_months or None, note=offer.note or None)
    return printed


def _print_break(each: PriceBreak, currency: str) -> dict[str, Any]:
    return {"min_qty": each.min_qty, "unit_price": print_money(Money(each.unit_price, currency))}
