"""The catalogue and the rules, as they are or as they were on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from quoting.application.reference import reference_of_today
from quoting.domain.catalogue import Catalogue, offers_on
from quoting.domain.catalogue_sites import chips_on, sites_on
from quoting.domain.snapshot import Snapshot
from quoting.wire.catalogue import print_chip, print_site, print_vendor
from quoting.wire.offer import print_offer
from quoting.wire.rules import rules_document
from service.answers import Answer
from service.deps import deps
from service.doors import door
from service.queries import CURSOR, LIMIT, filters, matches, on, page
from service.resources import json_response
from service.schemas import CHIP, OFFER, SITE, VENDOR

SCOPE = "reference:read"
TODAY = "Default: today, UTC."

catalogue = Blueprint("catalogue", __name__, url_prefix="/v1", description="Chips, vendors, offers, sites and rules")


@door(
    catalogue, "GET", "/chips", scope=SCOPE, says={200: Answer("A page of chips, by id", "ChipPage")},
    query=(LIMIT, CURSOR, on("Only chips launched by this day, or without a date of launch."), *filters(CHIP)),
)  # fmt: skip
def list_chips(limit: int, cursor: str | None, on: date | None, **wanted: Any) -> Response:
    """List chips, with total processing performance and density as computed"""
    return _page((print_chip(chip) for chip in chips_on(_catalogue(), on)), limit, cursor, wanted)


@door(
    catalogue, "GET", "/chips/<chip_id>", scope=SCOPE, says={200: Answer("The chip", "Chip")},
    query=(on("Facts of chips are not dated: it changes nothing."),),
)  # fmt: skip
def get_chip(chip_id: str, on: date | None) -> Response:
    """Read one chip"""
    chip = _catalogue().chips.get(chip_id)
    if chip is None:
        raise NotFound("the catalogue has no such chip")
    return json_response(print_chip(chip))


@door(
    catalogue, "GET", "/vendors", scope=SCOPE, says={200: Answer("A page of vendors, by id", "VendorPage")},
    query=(LIMIT, CURSOR, on("Facts of vendors are not dated: it changes nothing."), *filters(VENDOR)),
)  # fmt: skip
def list_vendors(limit: int, cursor: str | None, on: date | None, **wanted: Any) -> Response:
    """List who sells or leases chips"""
    vendors = sorted(_catalogue().vendors.values(), key=lambda vendor: vendor.id)
    return _page((print_vendor(vendor) for vendor in vendors), limit, cursor, wanted)


@door(
    catalogue, "GET", "/offers", scope=SCOPE, says={200: Answer("A page of offers, by id", "OfferPage")},
    query=(LIMIT, CURSOR, on(f"The day of the prices. {TODAY}"), *filters(OFFER)),
)  # fmt: skip
def list_offers(limit: int, cursor: str | None, on: date | None, **wanted: Any) -> Response:
    """List what the catalogue offers on a day: the newest price of each series"""
    offers = offers_on(_catalogue(), on or deps().clock.today())
    return _page((print_offer(offer) for offer in offers), limit, cursor, wanted)


@door(
    catalogue, "GET", "/sites", scope=SCOPE, says={200: Answer("A page of sites, by id", "SitePage")},
    query=(LIMIT, CURSOR, on(f"Only places where a price was seen by this day. {TODAY}"), *filters(SITE)),
)  # fmt: skip
def list_sites(limit: int, cursor: str | None, on: date | None, **wanted: Any) -> Response:
    """List markets and data-centre regions in which prices were seen"""
    return _page(
        (print_site(site) for site in sites_on(_catalogue(), on or deps().clock.today())), limit, cursor, wanted
    )


@door(
    catalogue, "GET", "/rules", scope=SCOPE, says={200: Answer("Everything in force on the day", "RulesInForce")},
    query=(on(TODAY),),
)  # fmt: skip
def list_rules(on: date | None) -> Response:
    """Read rules and parameters in force on a day, each with its citation"""
    reference = _reference()
    return json_response(rules_document(reference.rules, reference.tariffs, on or deps().clock.today()))


def _reference() -> Snapshot:
    return reference_of_today(deps().market, deps().clock)


def _catalogue() -> Catalogue:
    return _reference().catalogue


def _page(
    documents: Iterable[Mapping[str, Any]], limit: int, cursor: str | None, wanted: Mapping[str, Any]
) -> Response:
    return json_response(page([d for d in documents if matches(d, wanted)], limit, cursor))
