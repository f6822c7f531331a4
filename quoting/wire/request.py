"""A procurement request, read strictly and printed with its defaults. Contract section 2."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load

from quoting.domain.offers import Grade
from quoting.domain.request import (
    CatalogueUse,
    Discount,
    Explain,
    Licence,
    Objective,
    QuoteRequest,
    Scenario,
    Site,
    SolveOptions,
    UnknownPolicy,
)
from quoting.wire.demand import MOST_PIECES, DemandShape, print_demand
from quoting.wire.faults import faults_of, invalid, refused
from quoting.wire.fields import Choice, Currency, Day, Id, Name, Number, Strict, Whole
from quoting.wire.json_text import canonical, digest, number
from quoting.wire.limits import BudgetShape, RuleShape, print_budget, print_rule
from quoting.wire.meaning import meaning_faults
from quoting.wire.offer import MOST_DAYS, OfferShape, print_offer
from quoting.wire.places import MOST_PERCENT, PartyShape, SiteShape, print_party, print_site
from quoting.wire.quick import NotSound, read_quickly
from quoting.wire.shapes import ListOf, Record, Shape, present, refuse_repeated

MOST_OFFERS, MOST_DEMANDS, MOST_SITES, MOST_PARTIES, MOST_RULES, MOST_SCENARIOS = 20_000, 1_000, 200, 500, 500, 10
_MOST_SEED = 2**31 - 1


class Objectives(Strict):
    """One objective, or an ordered list of them."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "oneOf": [{"enum": list(Objective)}, {"type": "array", "minItems": 1, "items": {"enum": list(Objective)}}]
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Objective, ...]:
        one = Choice(*Objective)
        if isinstance(value, str):
            return (one.deserialize(value),)
        objectives: tuple[Objective, ...] = ListOf(one, least=1).deserialize(value)
        refuse_repeated(objectives)
        return objectives


