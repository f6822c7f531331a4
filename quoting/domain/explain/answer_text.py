"""The answer in one paragraph: what is not served first, then the plan, the worst grade, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from quoting.domain.answer import ClearingGain, Conflict, Plan, PlanKind, Verdict
from quoting.domain.money import Money
from quoting.domain.plans import TIES_OPEN
from quoting.domain.request import Objective, QuoteRequest


def answer_text(
    request: QuoteRequest,
    verdict: Verdict,
    plans: Sequence[Plan],
    conflict: Conflict | None,
    searched: bool,
    clearing: ClearingGain | None = None,
) -> str:
    """One paragraph. `searched` False: time ran out before it was known whether there is a plan."""
    leading = next((p for p in plans if p.kind is not PlanKind.SCENARIO), None)
    sentences = list(_not_served(request, verdict, leading, conflict, searched))
    if leading is not None:
        sentences += _plan(leading)
        sentences += _unknowns(leading)
    if clearing is not None:
        sentences += _clearing(clearing)
    if verdict is Verdict.FEASIBLE_IF_CLEARED:
        sentences.append("Nothing in this plan may be ordered before the open points of its lines are cleared.")
    sentences.append("This informs; it is not legal advice.")
    return " ".join(sentences)


def _clearing(clearing: ClearingGain) -> Iterable[str]:
    """What the if-cleared plan has on the safe one, in money and days."""
    parts = []
    if clearing.gain is not None and clearing.gain.objective != Objective.MIN_COST:
        unit = clearing.gain.unit.replace("_", " ")
        parts.append(f"{number_text(Fraction(clearing.gain.amount))} {unit} better")
    if clearing.cheaper.amount:
        word = "cheaper" if clearing.cheaper.amount > 0 else "dearer"
        parts.append(f"{money_text(Money(abs(clearing.cheaper.amount), clearing.cheaper.currency))} {word}")
    if clearing.days:
        parts.append(f"{abs(clearing.days)} days {'sooner' if clearing.days > 0 else 'later'}")
    if parts:
        yield f"If what is open were cleared, the plan would be {', '.join(parts)}."


def money_text(money: Money) -> str:
    """Currency code, no-break space, grouped digits."""
    return f"{money.currency}\u00a0{money.amount:,f}"


def number_text(value: Fraction) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.2f}"


def _not_served(
    request: QuoteRequest, verdict: Verdict, leading: Plan | None, conflict: Conflict | None, searched: bool
) -> Iterable[str]:
    if verdict is Verdict.FEASIBLE_SAFE:
        return
    if not searched:
        yield "No lawful plan that meets every demand was found in the time given; whether there is one is not known."
    elif verdict is Verdict.FEASIBLE_IF_CLEARED:
        yield "No lawful plan meets every demand as things stand; one does if what is open is cleared."
    else:
        yield "No plan meets every demand."
    if leading is not None and leading.unserved:
        names = ", ".join(f"{u.demand} ({u.because})" if u.because else u.demand for u in leading.unserved)
        yield f"Not served: {names}."
    elif verdict is Verdict.INFEASIBLE:
        yield f"Not served: {', '.join(d.id for d in request.demand)}."
    if conflict is not None:
        items = ", ".join(f"{item.kind} {item.id}" for item in conflict.items)
        yield f"What cannot hold together: {items}."
        if conflict.repairs:
            keeping = (r for r in conflict.repairs if r.change.kind != "demand")  # who asks would rather ask for all
            yield f"A way out: {next(keeping, conflict.repairs[0]).because}."


def _plan(plan: Plan) -> Iterable[str]:
    kinds = {
        PlanKind.SAFE: "safe",
        PlanKind.IF_CLEARED: "if-cleared",
        PlanKind.PARTIAL: "partial",
        PlanKind.SCENARIO: "",
    }
    proven = (
        "proven optimal within the gap asked for" if plan.proven_optimal else "not proven optimal in the time given"
    )
    values = "; ".join(
        f"{o.name.replace('_', ' ')} {number_text(o.value)}" for o in plan.objectives if o.name != Objective.MIN_COST
    )
    pieces = sum(line.qty for line in plan.lines)
    chips = ", ".join(_by_chip(plan)) or "nothing"
    yield (
        f"The {kinds[plan.kind]} plan takes {pieces:,} chips ({chips}) for {money_text(plan.total)}"
        f"{' with ' + values if values else ''}, {proven}."
    )
    if plan.given_up_rules:
        yield f"Rules given up: {', '.join(plan.given_up_rules)}."
    if plan.spend_by_grade:
        worst = max(plan.spend_by_grade)
        yield f"The worst price grade in it is {worst} ({money_text(plan.spend_by_grade[worst])} of the spend)."


def _by_chip(plan: Plan) -> list[str]:
    pieces: dict[str, int] = {}
    for line in plan.lines:
        pieces[line.chip] = pieces.get(line.chip, 0) + line.qty
    return [f"{qty:,} {chip}" for chip, qty in sorted(pieces.items(), key=lambda item: -item[1])]


def _unknowns(plan: Plan) -> Iterable[str]:
    unknown = sum(line.qty for line in plan.lines if line.supply is not None)
    if unknown:
        yield f"Supply is not known for {unknown:,} of the chips: the quantity has to be confirmed with the vendor."
    if plan.not_priced:
        kinds = ", ".join(sorted({n.kind for n in plan.not_priced}))
        yield f"Not priced: {kinds}; the totals are lower bounds."
    stale = sorted(
        {c.fx.source_currency for line in plan.lines for c in line.cost_tree if c.fx is not None and c.fx.stale}
    )
    if stale:
        yield f"The exchange rate of {', '.join(stale)} is stale."
    if any(line.delivery_date is None for line in plan.lines):
        yield "The lead time of some lines is not known."
    yield from (f"{note[0].upper()}{note[1:]}." for note in plan.notes if note != TIES_OPEN)
