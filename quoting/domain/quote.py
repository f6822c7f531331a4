"""`make_quote`: screen, price, allocate, explain. The only place that composes law, cost and allocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quoting.domain.allocation.allocate import allocate, allocate_partial
from quoting.domain.allocation.conflict import minimal_conflict
from quoting.domain.allocation.highs import solver_version
from quoting.domain.allocation.problem import Effort, ModelSize, NoPlan
from quoting.domain.allocation.repairs import cheapest_repairs
from quoting.domain.answer import (
    Conflict,
    ConflictItem,
    Plan,
    PlanKind,
    Quote,
    Verdict,
)
from quoting.domain.candidates import candidates
from quoting.domain.controls.determination import Standing
from quoting.domain.explain.answer_text import answer_text
from quoting.domain.explain.clearing import clearing_gain
from quoting.domain.explain.repairs import RepairWriter
from quoting.domain.explain.telling import Solved, Teller
from quoting.domain.explain.why_not import in_words
from quoting.domain.market import market, refuse_unexplainable
from quoting.domain.money import Money
from quoting.domain.plan_problem import Ask, ProblemBuilder, ask_of, refuse_unpriceable
from quoting.domain.plans import PlanWriter
from quoting.domain.pricing.charges import FxRate
from quoting.domain.request import Explain, QuoteRequest, UnknownPolicy
from quoting.domain.screen import Screener
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Silent, Watch

SAFE, IF_CLEARED = "safe", "if_cleared"
# Of one solve of an explanation: what is explained then hangs on the model, and seldom on how fast the machine is,
# so that equal requests have equal digests.
_EXPLAIN_NODES = 200


def make_quote(request: QuoteRequest, snapshot: Snapshot, watch: Watch | None = None) -> Quote:
    """Answer a dated request from one snapshot: lawful, priced, optimal, explained.

    Pure: no input or output and no clock; equal request and snapshot give an equal quote whenever every solve closed
    its gap within its time.

    Raises:
        RequestInvalid: a budget or cap is in a currency without a reference rate, or too much is to be explained.
        Cancelled: the watch said stop.
    """
    return _Quoting(request, snapshot, watch or Silent()).answer()


class _Quoting:
    """One request on its way through; each step is taken once, in the order of `answer`."""

    def __init__(self, request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> None:
        self._request, self._snapshot, self._watch = request, snapshot, watch
        solve = request.solve
        self._effort = Effort(gap=float(solve.gap), limit_s=float(solve.time_limit_s), seed=solve.seed)
        self._size = ModelSize(0, 0, 0)
        refuse_unpriceable(request, snapshot.fx)
        refuse_unexplainable(request, snapshot)
        watch.stage("screening", 0)
        self._screener = Screener(request, snapshot)
        self._candidates = candidates(request, snapshot, market(request, snapshot), self._screener)
        self._builder = ProblemBuilder(request, self._candidates, snapshot.fx)
        self._writer = PlanWriter(request, self._candidates, snapshot.fx)

    def answer(self) -> Quote:
        request, ask = self._request, ask_of(self._request)
        both = request.unknown_policy is UnknownPolicy.BOTH
        self._watch.stage("allocating the safe plan", 20)
        safe, safe_known = self._solve(PlanKind.SAFE, SAFE, ask)
        cleared: Solved | None = None
        cleared_known = True
        if both:
            self._watch.stage("allocating the if-cleared plan", 45)
            cleared, cleared_known = self._cleared(safe, safe_known, ask)
        verdict = _verdict(safe, cleared)
        conflict, partial = None, None
        if verdict is Verdict.INFEASIBLE:
            self._watch.stage("allocating what can be met", 55)
            partial = self._partial(ask)
        searched = safe_known and (cleared is not None or cleared_known)
        solved = [s for s in (safe, cleared, partial) if s is not None]
        self._watch.stage("allocating scenarios", 60)
        solved += self._scenarios(both)
        if safe is None and safe_known:
            self._watch.stage("finding what conflicts", 70)
            conflict = self._conflict(ask)
        self._watch.stage("explaining", 90)
        self._effort.most_nodes = _EXPLAIN_NODES
        return self._quote(verdict, solved, conflict, ask, searched)

    def _solve(self, kind: PlanKind, basis: str, ask: Ask) -> tuple[Solved | None, bool]:
        """The plan of an ask on a basis; where there is none, whether that was proven."""
        problem = self._builder.build(basis, ask)
        outcome = allocate(problem, self._effort, self._watch, ordered=True)
        self._note_size(outcome.size)
        if isinstance(outcome, NoPlan):
            return None, outcome.proven
        return Solved(self._writer.write(kind, basis, ask, outcome, {}), problem, outcome), True

    def _cleared(self, safe: Solved | None, safe_known: bool, ask: Ask) -> tuple[Solved | None, bool]:
        """The if-cleared plan; where clearing opens nothing it is the safe plan under its own name."""
        opens = any(c.usable(IF_CLEARED) and not c.usable(SAFE) for c in self._candidates)
        if opens or any(c.licence is not None for c in self._candidates):
            return self._solve(PlanKind.IF_CLEARED, IF_CLEARED, ask)
        if safe is None:
            return None, safe_known
        plan = replace(safe.plan, kind=PlanKind.IF_CLEARED, basis=IF_CLEARED)
        return replace(safe, plan=plan), True

    def _conflict(self, ask: Ask) -> Conflict | None:
        problem = self._builder.build(SAFE, ask)
        items, proven = minimal_conflict(problem, self._effort, self._watch)
        if not items:
            return None
        named = {item.id for item in items if item.kind == "demand"}
        fixed = dict.fromkeys(
            c.determination.id
            for c in self._candidates
            if c.demand.id in named and c.determination.standing is not Standing.SAFE and c.licence is None
        )
        conflict = Conflict(tuple(ConflictItem(i.kind, i.id) for i in items), tuple(fixed), proven)
        if self._request.explain is Explain.NONE:
            return conflict
        self._watch.stage("repairing", 80)
        found = cheapest_repairs(problem, items, self._effort, self._watch)
        writer = RepairWriter(self._request, ask, self._candidates, self._snapshot.fx)
        repairs, notes = writer.write(found)
        return replace(conflict, repairs=repairs, notes=notes)

    def _partial(self, ask: Ask) -> Solved | None:
        problem = self._builder.build(SAFE, ask)
        allocation = allocate_partial(problem, self._effort, self._watch, ordered=True)
        if allocation is None:
            return None
        self._note_size(allocation.size)
        because = {demand: self._unserved_because(demand) for demand in allocation.unserved}
        return Solved(self._writer.write(PlanKind.PARTIAL, SAFE, ask, allocation, because), problem, allocation)

    def _unserved_because(self, demand: str) -> str:
        """Whether law leaves a demand nothing, or nothing is on offer, or it does not fit with the others."""
        serving = [c for c in self._candidates if c.demand.id == demand]
        if any(c.usable(SAFE) for c in serving):
            return "it cannot be met together with the others"
        barred = next((c for c in serving if not c.obstacles), None)
        if barred is not None:
            return f"no lawful offer is left; {barred.chip.id}: {in_words(barred.determination)}"
        return "no offer could serve it on the day" if not serving else "every offer has something against it"

    def _scenarios(self, both: bool) -> list[Solved]:
        found = []
        for scenario in self._request.scenarios:
            for basis in (SAFE, IF_CLEARED) if both else (SAFE,):
                solved, _ = self._solve(PlanKind.SCENARIO, basis, ask_of(self._request, scenario))
                if solved is not None:
                    found.append(solved)
        return found

    def _quote(
        self, verdict: Verdict, solved: list[Solved], conflict: Conflict | None, ask: Ask, searched: bool
    ) -> Quote:
        request, snapshot = self._request, self._snapshot
        assert request.as_of is not None and request.known_on is not None
        plans = tuple(s.plan for s in solved)
        teller = Teller(
            request, snapshot, ask, self._screener, self._candidates, self._builder, self._effort, self._watch
        )
        told = teller.told(solved, conflict)
        determinations = self._screener.determinations
        named = {line.offer for plan in plans for line in plan.lines} | {row.offer for row in told.why_not}
        offers = {c.offer.id: c.offer for c in self._candidates if not c.offer.private and c.offer.id in named}
        clearing = clearing_gain(plans, request)
        return Quote(
            answer=answer_text(request, verdict, plans, conflict, searched, clearing),
            verdict=verdict,
            as_of=request.as_of,
            known_on=request.known_on,
            report_currency=request.report_currency,
            plans=plans,
            offers=tuple(offers[name] for name in sorted(offers)),
            determinations=determinations,
            why_not=told.why_not,
            rules_report=told.rules_report,
            conflict=conflict,
            open_questions=told.questions,
            flips=told.flips,
            provenance=snapshot.parts,
            fx=self._rates(ask, plans),
            data_as_of=snapshot.rules.data_as_of,
            solver=f"HiGHS {solver_version()}",
            seed=request.solve.seed,
            snapshot=snapshot.digest,
            model=(self._size.columns, self._size.rows, self._size.integers),
            clearing=clearing,
            frontiers=told.frontiers,
            explain_notes=told.notes,
        )

    def _rates(self, ask: Ask, plans: Sequence[Plan]) -> tuple[FxRate, ...]:
        """The rates that limits, charges and prices were converted at, and those of totals in a site's own money."""
        report, request = self._request.report_currency, self._request
        money = [b.max for b in ask.budgets] + [r.value for r in ask.rules if isinstance(r.value, Money)]
        money += [s.electricity_price for s in request.sites if s.electricity_price is not None]
        money += [c.offer.order_charge for c in self._candidates if c.offer.order_charge is not None]
        sold = {c.offer.currency for c in self._candidates}
        pairs = {(currency, report) for currency in sold | {m.currency for m in money}}
        pairs |= {(report, t.own.currency) for p in plans for t in p.totals_by_site if t.own is not None}
        rates = (self._snapshot.fx.rate(*pair) for pair in sorted(pairs) if pair[0] != pair[1])
        return tuple(rate for rate in rates if rate is not None)

    def _note_size(self, size: ModelSize) -> None:
        if size.columns > self._size.columns:
            self._size = size


def _verdict(safe: Solved | None, cleared: Solved | None) -> Verdict:
    if safe is not None:
        return Verdict.FEASIBLE_SAFE
    return Verdict.INFEASIBLE if cleared is None else Verdict.FEASIBLE_IF_CLEARED
