"""The answer to a procurement request in JSON. Contract section 4."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quoting.domain.answer import (
    ClearingGain,
    Conflict,
    Frontier,
    Gain,
    Limit,
    NearestChange,
    Quote,
    Repair,
    RuleReport,
    WhyNot,
)
from quoting.domain.money import Money
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import SourcePart
from quoting.wire.determination import dump_determination
from quoting.wire.json_text import digest, double, number
from quoting.wire.money import print_money
from quoting.wire.offer import print_offer
from quoting.wire.plan import print_fx, print_plan
from quoting.wire.request import request_digest
from quoting.wire.shapes import present

_NOT_DIGESTED = ("timings", "reproducibility")


def result_document(quote: Quote, request: QuoteRequest, engine: str, timings: Mapping[str, float]) -> dict[str, Any]:
    """The result of a quote, with the digests of all that it hangs on.

    Args:
        request: the dated request that the quote answers.
        engine: name and version of the program.
        timings: milliseconds a stage.
    """
    columns, rows, integers = quote.model
    document = {
        "answer": quote.answer,
        "verdict": quote.verdict.value,
        "as_of": quote.as_of.isoformat(),
        "known_on": quote.known_on.isoformat(),
        "report_currency": quote.report_currency,
        "plans": [print_plan(plan) for plan in quote.plans],
        "offers": [print_offer(offer) for offer in quote.offers],
        "determinations": [dump_determination(determination) for determination in quote.determinations],
        "why_not": [_why_not(row) for row in quote.why_not],
        "rules_report": [_report(row) for row in quote.rules_report],
        "conflict": None if quote.conflict is None else _conflict(quote.conflict),
        "open_questions": [
            {
                "fact": asked.fact,
                "question": asked.question,
                "who": asked.who,
                "citation": asked.citation,
                "unlocks": asked.unlocks,
                "determinations": list(asked.determinations),
            }
            | present(worth=print_gain(asked.worth) if isinstance(asked.worth, Gain) else asked.worth)
            for asked in quote.open_questions
        ],
        "flips": [{name: str(value) for name, value in flip.items()} for flip in quote.flips],
        "gain": None if quote.clearing is None else _clearing(quote.clearing),
        "frontier": [_frontier(frontier) for frontier in quote.frontiers],
        "explain_notes": list(quote.explain_notes),
        "provenance": {name: _part(part) for name, part in quote.provenance.items()}
        | {"data_as_of": quote.data_as_of.isoformat()},
        "fx": [print_fx(rate) for rate in quote.fx],
        "data_as_of": quote.data_as_of.isoformat(),
        "model": {"columns": columns, "rows": rows, "integers": integers},
        "disclaimer": quote.disclaimer,
    }
    reproducibility = {
        "request": request_digest(request),
        "snapshot": quote.snapshot,
        "result": result_digest(document),
        "engine": engine,
        "solver": quote.solver,
        "seed": quote.seed,
    }
    spent = {name: round(float(milliseconds), 3) for name, milliseconds in timings.items()}
    return {**document, "reproducibility": reproducibility, "timings": spent}


def result_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a result without `timings` and `reproducibility`."""
    return digest({name: value for name, value in document.items() if name not in _NOT_DIGESTED})


def _why_not(row: WhyNot) -> dict[str, Any]:
    return {
        "offer": row.offer,
        "demand": row.demand,
        "chip": row.chip,
        "code": row.code.value,
        "because": row.because,
        "citations": list(row.citations),
    } | present(
        determination=row.determination,
        nearest_change=None if row.nearest_change is None else _change(row.nearest_change),
    )


def _change(change: NearestChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "from": print_limit(change.before),
        "to": print_limit(change.after),
        "because": change.because,
    } | present(
        field=change.field,
        proof=change.proof,
        below_percent=None if change.below_percent is None else number(change.below_percent),
        price_breaks=[{"min_qty": n, "unit_price": print_money(price)} for n, price in change.price_breaks] or None,
    )


def print_gain(gain: Gain) -> dict[str, Any]:
    """Money as money; capability and days as a number with their unit. Each says of which objective."""
    if gain.objective == "min_cost":
        return {"amount": f"{gain.amount:f}", "currency": gain.unit, "objective": gain.objective}
    return {"amount": number(gain.amount), "unit": gain.unit, "objective": gain.objective}


def _report(row: RuleReport) -> dict[str, Any]:
    return {
        "plan": row.plan,
        "basis": row.basis,
        "kind": row.kind,
        "id": row.id,
        "met": row.met,
        "value": _double(row.value),
        "limit": _double(row.limit),
        "slack": _double(row.slack),
        "binding": row.binding,
    } | present(cost=None if row.cost is None else print_gain(row.cost))


def _clearing(clearing: ClearingGain) -> dict[str, Any]:
    return {
        "cheaper": print_money(clearing.cheaper),
        "days_sooner": clearing.days,
        "objective": None if clearing.gain is None else print_gain(clearing.gain),
    }


def _frontier(frontier: Frontier) -> dict[str, Any]:
    return {
        "against": frontier.against,
        "basis": frontier.basis,
        "points": [
            {"total": print_money(point.total), "days": point.days}
            | present(
                capability=None if point.capability is None else number(point.capability),
                unit=point.unit,
                part=None if point.part is None else number(point.part),
            )
            for point in frontier.points
        ],
        "note": frontier.note,
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "items": [{"kind": item.kind, "id": item.id} for item in conflict.items],
        "fixed": list(conflict.fixed),
        "proven_minimal": conflict.proven_minimal,
        "repairs": [_repair(repair) for repair in conflict.repairs],
        "notes": list(conflict.notes),
    }


def _repair(repair: Repair) -> dict[str, Any]:
    change = repair.change
    return {
        "change": {
            "kind": change.kind,
            "id": change.id,
            "from": print_limit(change.before),
            "to": print_limit(change.after),
        },
        "cost": print_money(repair.cost),
        "plan_total": print_money(repair.plan_total),
        "because": repair.because,
        "proven": repair.proven,
    }


def print_limit(limit: Limit) -> Any:
    """Money as money, a figure as a number, terms of supply as an object, nothing as null."""
    if isinstance(limit, Money):
        return print_money(limit)
    if isinstance(limit, Decimal):
        return number(limit)
    return dict(limit) if isinstance(limit, Mapping) else limit


def _part(part: SourcePart) -> dict[str, Any]:
    return {"version": part.version, "date": part.as_of.isoformat(), "digest": part.digest, "stale": part.stale}


def _double(value: Fraction | None) -> int | float | None:
    return None if value is None else double(value)
