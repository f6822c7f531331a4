"""JSON Schemas of what the service answers, by name. What it reads is described by the shapes of `quoting.wire`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quoting.application.quotes import CacheUse, Status
from quoting.domain.controls.clearances import RedFlag
from quoting.domain.controls.determination import Outcome, Review
from quoting.domain.offers import Grade, Incoterm, Mode
from quoting.domain.parameters import Evidence
from quoting.wire.money import MONEY_SCHEMA

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
FLAG_OR_NULL: Schema = {"type": ["boolean", "null"]}
WHOLE: Schema = {"type": "integer"}
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
DAY: Schema = {"type": "string", "format": "date"}
DAY_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
COUNTRY_OR_NULL: Schema = {"type": ["string", "null"], "pattern": "^[A-Z]{2}$"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def a_list(of: str) -> Schema:
    return {"type": "array", "items": ref(of)}


def record(optional: Mapping[str, Schema] | None = None, /, **needed: Schema) -> dict[str, Any]:
    """An object with fields that are always there, and others that may be. Fields may be added to it any day."""
    return {"type": "object", "required": list(needed), "properties": {**needed, **(optional or {})}}


def one_of(*words: Any, null: bool = False) -> Schema:
    enum = [*(word.value for word in words), *([None] if null else [])]
    return {"type": ["string", "null"] if null else "string", "enum": enum}


def a_page(of: str) -> Schema:
    return record(data=a_list(of), has_more=FLAG, next_cursor=TEXT_OR_NULL)


CHIP = record(
    id=TEXT,
    vendor=TEXT,
    model=TEXT,
    form_factor=TEXT,
    launched=DAY_OR_NULL,
    designer_country=TEXT,
    bf16_dense_tflops=NUMBER_OR_NULL,
    fp8_dense_tflops=NUMBER_OR_NULL,
    int8_dense_tops=NUMBER_OR_NULL,
    fp4_dense_tflops=NUMBER_OR_NULL,
    fp64_tflops=NUMBER_OR_NULL,
    memory_gb=NUMBER_OR_NULL,
    memory_bandwidth_gb_s=NUMBER_OR_NULL,
    interconnect_gb_s=NUMBER_OR_NULL,
    die_area_mm2=NUMBER_OR_NULL,
    tdp_w=NUMBER_OR_NULL,
    tpp=NUMBER_OR_NULL,
    tpp_operation=TEXT_OR_NULL,
    performance_density=NUMBER_OR_NULL,
    marketed_for_datacenter=FLAG_OR_NULL,
    hs_code=TEXT_OR_NULL,
    sources=TEXTS,
    note=TEXT_OR_NULL,
)
VENDOR = record(
    id=TEXT,
    name=TEXT,
    country=COUNTRY_OR_NULL,
    hq_country=COUNTRY_OR_NULL,
    ultimate_parent_hq_country=COUNTRY_OR_NULL,
    kind=TEXT,
    ships_from=COUNTRY_OR_NULL,
    basis=TEXT,
)
SITE = record(
    id=TEXT,
    country=COUNTRY_OR_NULL,
    delivers_to={"type": ["array", "null"], "items": TEXT},
    modes={"type": "array", "items": one_of(*Mode)},
    vendors=TEXTS,
    chips=TEXTS,
    first_seen=DAY,
    last_seen=DAY,
)
OFFER = record(
    {
        "seller": TEXT,
        "ships_from": TEXT,
        "delivers_to": TEXTS,
        "data_centre": {
            "type": "object",
            "properties": {"country": TEXT, "owner": TEXT, "operator": TEXT},
        },
        "volume_group": TEXT,
        "order_charge": MONEY_SCHEMA,
        "available_qty": WHOLE,
        "lead_days": WHOLE,
        "valid_from": DAY,
        "valid_until": DAY,
        "source": TEXT,
        "observed_on": DAY,
        "supply": {"type": "string", "enum": ["known", "unknown"]},
        "minimum_term_months": WHOLE,
        "note": TEXT,
    },
    id=TEXT,
    vendor=TEXT,
    chip=TEXT,
    mode=one_of(*Mode),
    hands_over=FLAG,
    currency=TEXT,
    price_breaks={"type": "array", "minItems": 1, "items": record(min_qty=WHOLE, unit_price=MONEY_SCHEMA)},
    moq=WHOLE,
    multiple=WHOLE,
    incoterm=one_of(*Incoterm),
    grade=one_of(*Grade),
)
_FINDING = record(
    {"unconfirmed": TEXT},
    rule=TEXT,
    jurisdiction=TEXT,
    outcome=one_of(*Outcome),
    because=TEXT,
    values_read={"type": "object"},
    effective_from=DAY_OR_NULL,
    effective_to=DAY_OR_NULL,
    published_on=DAY_OR_NULL,
    citation=TEXT,
    url=TEXT,
    grade=one_of(*Evidence),
    review_policy=one_of(*Review, null=True),
    exception=TEXT_OR_NULL,
    exception_conditions=TEXTS,
)
_QUESTION = record(fact=TEXT, question=TEXT, who=TEXT, citation=TEXT, unlocks=TEXT)
DETERMINATION = record(
    {
        "notice_days": {"type": ["integer", "null"]},
        "review_days": {"type": ["integer", "null"]},
        "flips": {"type": "array", "items": {"type": "object"}},
        "exceptions_considered": {"type": "array", "items": record(exception=TEXT, because=TEXT)},
        "lists": {"type": "array", "items": {"type": "object"}},
        "clearances": {"type": "array", "items": {"type": "object"}},
    },
    id=TEXT,
    outcome=one_of(*Outcome),
    exception=TEXT_OR_NULL,
    exception_conditions=TEXTS,
    review_policy=one_of(*Review, null=True),
    classification=TEXT_OR_NULL,
    findings={"type": "array", "items": _FINDING},
    open_questions={"type": "array", "items": _QUESTION},
    citations=TEXTS,
    conditions=TEXTS,
    advisories=TEXTS,
    not_covered=TEXTS,
    data_as_of=DAY,
)
CLEARANCE = record(
    {
        "revoked": {
            "type": ["object", "null"],
            "properties": {"at": MOMENT, "by": TEXT, "why": TEXT},
        }
    },
    id=TEXT,
    party=record(name=TEXT, aliases=TEXTS, country=COUNTRY_OR_NULL),
    entry={"type": ["object", "null"], "properties": {"list": TEXT, "name": TEXT, "digest": TEXT}},
    red_flag=one_of(*RedFlag, null=True),
    by=TEXT,
    on=DAY,
    why=TEXT,
    created_at=MOMENT,
)
_DATED = {
    "effective_from": DAY_OR_NULL,
    "effective_to": DAY_OR_NULL,
    "published_on": DAY_OR_NULL,
    "citation": TEXT,
    "url": TEXT,
    "grade": one_of(*Evidence),
    "unconfirmed": TEXT_OR_NULL,
    "note": TEXT_OR_NULL,
}
_VALUE = {"type": ["number", "string", "boolean", "array"], "items": TEXT}
RULES = record(
    on=DAY,
    data_as_of=DAY,
    rules={
        "type": "array",
        "items": record(id=TEXT, title=TEXT, jurisdiction=TEXT, state=_VALUE, parameters=TEXTS, **_DATED),
    },
    parameters={
        "type": "array",
        "items": record(id=TEXT, description=TEXT, unit=TEXT, value=_VALUE, **_DATED),
    },
)
PROGRESS = record(
    {"incumbent": {"type": "number"}, "bound": NUMBER_OR_NULL},
    stage=TEXT,
    percent={"type": ["integer", "null"], "minimum": 0, "maximum": 100},
)
FAULT = record(pointer=TEXT, code=TEXT, detail=TEXT)
QUOTE = record(
    {
        "error": record({"errors": {"type": "array", "items": FAULT}}, code=TEXT, detail=TEXT),
        "result_url": TEXT,
        "valid_until": DAY,
    },
    id={"type": "string", "format": "uuid"},
    status=one_of(*Status),
    done=FLAG,
    client_ref=TEXT_OR_NULL,
    progress=PROGRESS,
    created_at=MOMENT,
    started_at=MOMENT_OR_NULL,
    finished_at=MOMENT_OR_NULL,
    cancel_requested=FLAG,
    cache=one_of(*CacheUse, null=True),
    links=record({"result": TEXT, "cancel": TEXT}, self=TEXT),
)
_OBJECTS = {"type": "array", "items": {"type": "object"}}
RESULT = record(
    answer=TEXT,
    verdict={"type": "string", "enum": ["feasible_safe", "feasible_if_cleared", "infeasible"]},
    as_of=DAY,
    known_on=DAY,
    report_currency=TEXT,
    plans={
        "type": "array",
        "items": record(
            kind=TEXT,
            name=TEXT_OR_NULL,
            basis=TEXT,
            objectives=_OBJECTS,
            proven_optimal=FLAG,
            stopped=TEXT_OR_NULL,
            total=MONEY_SCHEMA,
            lines=_OBJECTS,
            conditions={"type": "array"},
        ),
    },
    offers=a_list("Offer"),
    determinations=a_list("Determination"),
    why_not=_OBJECTS,
    rules_report=_OBJECTS,
    conflict={"type": ["object", "null"]},
    open_questions=_OBJECTS,
    flips=_OBJECTS,
    provenance={"type": "object"},
    data_as_of=DAY,
    model={"type": "object"},
    reproducibility=record(request=TEXT, snapshot=TEXT, result=TEXT, engine=TEXT, solver=TEXT, seed=WHOLE),
    timings={"type": "object", "additionalProperties": {"type": "number"}},
)
PROBLEM = record(
    {
        "errors": {"type": "array", "items": FAULT},
        "line": WHOLE,
        "column": WHOLE,
        "parts": {"type": "object", "additionalProperties": TEXT},
    },
    type=TEXT,
    title=TEXT,
    status=WHOLE,
    detail=TEXT,
    code=TEXT,
    request_id=TEXT,
)
READY = record(status=TEXT, parts={"type": "object", "additionalProperties": TEXT})
ANSWERS: Mapping[str, Schema] = {
    "Chip": CHIP,
    "ChipPage": a_page("Chip"),
    "Determination": DETERMINATION,
    "Determinations": a_list("Determination"),
    "Offer": OFFER,
    "OfferPage": a_page("Offer"),
    "Problem": PROBLEM,
    "Quote": QUOTE,
    "QuotePage": a_page("Quote"),
    "Readiness": READY,
    "Result": RESULT,
    "RulesInForce": RULES,
    "Site": SITE,
    "SitePage": a_page("Site"),
    "Vendor": VENDOR,
    "VendorPage": a_page("Vendor"),
    "Version": record(name=TEXT, version=TEXT, reference_data=TEXT),
    "Clearance": CLEARANCE,
    "Clearances": record(data=a_list("Clearance")),
    "Alive": record(status=TEXT),
}
