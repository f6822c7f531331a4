"""The answer, typed where a program reads it most; everything else is in `document`, as the service sent it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quoting_client.money import Money, money

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one transaction."""

    rule: str
    jurisdiction: str
    outcome: str
    because: str
    citation: str | None
    url: str | None
    document: Document


@dataclass(frozen=True, slots=True)
class Determination:
    """Whether one transaction is lawful. `cannot_determine` is never permission."""

    id: str | None
    outcome: str
    exception: str | None
    review_policy: str | None
    findings: tuple[Finding, ...]
    citations: tuple[str, ...]
    conditions: tuple[str, ...]
    document: Document


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one offer for one demand at one site. `unit_price` is in the offer's currency."""

    demand: str
    site: str
    offer: str
    vendor: str
    chip: str
    mode: str
    qty: int
    unit_price: Money
    unit_landed: Money
    total: Money
    delivery_date: date | None
    determination: Determination
    document: Document


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be done or kept for the plan to be lawful."""

    text: str
    citation: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`kind`: safe, if_cleared, scenario, partial. `unserved` holds demand ids; only a partial plan has some."""

    kind: str
    name: str | None
    basis: str
    total: Money
    proven_optimal: bool
    gap: float
    lines: tuple[Line, ...]
    conditions: tuple[Condition, ...]
    unserved: tuple[str, ...]
    latest_delivery: date | None
    document: Document


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an offer is not used for a demand; `offer` is None for a chip without a price on the day."""

    offer: str | None
    demand: str
    chip: str | None
    code: str
    because: str
    citations: tuple[str, ...]
    determination: Determination | None
    document: Document


@dataclass(frozen=True, slots=True)
class Result:
    """`verdict`: feasible_safe, feasible_if_cleared, infeasible. `text` is the document byte for byte."""

    quote_id: str
    verdict: str
    answer: str
    as_of: date
    data_as_of: date
    plans: tuple[Plan, ...]
    determinations: Mapping[str, Determination]
    why_not: tuple[WhyNot, ...]
    digest: str
    document: Document
    text: str

    def plan(self, kind: str) -> Plan | None:
        """The first plan of a kind."""
        return next((plan for plan in self.plans if plan.kind == kind), None)

    @property
    def best(self) -> Plan | None:
        """The plan that carries the verdict: safe, else if cleared, else what can be met of it."""
        found = (self.plan(kind) for kind in ("safe", "if_cleared", "partial"))
        return next((plan for plan in found if plan is not None), None)

    def reasons(self, *, code: str | None = None, demand: str | None = None) -> Sequence[WhyNot]:
        """Why offers are not used, of one code or one demand only where they are named."""
        return [w for w in self.why_not if code in (None, w.code) and demand in (None, w.demand)]


def read_result(quote_id: str, text: str) -> Result:
    document: Document = json.loads(text)
    known = {d["id"]: read_determination(d) for d in document["determinations"]}
    return Result(
        quote_id=quote_id,
        verdict=document["verdict"],
        answer=document["answer"],
        as_of=date.fromisoformat(document["as_of"]),
        data_as_of=date.fromisoformat(document["data_as_of"]),
        plans=tuple(_plan(plan, known) for plan in document["plans"]),
        determinations=known,
        why_not=tuple(_why_not(row, known) for row in document["why_not"]),
        digest=document["reproducibility"]["result"],
        document=document,
        text=text,
    )


def read_determination(document: Document) -> Determination:
    return Determination(
        id=document.get("id"),
        outcome=document["outcome"],
        exception=document["exception"],
        review_policy=document["review_policy"],
        findings=tuple(_finding(finding) for finding in document["findings"]),
        citations=tuple(document["citations"]),
        conditions=tuple(document["conditions"]),
        document=document,
    )


def _finding(document: Document) -> Finding:
    return Finding(
        rule=document["rule"],
        jurisdiction=document["jurisdiction"],
        outcome=document["outcome"],
        because=document["because"],
        citation=document.get("citation"),
        url=document.get("url"),
        document=document,
    )


def _plan(document: Document, known: Mapping[str, Determination]) -> Plan:
    return Plan(
        kind=document["kind"],
        name=document["name"],
        basis=document["basis"],
        total=money(document["total"]),
        proven_optimal=document["proven_optimal"],
        gap=document["gap"],
        lines=tuple(_line(line, known) for line in document["lines"]),
        conditions=tuple(Condition(c["text"], c.get("citation")) for c in document["conditions"]),
        unserved=tuple(missed["demand"] for missed in document["unserved"]),
        latest_delivery=_day(document["latest_delivery"]),
        document=document,
    )


def _line(document: Document, known: Mapping[str, Determination]) -> Line:
    return Line(
        demand=document["demand"],
        site=document["site"],
        offer=document["offer"],
        vendor=document["vendor"],
        chip=document["chip"],
        mode=document["mode"],
        qty=document["qty"],
        unit_price=money(document["unit_price"]),
        unit_landed=money(document["unit_landed"]),
        total=money(document["total"]),
        delivery_date=_day(document["delivery_date"]),
        determination=known[document["determination"]],
        document=document,
    )


def _why_not(document: Document, known: Mapping[str, Determination]) -> WhyNot:
    determination = document.get("determination")
    return WhyNot(
        offer=document["offer"],
        demand=document["demand"],
        chip=document.get("chip"),
        code=document["code"],
        because=document["because"],
        citations=tuple(document["citations"]),
        determination=None if determination is None else known[determination],
        document=document,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
