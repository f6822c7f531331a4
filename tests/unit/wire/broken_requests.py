"""Requests that are wrong in one place each, with the pointer and code that name it. For tests of every door."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

Document = dict[str, Any]
CHIPS = frozenset({"nvidia-h100-sxm-80gb", "nvidia-h200-sxm", "nvidia-l40s", "nvidia-a100-80gb-sxm"})


def usd(amount: str) -> Document:
    return {"amount": amount, "currency": "USD"}


def a_full_request() -> Document:
    """A valid request in which every table of contract section 2 is used."""
    return deepcopy(_FULL)


def a_lease(**changes: Any) -> Document:
    return {
        "id": "o9",
        "vendor": "Hall Cloud",
        "chip": "nvidia-l40s",
        "mode": "lease",
        "currency": "USD",
        "price_breaks": [{"min_qty": 1, "unit_price": usd("500")}],
        "data_centre": {"country": "US"},
        **changes,
    }


_FULL: Document = {
    "client_ref": "order 7",
    "as_of": "2026-03-02",
    "known_on": "2026-03-02",
    "report_currency": "EUR",
    "buyer": "buyer",
    "parties": [
        {"id": "buyer", "name": "Prairie Compute Cooperative", "aliases": ["PCC"], "country": "US", "hq_country": "US"},
        {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "ultimate_parent": "holding"},
        {
            "id": "holding",
            "name": "Lake Holding",
            "country": "US",
            "hq_country": None,
            "ultimate_parent": None,
            "owners": [{"party": "buyer", "percent": 40}, {"party": "hall", "percent": 59.5}],
            "type": "company",
        },
        {"id": "hall", "name": "Tallgrass Halls LLC", "country": "DE"},
    ],
    "sites": [
        {
            "id": "site1",
            "country": "US",
            "owner": "hall",
            "operator": "hall",
            "end_user": "buyer",
            "power_kw": 170.2,
            "power_usage_effectiveness": 1.25,
            "electricity_price": usd("0.10"),
            "recovers_tax": False,
            "verification": {"status": "verified", "expires": "2028-12-31"},
            "end_use": {"military": False, "wmd": None},
            "evidence": {"red_flags_closed": True},
        },
        {"id": "site2", "country": "DE"},
    ],
    "demand": [
        {
            "id": "d1",
            "site": "site1",
            "chip": "nvidia-h100-sxm-80gb",
            "qty": 20,
            "substitutes": [{"chip": "nvidia-h200-sxm", "rate": 1.5}, {"chip": "nvidia-a100-80gb-sxm"}],
            "requires": {"memory_gb": 80, "interconnect_gb_s": 600},
            "acquisition": ["buy", "lease"],
            "needed_by": "2026-09-30",
            "term_months": 24,
            "residual_percent": 30,
        },
        {"id": "d2", "site": "site2", "capability": {"metric": "memory_gb", "amount": 9720.9}},
    ],
    "budgets": [{"id": "b1", "sites": ["site1"], "modes": ["buy"], "max": usd("460000.00")}],
    "rules": [
        {
            "id": "r1",
            "kind": "share",
            "select": {
                "vendors": ["vendor1"],
                "chips": ["nvidia-l40s"],
                "designer_countries": ["US"],
                "modes": ["buy"],
            },
            "within": {"sites": ["site1"], "demands": ["d1"], "offers": ["o1", "cat:some-offer"]},
            "measure": "spend",
            "op": ">=",
            "value": 0.35,
            "priority": 2,
        },
        {"id": "r2", "kind": "cap", "measure": "spend", "op": "<=", "value": usd("900000.00")},
        {"id": "r3", "kind": "count", "op": "<=", "value": 3},
        {"id": "r4", "kind": "exclude", "select": {"vendors": ["vendor7"]}, "priority": "mandatory"},
        {"id": "r5", "kind": "prefer", "select": {"vendors": ["vendor1"]}, "value": 0.03},
        {"id": "r6", "kind": "min_order", "measure": "units", "op": ">=", "value": 4},
        {"id": "r7", "kind": "concentration", "measure": "bf16_dense_tflops", "value": 0.5},
    ],
    "offers": [
        {
            "id": "o1",
            "vendor": "vendor1",
            "seller": "seller",
            "chip": "nvidia-h100-sxm-80gb",
            "mode": "buy",
            "ships_from": "US",
            "delivers_to": ["US", "DE"],
            "currency": "USD",
            "price_breaks": [
                {"min_qty": 1, "unit_price": usd("25000.00")},
                {"min_qty": 10, "unit_price": usd("24000.123456789012")},
            ],
            "volume_group": "g1",
            "order_charge": {"amount": "1500", "currency": "JPY"},
            "moq": 2,
            "multiple": 2,
            "available_qty": 400,
            "lead_days": 14,
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31",
            "incoterm": "FCA",
            "source": "a letter",
            "observed_on": "2026-02-01",
            "grade": "A",
        },
        {
            "id": "o2",
            "vendor": "vendor1",
            "chip": "nvidia-l40s",
            "mode": "buy",
            "ships_from": "US",
            "currency": "EUR",
            "price_breaks": [
                {"min_qty": 1, "unit_price": {"amount": "8000.5", "currency": "EUR"}},
                {"min_qty": 10, "unit_price": {"amount": "7900", "currency": "EUR"}},
            ],
            "volume_group": "g1",
        },
        {
            "id": "o3",
            "vendor": "vendor2",
            "chip": "nvidia-h100-sxm-80gb",
            "mode": "lease",
            "currency": "USD",
            "price_breaks": [{"min_qty": 1, "unit_price": usd("900.00")}],
            "data_centre": {"country": "US", "owner": "hall", "operator": "hall"},
            "hands_over": True,
        },
    ],
    "discounts": [{"vendor": "NVIDIA", "percent": 12.5}],
    "catalogue": {
        "use": "all",
        "vendors": ["NVIDIA", "AMD"],
        "exclude_vendors": ["Huawei (HiSilicon)"],
        "max_price_age_days": 400,
        "min_grade": "C",
    },
    "licences": [
        {
            "id": "l1",
            "authority": "BIS",
            "number": "D123",
            "chips": ["nvidia-h200-sxm"],
            "parties": ["buyer"],
            "sites": ["site1"],
            "units": 100,
            "valid_from": "2026-01-01",
            "valid_until": "2027-12-31",
        }
    ],
    "objective": ["min_cost", "min_time"],
    "discount_rate": 0.05,
    "unknown_policy": "both",
    "scenarios": [
        {
            "name": "no preference",
            "objective": "min_time",
            "rules": [],
            "budgets": [{"id": "b1", "max": usd("1")}],
        }
    ],
    "solve": {"gap": 0.0001, "time_limit_s": 30, "seed": 7},
    "explain": "full",
}

Change = Callable[[Document], None]


class Broken(NamedTuple):
    """`change` breaks the full request; `pointer` and `code` are those of a fault that has to be named."""

    name: str
    change: Change
    pointer: str
    code: str

    def document(self) -> Document:
        document = a_full_request()
        self.change(document)
        return document

    def body(self) -> bytes:
        return json.dumps(self.document()).encode()


def put(path: str, value: Any) -> Change:
    """Set what a pointer leads to; "-" at its end appends to a list."""

    def change(document: Document) -> None:
        *steps, last = path.split("/")[1:]
        place: Any = document
        for step in steps:
            place = place[int(step) if isinstance(place, list) else step]
        if last == "-":
            place.append(deepcopy(value))
        else:
            place[int(last) if isinstance(place, list) else last] = deepcopy(value)

    return change


def drop(path: str) -> Change:
    def change(document: Document) -> None:
        *steps, last = path.split("/")[1:]
        place: Any = document
        for step in steps:
            place = place[int(step) if isinstance(place, list) else step]
        del place[int(last) if isinstance(place, list) else last]

    return change


def both(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for each in changes:
            each(document)

    return change


def at(path: str, value: Any, code: str) -> tuple[Change, str, str]:
    """A wrong value is named where it stands."""
    return put(path, value), path, code


def without(path: str) -> tuple[Change, str, str]:
    return drop(path), path, "required"


_QTY, _PRICE = "/demand/0/qty", "/offers/0/price_breaks/0/unit_price/amount"
_MAXIMISE = {"id": "d2", "site": "site2", "capability": {"metric": "memory_gb"}, "maximise": True}
_MOST_OF_IT = put("/objective", ["max_capability"])
_ENDED = both(
    _MOST_OF_IT,
    put("/demand/1", _MAXIMISE),
    put("/budgets", [{"id": "b1", "max": usd("1000000")}]),
    put("/scenarios", []),
)

BROKEN = [
    Broken(name, *row)
    for name, row in {
        # quantities
        "quantity zero": at(_QTY, 0, "out_of_range"),
        "quantity negative": at(_QTY, -1, "out_of_range"),
        "quantity true": at(_QTY, True, "wrong_type"),
        "quantity with a fraction": at(_QTY, 1.5, "wrong_type"),
        "quantity 20.0": at(_QTY, 20.0, "wrong_type"),
        "quantity as text": at(_QTY, "5", "wrong_type"),
        "quantity 10^10": at(_QTY, 10**10, "out_of_range"),
        "quantity null": (put(_QTY, None), _QTY, "required"),
        "moq zero": at("/offers/0/moq", 0, "out_of_range"),
        "multiple zero": at("/offers/0/multiple", 0, "out_of_range"),
        "stock negative": at("/offers/0/available_qty", -1, "out_of_range"),
        "lead time of a million days": at("/offers/0/lead_days", 1_000_000, "out_of_range"),
        "first break at zero": at("/offers/0/price_breaks/0/min_qty", 0, "out_of_range"),
        "licence for no unit": at("/licences/0/units", 0, "out_of_range"),
        "term of no month": at("/demand/0/term_months", 0, "out_of_range"),
        # money
        "price with an exponent": at(_PRICE, "1e-400", "invalid_money"),
        "price Infinity": at(_PRICE, "Infinity", "invalid_money"),
        "price of 40 digits": at(_PRICE, "1" * 40, "invalid_money"),
        "price of 13 places": at(_PRICE, "1.1234567890123", "invalid_money"),
        "price negative": at(_PRICE, "-1", "invalid_money"),
        "price with a plus": at(_PRICE, "+1", "invalid_money"),
        "price in other digits": at(_PRICE, "\u0661\u0662", "invalid_money"),
        "price empty": at(_PRICE, "", "invalid_money"),
        "price a number": at(_PRICE, 25000, "wrong_type"),
        "price no money": at("/offers/0/price_breaks/0/unit_price", "25000.00", "wrong_type"),
        "price without currency": without("/offers/0/price_breaks/0/unit_price/currency"),
        "price with a unit": (
            put("/offers/0/price_breaks/0/unit_price/unit", "chip"),
            "/offers/0/price_breaks/0/unit_price/unit",
            "unknown_field",
        ),
        "price in another currency": at("/offers/0/price_breaks/1/unit_price/currency", "EUR", "currency_differs"),
        "currency in small letters": at("/report_currency", "usd", "invalid_currency"),
        "currency a number": at("/budgets/0/max/currency", 840, "wrong_type"),
        "budget without a limit": without("/budgets/0/max"),
        # numbers
        "gap above a tenth": at("/solve/gap", 0.11, "out_of_range"),
        "gap a word": at("/solve/gap", "tiny", "wrong_type"),
        "gap of 40 places": at("/solve/gap", "0." + "0" * 39 + "1", "wrong_type"),
        "gap true": at("/solve/gap", True, "wrong_type"),
        "time of half a second": at("/solve/time_limit_s", 0.5, "out_of_range"),
        "time above ten minutes": at("/solve/time_limit_s", 601, "out_of_range"),
        "seed negative": at("/solve/seed", -1, "out_of_range"),
        "discount of 101 percent": at("/discounts/0/percent", 101, "out_of_range"),
        "residual negative": at("/demand/0/residual_percent", -1, "out_of_range"),
        "usage effectiveness below 1": at("/sites/0/power_usage_effectiveness", 0.9, "out_of_range"),
        "power negative": at("/sites/0/power_kw", -1, "out_of_range"),
        "rate of nothing": at("/demand/0/substitutes/0/rate", 0, "out_of_range"),
        "amount of nothing": at("/demand/1/capability/amount", 0, "out_of_range"),
        "floor negative": at("/demand/0/requires/memory_gb", -1, "out_of_range"),
        "floor of no metric": at("/demand/0/requires/colour", 1, "unknown_field"),
        # days
        "29 February of no leap year": at("/as_of", "2026-02-29", "invalid_date"),
        "year 9999": at("/demand/0/needed_by", "9999-12-31", "invalid_date"),
        "year 1899": at("/as_of", "1899-12-31", "invalid_date"),
        "day with an offset": at("/as_of", "2026-03-02T00:00:00+01:00", "invalid_date"),
        "day without dashes": at("/as_of", "20260302", "invalid_date"),
        "day a number": at("/as_of", 20260302, "wrong_type"),
        "price that ends before it begins": at("/offers/0/valid_until", "2025-12-31", "not_ascending"),
        "licence that ends before it begins": at("/licences/0/valid_until", "2025-12-31", "not_ascending"),
        # words and texts
        "country of three letters": at("/sites/0/country", "USA", "invalid_country"),
        "country in small letters": at("/sites/0/country", "us", "invalid_country"),
        "country that is none": at("/sites/0/country", "XX", "invalid_country"),
        "country in wide letters": at("/sites/0/country", "\uff35\uff33", "invalid_country"),
        "country null": (put("/parties/0/country", None), "/parties/0/country", "required"),
        "unknown policy allow": at("/unknown_policy", "allow", "not_one_of"),
        "unknown objective": at("/objective/1", "max_joy", "not_one_of"),
        "objective twice": at("/objective/1", "min_cost", "duplicate"),
        "no objective": at("/objective", [], "too_few"),
        "unknown metric": at("/demand/1/capability/metric", "fp16", "not_one_of"),
        "interconnect as a capability": at("/demand/1/capability/metric", "interconnect_gb_s", "not_one_of"),
        "unknown incoterm": at("/offers/0/incoterm", "FOB", "not_one_of"),
        "acquisition of nothing": at("/demand/0/acquisition", [], "too_few"),
        "acquisition twice": at("/demand/0/acquisition/1", "buy", "duplicate"),
        "acquisition by theft": at("/demand/0/acquisition/1", "steal", "not_one_of"),
        "flag as a number": at("/sites/0/recovers_tax", 1, "wrong_type"),
        "statement as text": at("/sites/0/end_use/military", "no", "wrong_type"),
        "id of 201 characters": at("/parties/3/id", "x" * 201, "too_long"),
        "id empty": at("/demand/0/id", "", "invalid_text"),
        "id with a zero-width space": at("/demand/0/id", "d\u200b1", "invalid_text"),
        "id of the catalogue": at("/offers/2/id", "cat:mine", "reserved"),
        "name with a bell": at("/parties/0/name", "Prairie\u0007", "invalid_text"),
        "name that shows nothing": at("/parties/0/name", "\u200b\u00a0", "invalid_text"),
        "name a number": at("/parties/0/name", 7, "wrong_type"),
        # fields and forms
        "no buyer": without("/buyer"),
        "no demand": at("/demand", [], "too_few"),
        "demand no list": at("/demand", {"id": "d1"}, "wrong_type"),
        "demand item null": at("/demand/1", None, "required"),
        "demand item a word": at("/demand/1", "d2", "wrong_type"),
        "solve no object": at("/solve", 3, "wrong_type"),
        "unknown field": at("/colour", "blue", "unknown_field"),
        "unknown field that is null": at("/sites/0/colour", None, "unknown_field"),
        "unknown field with a slash": (put("/solve/a~1b", 1), "/solve/a~01b", "unknown_field"),
        "chip without quantity": without(_QTY),
        "neither chip nor capability": (drop("/demand/1/capability"), "/demand/1/chip", "required"),
        "chip and capability": at("/demand/0/capability", {"metric": "memory_gb"}, "conflicting"),
        "capability and quantity": at("/demand/1/qty", 3, "conflicting"),
        "capability without an amount": without("/demand/1/capability/amount"),
        "amount and as much as can be had": (
            both(_ENDED, put("/demand/1/capability/amount", 5)),
            "/demand/1/maximise",
            "conflicting",
        ),
        "substitute is the chip itself": at("/demand/0/substitutes/0/chip", "nvidia-h100-sxm-80gb", "duplicate"),
        "lease without a term": without("/demand/0/term_months"),
        "lease that stands nowhere": (
            put("/offers/-", a_lease(data_centre={"owner": "hall"})),
            "/offers/3/data_centre/country",
            "required",
        ),
        "no price": at("/offers/0/price_breaks", [], "too_few"),
        "breaks that fall": at("/offers/0/price_breaks/1/min_qty", 1, "not_ascending"),
        "volume group with other thresholds": (
            put("/offers/1/price_breaks/1/min_qty", 11),
            "/offers/1/price_breaks",
            "group_thresholds_differ",
        ),
        "volume group with another number": (
            drop("/offers/1/price_breaks/1"),
            "/offers/1/price_breaks",
            "group_thresholds_differ",
        ),
        # rules
        "share without measure": without("/rules/0/measure"),
        "share without operator": without("/rules/0/op"),
        "share above 1": at("/rules/0/value", 1.01, "out_of_range"),
        "share in money": at("/rules/0/value", usd("1"), "wrong_type"),
        "spend cap in numbers": at("/rules/1/value", 900000, "wrong_type"),
        "cap negative": (
            both(put("/rules/1/measure", "units"), put("/rules/1/value", -1)),
            "/rules/1/value",
            "out_of_range",
        ),
        "count of a half": at("/rules/2/value", 2.5, "out_of_range"),
        "count of colours": at("/rules/2/of", "colours", "not_one_of"),
        "preference with a priority": at("/rules/4/priority", 1, "conflicting"),
        "preference without a value": without("/rules/4/value"),
        "least order at most": at("/rules/5/op", "<=", "not_one_of"),
        "concentration without measure": without("/rules/6/measure"),
        "priority 5": at("/rules/0/priority", 5, "out_of_range"),
        "priority true": at("/rules/0/priority", True, "out_of_range"),
        "measure of joy": at("/rules/0/measure", "joy", "not_one_of"),
        "operator below": at("/rules/0/op", "<", "not_one_of"),
        "rule without a kind": without("/rules/0/kind"),
        "selector of colours": at("/rules/0/select/colours", ["red"], "unknown_field"),
        # ids used twice
        "party twice": (
            put("/parties/-", {"id": "hall", "name": "Other", "country": "DE"}),
            "/parties/4/id",
            "duplicate_id",
        ),
        "site twice": (put("/sites/-", {"id": "site1", "country": "DE"}), "/sites/2/id", "duplicate_id"),
        "demand twice": at("/demand/1/id", "d1", "duplicate_id"),
        "budget twice": (put("/budgets/-", {"id": "b1", "max": usd("1")}), "/budgets/1/id", "duplicate_id"),
        "rule twice": at("/rules/3/id", "r1", "duplicate_id"),
        "offer twice": at("/offers/1/id", "o1", "duplicate_id"),
        "licence twice": (put("/licences/-", {"id": "l1"}), "/licences/1/id", "duplicate_id"),
        "scenario twice": (put("/scenarios/-", {"name": "no preference"}), "/scenarios/1/name", "duplicate_id"),
        "discount twice": (
            put("/discounts/-", {"vendor": "NVIDIA", "percent": 1}),
            "/discounts/1/vendor",
            "duplicate_id",
        ),
        "scenario's budget twice": (
            put("/scenarios/0/budgets/-", {"id": "b1", "max": usd("1")}),
            "/scenarios/0/budgets/1/id",
            "duplicate_id",
        ),
        # references to nothing
        "unknown buyer": at("/buyer", "nobody", "unknown_reference"),
        "unknown end user": at("/sites/0/end_user", "nobody", "unknown_reference"),
        "unknown parent": at("/parties/0/ultimate_parent", "nobody", "unknown_reference"),
        "unknown owner": at("/parties/2/owners/0/party", "nobody", "unknown_reference"),
        "unknown site": at("/demand/0/site", "nowhere", "unknown_reference"),
        "unknown chip": at("/demand/0/chip", "abacus", "unknown_chip"),
        "unknown substitute": at("/demand/0/substitutes/1/chip", "abacus", "unknown_chip"),
        "unknown chip on offer": at("/offers/2/chip", "abacus", "unknown_chip"),
        "unknown seller": at("/offers/0/seller", "nobody", "unknown_reference"),
        "unknown owner of a data centre": at("/offers/2/data_centre/owner", "nobody", "unknown_reference"),
        "budget of an unknown site": at("/budgets/0/sites/0", "nowhere", "unknown_reference"),
        "rule on an unknown site": at("/rules/0/within/sites/0", "nowhere", "unknown_reference"),
        "rule on an unknown demand": at("/rules/0/within/demands/0", "nothing", "unknown_reference"),
        "rule on an unknown offer": at("/rules/0/within/offers/0", "nothing", "unknown_reference"),
        "rule on an unknown chip": at("/rules/0/select/chips/0", "abacus", "unknown_chip"),
        "licence for an unknown party": at("/licences/0/parties/0", "nobody", "unknown_reference"),
        "licence for an unknown site": at("/licences/0/sites/0", "nowhere", "unknown_reference"),
        "scenario's budget of an unknown site": (
            put("/scenarios/0/budgets/0/sites", ["nowhere"]),
            "/scenarios/0/budgets/0/sites/0",
            "unknown_reference",
        ),
        # what cannot be
        "parents in a circle": (
            both(put("/parties/1/ultimate_parent", "hall"), put("/parties/3/ultimate_parent", "seller")),
            "/parties/1/ultimate_parent",
            "cycle",
        ),
        "owners of 101 percent": (put("/parties/2/owners/0/percent", 41.5), "/parties/2/owners", "above_100_percent"),
        "most without max_capability": (
            both(_ENDED, put("/objective", "min_cost")),
            "/objective",
            "needs_max_capability",
        ),
        "a scenario without max_capability": (
            both(_ENDED, put("/scenarios", [{"name": "s", "objective": "min_cost"}])),
            "/scenarios/0/objective",
            "needs_max_capability",
        ),
        "most of two metrics": (
            both(_ENDED, put("/demand/-", {**_MAXIMISE, "id": "d3", "capability": {"metric": "fp64_tflops"}})),
            "/demand/2/capability/metric",
            "metrics_differ",
        ),
        "most without an end": (both(_ENDED, put("/budgets", [])), "/demand/1/maximise", "unbounded"),
        "most with an end elsewhere": (
            both(_ENDED, put("/budgets/0/sites", ["site1"])),
            "/demand/1/maximise",
            "unbounded",
        ),
        "most with an end of purchases alone": (
            both(
                _ENDED,
                put("/budgets/0/modes", ["buy"]),
                put("/demand/1/acquisition", ["buy", "lease"]),
                put("/demand/1/term_months", 12),
            ),
            "/demand/1/maximise",
            "unbounded",
        ),
        "a scenario without an end": (
            both(_ENDED, put("/scenarios", [{"name": "s", "budgets": []}])),
            "/scenarios/0/budgets",
            "unbounded",
        ),
        # sizes
        "11 scenarios": (put("/scenarios", [{"name": f"s{n}"} for n in range(11)]), "/scenarios", "too_many"),
        "201 sites": (put("/sites", [{"id": f"s{n}", "country": "US"} for n in range(201)]), "/sites", "too_many"),
        "1,001 demands": (put("/demand", [{}] * 1001), "/demand", "too_many"),
        "501 parties": (put("/parties", [{}] * 501), "/parties", "too_many"),
        "501 rules": (put("/rules", [{}] * 501), "/rules", "too_many"),
        "20,001 offers": (put("/offers", [{}] * 20_001), "/offers", "too_many"),
        "200,400 pairs in full": (
            both(
                put("/demand", [{**_FULL["demand"][1], "id": f"d{n}"} for n in range(668)]),
                put("/offers", [a_lease(id=f"o{n}") for n in range(300)]),
                put("/rules", []),
            ),
            "/explain",
            "too_many",
        ),
    }.items()
]

NOT_JSON = {
    "nothing": (b"", 1, 1),
    "an unclosed object": (b'{"buyer":\n  oops}', 2, 3),
    "100,000 brackets": (b"[" * 100_000, 1, 33),
    "33 levels": (b'{"a":' * 32 + b"[]" + b"}" * 32, 1, 161),
    "an integer of 5,000 digits": (b'{"a": ' + b"1" * 5_000 + b"}", 1, 7),
    "an integer beyond doubles": (b"[1, 1" + b"0" * 309 + b"]", 1, 5),
    "1e999": (b'[\n"1e999", 1e999]', 2, 10),
    "1e-999": (b"[1e-999]", 1, 2),
    "NaN": (b'{"a": NaN}', 1, 7),
    "Infinity": (b"[-Infinity]", 1, 2),
    "a key twice": (b'{"a": 1,\n "b": {"a": 1}, "a": 2}', 2, 17),
    "a key twice, written in two ways": (b'{"a": 1, "\\u0061": 2}', 1, 10),
    "a lone surrogate": (b'["ok", "\\ud800"]', 1, 8),
    "half a pair the wrong way": (b'["\\udc00\\ud800"]', 1, 2),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), 1, 1),
    "UTF-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), 1, 2),
    "a byte order mark": (b"\xef\xbb\xbf{}", 1, 1),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), 1, 8),
    "NUL as an escape": (b'["a\\u0000b"]', 1, 2),
    "NUL itself": (b'["a\x00b"]', 1, 4),
    "more after the value": (b"{} {}", 1, 4),
    "a comment": (b"{} // done", 1, 4),
    "single quotes": (b"{'a': 1}", 1, 2),
    "a trailing comma": (b"[1,]", 1, 4),
    "a leading zero": (b"[01]", 1, 3),
}
"""Name to body, line and column of texts that are no strict JSON."""
