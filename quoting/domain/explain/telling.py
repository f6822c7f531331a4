"""All that is explained beside the plans, in the order in which it shares the time that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, Item
from quoting.domain.allocation.relaxation import without
from quoting.domain.allocation.what_if import WhatIf
from quoting.domain.answer import AskedQuestion, Conflict, Frontier, Plan, PlanKind, RuleReport, WhyNot
from quoting.domain.candidates import Candidate
from quoting.domain.explain.blockers import blockers
from quoting.domain.explain.frontier import FrontierFinder
from quoting.domain.explain.gains import gain_of
from quoting.domain.explain.insight import Inquiry, Insight
from quoting.domain.explain.questions import asked_questions, flips
from quoting.domain.explain.reports import rule_reports
from quoting.domain.explain.why_not import WhyNots
from quoting.domain.explain.worth import QuestionWeigher
from quoting.domain.plan_problem import Ask, ProblemBuilder
from quoting.domain.request import Explain, QuoteRequest
from quoting.domain.screen import Screener
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch

_PART = 0.7  # of the time that is left for offers and limits, before questions and frontiers


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan with what it was solved from."""

    plan: Plan
    problem: AllocationProblem
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of an answer beside its plans; `notes`: what time did not allow, or has no answer."""

    why_not: tuple[WhyNot, ...] = ()
    rules_report: tuple[RuleReport, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    flips: tuple[Mapping[str, str], ...] = ()
    frontiers: tuple[Frontier, ...] = ()
    notes: tuple[str, ...] = ()


class Teller:
    """Explains the plans of one request, as much as its `explain` asks for. The first plan solved leads."""

    def __init__(
        self,
        request: QuoteRequest,
        snapshot: Snapshot,
        ask: Ask,
        screener: Screener,
        candidates: Sequence[Candidate],
        builder: ProblemBuilder,
        effort: Effort,
        watch: Watch,
    ) -> None:
        self._request, self._snapshot, self._ask, self._screener = request, snapshot, ask, screener
        self._candidates, self._builder, self._effort, self._watch = candidates, builder, effort, watch

    def told(self, solved: Sequence[Solved], conflict: Conflict | None) -> Told:
        """What is told of the plans; `conflict`: where there is no safe one.

        Raises:
            Cancelled: the watch said stop.
        """
        request = self._request
        if request.explain is Explain.NONE:
            return Told()
        leading = solved[0] if solved and solved[0].plan.kind is not PlanKind.SCENARIO else None
        insight = Insight()
        questions = asked_questions(self._screener.determinations)
        frontiers: tuple[Frontier, ...] = ()
        if request.explain is Explain.FULL:
            insight, what_if = self._insight(leading)
            if leading is None or leading.plan.kind is not PlanKind.SAFE or what_if is not None:
                questions = self._weighed(questions, what_if, insight)
            if leading is not None:
                frontiers = self._frontiers(leading)
        return Told(
            why_not=self._why_not(solved, conflict, insight),
            rules_report=self._rules_report(solved, leading, insight),
            questions=questions,
            flips=tuple(flips([s.plan for s in solved], self._snapshot.rules, self._screener)),
            frontiers=frontiers,
            notes=tuple(insight.notes),
        )

    # ---- what is found by solving again

    def _insight(self, leading: Solved | None) -> tuple[Insight, WhatIf | None]:
        """What binds and keeps offers out of the leading plan, and the means to ask more of it."""
        if leading is None:
            return Insight(), None
        part = replace(self._effort, limit_s=self._effort.left_s * _PART, spent_s=0.0)
        inquiry = Inquiry(self._request, self._snapshot, self._ask, self._builder, self._candidates, part, self._watch)
        insight = inquiry.about(leading.problem, leading.allocation)
        self._effort.spent_s += part.spent_s
        return insight, inquiry.what_if if leading.plan.kind is PlanKind.SAFE else None

    def _weighed(
        self, questions: tuple[AskedQuestion, ...], what_if: WhatIf | None, insight: Insight
    ) -> tuple[AskedQuestion, ...]:
        weigher = QuestionWeigher(
            self._request, self._ask, self._builder, self._candidates, what_if, self._effort, self._watch
        )
        weighed = weigher.weighed(questions)
        if weigher.cut:
            insight.notes.append("no effort was left to weigh every open question")
        return weighed

    def _frontiers(self, leading: Solved) -> tuple[Frontier, ...]:
        problem = without(leading.problem, [Item("demand", d) for d in leading.allocation.unserved])
        size = leading.allocation.size.columns
        return FrontierFinder(self._request, problem, leading.plan, size, self._effort, self._watch).frontiers()

    # ---- what is read off

    def _why_not(self, solved: Sequence[Solved], conflict: Conflict | None, insight: Insight) -> tuple[WhyNot, ...]:
        leads = solved[:1]
        in_first = frozenset(pair for s in leads for pair in s.allocation.quantities)
        in_any = frozenset(pair for s in solved for pair in s.allocation.quantities)
        stuck = blockers(conflict, {u.demand for s in leads for u in s.plan.unserved})
        given_up = frozenset(rule for s in leads for rule in s.allocation.given_up)
        rows = WhyNots(self._request, self._snapshot, self._ask, self._screener, insight.reasons, stuck, given_up)
        return tuple(rows.rows(self._candidates, in_first, in_any))

    def _rules_report(
        self, solved: Sequence[Solved], leading: Solved | None, insight: Insight
    ) -> tuple[RuleReport, ...]:
        costs = None
        if insight.whole:
            costs = {key: gain_of(worth, self._request) for key, worth in insight.costs.items()}
        currency = self._request.report_currency
        return tuple(
            report
            for s in solved
            for report in rule_reports(s.plan, s.problem, s.allocation, currency, costs if s is leading else None)
        )
