"""A plan in JSON. Contract section 4, `plans[]`."""

from __future__ import annotations

from typing import Any

from quoting.domain.answer import ObjectiveReport, Plan, PlanLine
from quoting.domain.money import decimal_text
from quoting.domain.pricing.charges import Charge, FxRate
from quoting.wire.determination import iso
from quoting.wire.json_text import double, number
from quoting.wire.money import print_money
from quoting.wire.shapes import present


def print_plan(plan: Plan) -> dict[str, Any]:
    """Objective values, bounds and capability are numbers; money of an objective in major units."""
    objectives = [_objective(objective) for objective in plan.objectives]
    first = objectives[0]
    return {
        "kind": plan.kind.value,
        "name": plan.name,
        "basis": plan.basis,
        "objectives": objectives,
        "objective": first["name"],
        "objective_value": first["value"],
        "bound": first["bound"],
        "gap": first["gap"],
        "proven_optimal": plan.proven_optimal,
        "stopped": plan.stopped,
        "total": print_money(plan.total),
        "totals_by_site": [
            {"site": each.site, "total": print_money(each.total)}
            | ({} if each.own is None else {"own": print_money(each.own)})
            for each in plan.totals_by_site
        ],
        "spend_by_grade": [
            {"grade": grade.value, "total": print_money(total)} for grade, total in plan.spend_by_grade.items()
        ],
        "spend_by_vendor": [
            {"vendor": vendor, "total": print_money(total)} for vendor, total in plan.spend_by_vendor.items()
        ],
        "capability": {metric.value: double(amount) for metric, amount in plan.capability.items()},
        "latest_delivery": iso(plan.latest_delivery),
        "lines": [_line(line, plan.total.currency) for line in plan.lines],
        "order_charges": [{"offer": offer, "amount": print_money(amount)} for offer, amount in plan.order_charges],
        "conditions": [
            {
                "text": condition.text,
                "citation": condition.citation,
                "determinations": list(condition.determinations),
                "days": condition.days,
                "lines": [{"offer": offer, "demand": demand} for offer, demand in condition.pairs],
            }
            for condition in plan.conditions
        ],
        "given_up_rules": list(plan.given_up_rules),
        "unserved": [{"demand": each.demand, "because": each.because} for each in plan.unserved],
        "not_priced": [
            {"offer": each.offer, "demand": each.demand, "kind": each.kind, "because": each.because}
            for each in plan.not_priced
        ],
        "notes": list(plan.notes),
    }


def _objective(objective: ObjectiveReport) -> dict[str, Any]:
    return {
        "name": str(objective.name),
        "value": double(objective.value),
        "bound": double(objective.bound),
        "gap": double(objective.gap),
    }


def _line(line: PlanLine, report_currency: str) -> dict[str, Any]:
    return {
        "demand": line.demand,
        "site": line.site,
        "offer": line.offer,
        "vendor": line.vendor,
        "chip": line.chip,
        "mode": line.mode.value,
        "qty": line.qty,
        "break_min_qty": line.break_min_qty,
        "unit_price": print_money(line.unit_price),
        "unit_landed": print_money(line.unit_landed),
        "total": print_money(line.total),
        "cost_tree": [_charge(charge, report_currency) for charge in line.cost_tree],
        "delivery_date": iso(line.delivery_date),
        "determination": line.determination,
        "grade": line.grade.value,
    } | present(
        licence=line.licence,
        supply=line.supply,
        lower_bound=line.lower_bound or None,
        to_clear=list(line.to_clear) or None,
    )


def _charge(charge: Charge, currency: str) -> dict[str, Any]:
    """An item of the cost tree: `amount` the exact decimal, null where it is due and not known."""
    base = charge.base
    return {
        "kind": charge.kind.value,
        "amount": None if charge.amount is None else decimal_text(charge.amount),
        "currency": currency,
        "counted": charge.counted,
    } | present(
        base=None if base is None else {"amount": decimal_text(base), "currency": currency},
        rate=None if charge.rate is None else number(charge.rate),
        citation=charge.citation,
        grade=charge.grade,
        note=charge.note,
        fx=None if charge.fx is None else print_fx(charge.fx),
    )


def print_fx(rate: FxRate) -> dict[str, Any]:
    return {
        "from": rate.source_currency,
        "to": rate.target_currency,
        "rate": number(rate.rate),
        "date": rate.date.isoformat(),
        "source": rate.source,
        "stale": rate.stale,
    }
