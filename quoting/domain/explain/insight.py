"""What re-solving tells of a plan: what its limits cost, and what keeps each unused offer out of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from quoting.domain.allocation.certificate import budget_spend
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, Item, Lot
from quoting.domain.allocation.relaxation import without
from quoting.domain.allocation.what_if import OutOfTime, WhatIf, Worth, endless, offers_of
from quoting.domain.answer import Code, NearestChange
from quoting.domain.candidates import Candidate
from quoting.domain.explain.answer_text import money_text, number_text
from quoting.domain.explain.gains import decimal
from quoting.domain.explain.repriced import RepricedOffer
from quoting.domain.money import Money
from quoting.domain.plan_problem import Ask, ProblemBuilder
from quoting.domain.request import Objective, QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch

_CODES = {"rule": Code.RULE, "budget": Code.BUDGET, "power": Code.POWER}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an offer that nothing forbids is not used, found by solving."""

    code: Code
    because: str
    change: NearestChange | None = None


@dataclass(slots=True)
class Insight:
    """`costs`: what each limit costs, by kind and id, those apart without which a plan has no end; `whole`: all were
    tried; `notes`: what time did not allow, or has no answer.
    """

    costs: dict[tuple[str, str], Worth] = field(default_factory=dict)
    whole: bool = False
    reasons: dict[str, Reason] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Inquiry:
    """Asks about the leading plan of one request."""

    def __init__(
        self,
        request: QuoteRequest,
        snapshot: Snapshot,
        ask: Ask,
        builder: ProblemBuilder,
        candidates: Iterable[Candidate],
        effort: Effort,
        watch: Watch,
    ) -> None:
        self._request, self._snapshot, self._ask, self._builder = request, snapshot, ask, builder
        self._effort, self._watch = effort, watch
        self._candidates: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            self._candidates.setdefault(candidate.offer.id, []).append(candidate)
        self._insight = Insight()
        self.what_if: WhatIf | None = None  # of the last plan asked about

    def about(self, problem: AllocationProblem, plan: Allocation) -> Insight:
        """What binds, and what keeps each offer out that the problem has and the plan does not use.

        In a partial plan the demands that it leaves out are left out of the question too.
        """
        problem = without(problem, [Item("demand", demand) for demand in plan.unserved])
        insight = self._insight
        try:
            what_if = self.what_if = WhatIf(problem, self._effort, self._watch, plan)
        except OutOfTime:
            insight.notes.append("no effort was left to weigh limits and offers by solving again")
            return insight
        try:
            self._limits(what_if)
        except OutOfTime:
            insight.notes.append("no effort was left to find out what every rule and budget costs")
        self._offers(what_if, plan)
        return insight

    # ---- limits

    def _limits(self, what_if: WhatIf) -> None:
        problem = what_if.problem
        used = offers_of(what_if.base)
        items = [Item("rule", r.id) for r in problem.rules if not r.priority]
        items += [Item("budget", b.id) for b in problem.budgets] + [Item("power", p.site) for p in problem.powers]
        for item in items:
            lifted = without(problem, [item])
            without_it = what_if.solve(lifted)
            nothing = Worth(problem.objectives[0], Fraction(0))
            worth = None if without_it is None else what_if.worth(without_it)
            if worth is not None and worth.objective == Objective.MAX_CAPABILITY and endless(lifted):
                self._insight.notes.append(f"{item.kind} {item.id}: without it nothing bounds how much is bought")
            else:
                self._insight.costs[item.kind, item.id] = worth or nothing
            if without_it is None or not what_if.better(without_it):
                continue
            for offer in sorted(offers_of(without_it) - used):
                self._insight.reasons.setdefault(offer, self._kept_out(item, problem, without_it))
        self._insight.whole = True

    def _kept_out(self, item: Item, problem: AllocationProblem, plan: Allocation) -> Reason:
        """A limit without which the best plan uses an offer."""
        change = NearestChange(item.kind, item.id, None, None, None, "")
        if item.kind == "budget":
            budget = next(b for b in self._ask.budgets if b.id == item.id)
            limit = next(b for b in problem.budgets if b.id == item.id)
            spend = Money.of_minor(budget_spend(problem, plan.quantities, limit), self._request.report_currency)
            because = f"budget {item.id} keeps it out: the best plan without that budget uses it"
            words = (
                f"with {money_text(spend)} in place of {money_text(budget.max)} in budget {item.id} it would be used"
            )
            change = replace(change, field="max", before=budget.max, after=spend, because=words)
        elif item.kind == "power":
            site = next(s for s in self._request.sites if s.id == item.id)
            drawing = {u.pair: u.watts for u in problem.uses if u.site == item.id}
            watts = sum((n * drawing.get(pair, Fraction(0)) for pair, n in plan.quantities.items()), Fraction(0))
            because = f"the power at {item.id} keeps it out: the best plan without that limit uses it"
            words = f"with {number_text(watts / 1000)} kW at {item.id} it would be used"
            change = replace(change, field="power_kw", before=site.power_kw, after=decimal(watts / 1000), because=words)
        else:
            rule = next(r for r in self._ask.rules if r.id == item.id)
            because = f"rule {item.id} keeps it out: the best plan without that rule uses it"
            change = replace(
                change, field="value", before=rule.value, because=f"without rule {item.id} it would be used"
            )
        return Reason(_CODES[item.kind], because, change)

    # ---- offers

    def _offers(self, what_if: WhatIf, plan: Allocation) -> None:
        """Nearest first, as the relaxation tells; beyond the allowance and the time its bound has to do."""
        insight, base = self._insight, offers_of(what_if.base)
        lots = {lot.offer: lot for lot in what_if.problem.lots}
        for offer in sorted(base - offers_of(plan)):
            because = "a plan with it is as good or better, within the gap that was asked for"
            insight.reasons[offer] = Reason(Code.DOMINATED, because)
        bounds = self._bounds(what_if)
        unused = [o for o in lots if o not in base and o not in insight.reasons]
        unused.sort(key=lambda offer: (-bounds.get(offer, Fraction(1)), offer))
        exact, left = 0, False
        for offer in unused:
            reason = None
            if not left and what_if.solves < what_if.allowance:
                try:
                    reason = self._supply(what_if, lots[offer]) or self._price(what_if, offer)
                    exact += 1
                except OutOfTime:
                    left = True
            insight.reasons[offer] = reason or self._bounded(offer, bounds.get(offer))
        if exact < len(unused):
            insight.notes.append(
                f"exact entry prices by solving again for the nearest {exact} of {len(unused)} unused offers; "
                "for the others the bound of the relaxation, or none"
            )

    def _supply(self, what_if: WhatIf, lot: Lot) -> Reason | None:
        """Whether the offer would be used if its least quantity, lot size and stock were no matter."""
        firm = lot.moq > 1 or lot.multiple > 1 or (lot.thresholds[0] > 1 and lot.group is None)
        if not firm and lot.stock is None:
            return None
        lifted = what_if.solve(without(what_if.problem, [Item("supply", lot.offer)]))
        if lifted is None or not what_if.better(lifted):
            return None
        pieces = sum(n for (offer, _), n in lifted.quantities.items() if offer == lot.offer)
        first = 1 if lot.group else lot.thresholds[0]
        least = math.ceil(max(first, lot.moq) / lot.multiple) * lot.multiple
        if lot.stock is not None and pieces > lot.stock:
            name, before, code = "available_qty", lot.stock, Code.NO_STOCK
            because = f"{lot.stock} are to be had; the best plan would use it with {pieces}"
        elif pieces < least:
            name = "moq" if lot.moq >= first else "price_breaks"
            before, code = least, Code.BELOW_MOQ
            because = f"at least {least} have to be taken; the best plan would take {pieces}"
        else:
            name, before, code, pieces = "multiple", lot.multiple, Code.BELOW_MOQ, 1
            because = f"it comes in lots of {lot.multiple}; singly the best plan would use it"
        words = f"with {pieces} in place of {before} it would be used"
        return Reason(code, because, NearestChange("supply", lot.offer, name, Decimal(before), Decimal(pieces), words))

    def _price(self, what_if: WhatIf, offer: str) -> Reason:
        """The price at which the best plan would use it."""
        forced = what_if.forced(offer)
        if forced is None:
            return Reason(Code.DOMINATED, "no plan within the limits can take even its least quantity")
        priced = RepricedOffer(self._request, self._snapshot, self._ask, self._builder, self._candidates[offer])
        entry = what_if.entry(priced.offered, lambda price: priced.problem(what_if.problem, price), forced)
        if what_if.worth(forced) is None and not what_if.better(forced) and forced.given_up != what_if.base.given_up:
            because = "to use it another rule of the buyer's would have to be given up"
            if entry.at is None:
                return Reason(Code.RULE, because)
        if entry.at is None or entry.plan is None:
            return Reason(Code.DOMINATED, "a plan without it is no worse, whatever its price")
        served = sorted({demand for o, demand in entry.plan.quantities if o == offer})
        pieces = sum(n for (o, _), n in entry.plan.quantities.items() if o == offer)
        change = priced.change(entry.at, "exact", f"the best plan would take {pieces:,} of it for {', '.join(served)}")
        return Reason(Code.DOMINATED, "a plan without it is better", change)

    # ---- what the relaxation tells

    def _bounds(self, what_if: WhatIf) -> Mapping[str, Fraction]:
        """By offer the part of its price from which on it could enter at all, as far as the relaxation tells."""
        found = {}
        for offer, discounts in what_if.least_discounts().items():
            if discounts:
                priced = RepricedOffer(self._request, self._snapshot, self._ask, self._builder, self._candidates[offer])
                found[offer] = priced.factor(discounts)
        return found

    def _bounded(self, offer: str, factor: Fraction | None) -> Reason:
        because = "a plan without it is no worse in the objectives asked for"
        if factor is None or factor >= 1 or factor <= 0:
            return Reason(Code.DOMINATED, f"{because}; no effort was left for its exact entry price")
        priced = RepricedOffer(self._request, self._snapshot, self._ask, self._builder, self._candidates[offer])
        change = priced.change(math.ceil(priced.offered * factor), "bound", "above that no better plan can use it")
        return Reason(Code.DOMINATED, f"{because}; of its entry price only a bound is known", change)
