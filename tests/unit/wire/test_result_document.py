"""A result as JSON: the shape of contract section 4, exact money, and a digest that anybody can recompute."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quoting.domain.answer import (
    Code,
    Condition,
    Conflict,
    ConflictItem,
    NotPriced,
    ObjectiveReport,
    Plan,
    PlanKind,
    PlanLine,
    Quote,
    RuleReport,
    SiteTotal,
    Unserved,
    Verdict,
    WhyNot,
)
from quoting.domain.chips import Metric
from quoting.domain.money import Money
from quoting.domain.offers import Grade, Mode, Offer, PriceBreak
from quoting.domain.pricing.charges import Charge, ChargeKind, FxRate
from quoting.domain.snapshot import SourcePart
from quoting.wire.json_text import canonical, parse
from quoting.wire.request import load_request, request_digest
from quoting.wire.result import result_digest, result_document
from tests.builders import a_request


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


FX = FxRate("EUR", "USD", Decimal("1.08345678901234"), date(2026, 2, 27), False, "ECB")
LINE = PlanLine(
    demand="d1",
    site="site1",
    offer="o1",
    vendor="v",
    chip="nvidia-l40s",
    mode=Mode.BUY,
    qty=10,
    break_min_qty=1,
    unit_price=Money(Decimal("8000.10"), "EUR"),
    unit_landed=usd("8667.76"),
    total=usd("86677.60"),
    lower_bound=True,
    cost_tree=(
        Charge(ChargeKind.GOODS, Fraction("8000.10") * Fraction(FX.rate), True, fx=FX),
        Charge(ChargeKind.DUTY, Fraction(0), True, base=Fraction("8667.76"), rate=Decimal(0), citation="8473.30"),
        Charge(ChargeKind.TAX, None, False, note="no rate is known"),
    ),
    delivery_date=None,
    determination="t1",
    grade=Grade.A,
    supply="unknown",
)
PLAN = Plan(
    kind=PlanKind.SAFE,
    name=None,
    basis="safe",
    objectives=(ObjectiveReport("min_cost", Fraction("86677.60"), Fraction("86670.1"), Fraction("0.0001")),),
    proven_optimal=True,
    stopped=None,
    total=usd("86677.60"),
    totals_by_site=(SiteTotal("site1", usd("86677.60"), Money(Decimal("80001.00"), "EUR")),),
    spend_by_grade={Grade.A: usd("86677.60")},
    spend_by_vendor={"v": usd("86677.60")},
    capability={Metric.MEMORY: Fraction(480), Metric.BF16: Fraction("3620.5")},
    latest_delivery=None,
    lines=(LINE,),
    order_charges=(("o1", usd("12.00")),),
    conditions=(Condition("confirm", "t1", "15 CFR 742.6", 30, (("o1", "d1"),)),),
    given_up_rules=("r1",),
    unserved=(Unserved("d2", "nothing is left"),),
    not_priced=(NotPriced("o1", "d1", "tax", "no rate is known"),),
)


def a_quote(**changes: Any) -> Quote:
    fields: dict[str, Any] = {
        "answer": "Ten chips.",
        "verdict": Verdict.FEASIBLE_SAFE,
        "as_of": date(2026, 3, 2),
        "known_on": date(2026, 3, 2),
        "report_currency": "USD",
        "plans": (PLAN,),
        "offers": (
            Offer(
                id="cat:x",
                vendor="v",
                chip="nvidia-l40s",
                mode=Mode.BUY,
                currency="USD",
                price_breaks=(PriceBreak(1, Decimal("9000.123")),),
                private=False,
                grade=Grade.C,
            ),
        ),
        "determinations": (),
        "why_not": (WhyNot(None, "d1", "nvidia-l2", Code.NO_PRICE, "no price", (), "t1"),),
        "rules_report": (RuleReport("safe", "safe", "rule", "r1", True, Fraction(1, 3), None, Fraction(0), True),),
        "conflict": Conflict((ConflictItem("budget", "b1"),), ("t1",), True),
        "open_questions": (),
        "flips": (),
        "provenance": {"rates": SourcePart("rates", "ECB", date(2026, 2, 27), "ab", stale=True)},
        "data_as_of": date(2026, 10, 9),
        "solver": "HiGHS 1",
        "seed": 1,
        "snapshot": "cd",
        "model": (3, 2, 1),
        **changes,
    }
    return Quote(**fields)


def a_document(timings: dict[str, float] | None = None, **changes: Any) -> dict[str, Any]:
    return result_document(a_quote(**changes), load_request(a_request()), "chipquote 0", timings or {})


def test_the_result_digest_is_that_of_the_document_without_timings_and_reproducibility():
    document = a_document({"solve_ms": 12.3456})

    kept = {name: value for name, value in document.items() if name not in ("timings", "reproducibility")}
    by_hand = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # no number here differs
    assert document["reproducibility"]["result"] == hashlib.sha256(by_hand.encode()).hexdigest()


def test_the_digest_survives_storing_as_canonical_text():
    document = a_document({"solve_ms": 12.3456})

    stored = parse(canonical(document))

    assert result_digest(stored) == document["reproducibility"]["result"]


def test_timings_do_not_change_the_digest():
    assert a_document({"a": 1.0})["reproducibility"] == a_document({"a": 2.0})["reproducibility"]


def test_the_digests_of_request_and_snapshot_stand_beside_solver_and_seed():
    reproducibility = a_document()["reproducibility"]

    assert reproducibility["request"] == request_digest(load_request(a_request()))
    assert (reproducibility["snapshot"], reproducibility["engine"]) == ("cd", "chipquote 0")
    assert (reproducibility["solver"], reproducibility["seed"]) == ("HiGHS 1", 1)


def test_objective_values_and_capability_are_numbers():
    plan = a_document()["plans"][0]

    assert (plan["objective"], plan["objective_value"], plan["bound"]) == ("min_cost", 86677.6, 86670.1)
    assert plan["capability"] == {"memory_gb": 480, "bf16_dense_tflops": 3620.5}


def test_money_of_a_line_keeps_its_currency_and_digits():
    line = a_document()["plans"][0]["lines"][0]

    assert line["unit_price"] == {"amount": "8000.10", "currency": "EUR"}
    assert line["total"] == {"amount": "86677.60", "currency": "USD"}


def test_a_converted_charge_is_the_exact_product_of_price_and_printed_rate():
    goods = a_document()["plans"][0]["lines"][0]["cost_tree"][0]

    assert Decimal(goods["amount"]) == Decimal("8000.10") * Decimal(str(goods["fx"]["rate"]))
    assert (goods["fx"]["from"], goods["fx"]["to"], goods["fx"]["date"]) == ("EUR", "USD", "2026-02-27")


def test_a_charge_that_is_due_and_not_known_is_null_and_not_counted():
    tax = a_document()["plans"][0]["lines"][0]["cost_tree"][2]

    assert (tax["amount"], tax["counted"]) == (None, False)


def test_a_catalogue_offer_without_a_supply_figure_says_so():
    offer = a_document()["offers"][0]

    assert (offer["supply"], "available_qty" in offer, offer["grade"]) == ("unknown", False, "C")


def test_no_value_of_a_result_is_more_than_json_can_say():
    document = a_document(plans=(), conflict=None)

    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_every_field_of_section_4_stands_in_the_result():
    assert set(a_document()) >= {
        "answer", "verdict", "plans", "offers", "determinations", "why_not", "rules_report", "conflict",
        "open_questions", "flips", "provenance", "reproducibility", "timings", "model",
    }  # fmt: skip
    assert set(a_document()["plans"][0]) >= {
        "kind", "name", "basis", "objectives", "objective", "objective_value", "bound", "gap", "proven_optimal",
        "stopped", "total", "totals_by_site", "spend_by_grade", "capability", "latest_delivery", "lines",
        "order_charges", "conditions", "given_up_rules", "unserved", "not_priced",
    }  # fmt: skip