class DiscountShape(Shape):
    vendor = Name(required=True)
    percent = Number(0, MOST_PERCENT, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Discount:
        return Discount(**data)


class CatalogueShape(Shape):
    use = Choice("all", "private_only")
    vendors = ListOf(Name())
    exclude_vendors = ListOf(Name())
    max_price_age_days = Whole(0, MOST_DAYS)
    min_grade = Choice(*Grade)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CatalogueUse:
        return CatalogueUse(**{**data, "vendors": data.get("vendors") or None})


class LicenceShape(Shape):
    """An empty list means any, like an absent one."""

    id = Id(required=True)
    authority = Name()
    number = Name()
    chips = ListOf(Id())
    parties = ListOf(Id())
    sites = ListOf(Id())
    units = Whole(1, MOST_PIECES)
    valid_from = Day()
    valid_until = Day()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Licence:
        if "valid_from" in data and "valid_until" in data and data["valid_from"] > data["valid_until"]:
            raise refused("not_ascending", "is before valid_from", "valid_until")
        return Licence(**{name: value for name, value in data.items() if value != ()})


class ScenarioShape(Shape):
    name = Name(required=True)
    objective = Objectives()
    rules = ListOf(Record(RuleShape), most=MOST_RULES)
    budgets = ListOf(Record(BudgetShape))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Scenario:
        return Scenario(data["name"], data.get("objective"), data.get("rules"), data.get("budgets"))


class SolveShape(Shape):
    gap = Number(0, "0.1")
    time_limit_s = Number(1, 600)
    seed = Whole(0, _MOST_SEED)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> SolveOptions:
        return SolveOptions(**data)


class RequestShape(Shape):
    client_ref = Name()
    as_of = Day()
    known_on = Day()
    report_currency = Currency()
    buyer = Id(required=True)
    parties = ListOf(Record(PartyShape), required=True, least=1, most=MOST_PARTIES)
    sites = ListOf(Record(SiteShape), required=True, least=1, most=MOST_SITES)
    demand = ListOf(Record(DemandShape), required=True, least=1, most=MOST_DEMANDS)
    budgets = ListOf(Record(BudgetShape))
    rules = ListOf(Record(RuleShape), most=MOST_RULES)
    offers = ListOf(Record(OfferShape), most=MOST_OFFERS)
    discounts = ListOf(Record(DiscountShape))
    catalogue = Record(CatalogueShape)
    licences = ListOf(Record(LicenceShape))
    objective = Objectives()
    discount_rate = Number(0, 10)
    unknown_policy = Choice(*UnknownPolicy)
    scenarios = ListOf(Record(ScenarioShape), most=MOST_SCENARIOS)
    solve = Record(SolveShape)
    explain = Choice(*Explain)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> QuoteRequest:
        buyer = dict.fromkeys(("owner", "operator", "end_user"), data["buyer"])
        data["sites"] = tuple(Site(**{**buyer, **site}) for site in data["sites"])
        most = any(demand.maximise for demand in data["demand"])
        default = (Objective.MAX_CAPABILITY, Objective.MIN_COST) if most else (Objective.MIN_COST,)
        data["objectives"] = data.pop("objective", default)
        return QuoteRequest(**data)


@cache
def _shape() -> RequestShape:
    return RequestShape()


def load_request(document: Any, chips: Collection[str] | None = None) -> QuoteRequest:
    """A valid request, defaults filled in but for the days, which the day of acceptance gives.

    Args:
        document: the JSON value as `json_text.parse` reads it.
        chips: the ids that the catalogue knows; None takes any, for a request that was accepted before.

    Raises:
        RequestInvalid: with every fault of shape, or else every fault of meaning.
    """
    request = _read(document)
    faults = list(meaning_faults(request, chips))
    if faults:
        raise invalid(faults)
    return request


def _read(document: Any) -> QuoteRequest:
    """A request by its shape alone; what has a fault is read again by the shape itself, which names every one."""
    request: QuoteRequest
    try:
        request = read_quickly(_shape(), document)
    except NotSound:
        try:
            request = _shape().load(document)
        except ValidationError as error:
            raise invalid(faults_of(error.messages)) from None
    return request


def dump_request(request: QuoteRequest) -> dict[str, Any]:
    """The one way to print a request: `load_request` reads it back as the same."""
    solve, catalogue = request.solve, request.catalogue
    return present(
        client_ref=request.client_ref,
        as_of=None if request.as_of is None else request.as_of.isoformat(),
        known_on=None if request.known_on is None else request.known_on.isoformat(),
        report_currency=request.report_currency,
        buyer=request.buyer,
        parties=[print_party(party) for party in request.parties],
        sites=[print_site(site) for site in request.sites],
        demand=[print_demand(demand) for demand in request.demand],
        budgets=[print_budget(budget) for budget in request.budgets],
        rules=[print_rule(rule) for rule in request.rules],
        offers=[print_offer(offer) for offer in request.offers],
        discounts=[{"vendor": d.vendor, "percent": number(d.percent)} for d in request.discounts],
        catalogue=present(
            use=catalogue.use,
            vendors=None if catalogue.vendors is None else list(catalogue.vendors),
            exclude_vendors=list(catalogue.exclude_vendors),
            max_price_age_days=catalogue.max_price_age_days,
            min_grade=None if catalogue.min_grade is None else catalogue.min_grade.value,
        ),
        licences=[_print_licence(licence) for licence in request.licences],
        objective=[objective.value for objective in request.objectives],
        discount_rate=number(request.discount_rate),
        unknown_policy=request.unknown_policy.value,
        scenarios=[_print_scenario(scenario) for scenario in request.scenarios],
        solve={"gap": number(solve.gap), "time_limit_s": number(solve.time_limit_s), "seed": solve.seed},
        explain=request.explain.value,
    )


def request_digest(request: QuoteRequest) -> str:
    """What equal requests share: all but `client_ref`, defaults filled in."""
    return print_request(request)[1]


def print_request(request: QuoteRequest) -> tuple[str, str]:
    """The request as canonical JSON, and its `request_digest`: printed once where nothing is left out of it."""
    document = dump_request(request)
    text = canonical(document)
    if document.pop("client_ref", None) is None:
        return text.decode(), hashlib.sha256(text).hexdigest()
    return text.decode(), digest(document)


def _print_licence(licence: Licence) -> dict[str, Any]:
    lists = {name: getattr(licence, name) for name in ("chips", "parties", "sites")}
    return present(
        id=licence.id,
        authority=licence.authority,
        number=licence.number,
        **{name: list(items) for name, items in lists.items() if items is not None},
        units=licence.units,
        valid_from=None if licence.valid_from is None else licence.valid_from.isoformat(),
        valid_until=None if licence.valid_until is None else licence.valid_until.isoformat(),
    )


def _print_scenario(scenario: Scenario) -> dict[str, Any]:
    return present(
        name=scenario.name,
        objective=None if scenario.objectives is None else [objective.value for objective in scenario.objectives],
        rules=None if scenario.rules is None else [print_rule(rule) for rule in scenario.rules],
        budgets=None if scenario.budgets is None else [print_budget(budget) for budget in scenario.budgets],
    )
