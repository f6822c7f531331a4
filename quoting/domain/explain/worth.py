"""What a favourable answer to an open question is worth: the plan in which its transactions count as safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Effort, NoPlan, Pair
from quoting.domain.allocation.what_if import OutOfTime, WhatIf
from quoting.domain.answer import AskedQuestion, Gain
from quoting.domain.candidates import Candidate
from quoting.domain.explain.gains import gain_of
from quoting.domain.plan_problem import Ask, ProblemBuilder
from quoting.domain.request import QuoteRequest
from quoting.domain.watch import Watch

NOTHING = "nothing in this request: the plan would be no better"
MEETS_ALL = "a plan that meets every demand"
NOT_ENOUGH = "not enough alone: there would still be no plan that meets every demand"


class QuestionWeigher:
    """Weighs the open questions of one request on the safe basis. `what_if`: of the safe plan, None where none is."""

    def __init__(
        self,
        request: QuoteRequest,
        ask: Ask,
        builder: ProblemBuilder,
        candidates: Sequence[Candidate],
        what_if: WhatIf | None,
        effort: Effort,
        watch: Watch,
    ) -> None:
        self._request, self._ask, self._builder, self._candidates = request, ask, builder, candidates
        self._what_if, self._effort, self._watch = what_if, effort, watch
        self._known: dict[frozenset[Pair], Gain | str | None] = {}
        self.cut = False

    def weighed(self, questions: Iterable[AskedQuestion]) -> tuple[AskedQuestion, ...]:
        """The questions with what they are worth; `cut` says whether time ran out before all were weighed."""
        return tuple(replace(question, worth=self._worth(question)) for question in questions)

    def _worth(self, question: AskedQuestion) -> Gain | str | None:
        opened = frozenset(
            c.pair
            for c in self._candidates
            if c.determination.id in question.determinations and c.usable("if_cleared") and not c.usable("safe")
        )
        if not opened:
            return NOTHING
        if opened not in self._known:
            try:
                self._known[opened] = self._solved(opened)
            except OutOfTime:
                self.cut = True
                return None
        return self._known[opened]

    def _solved(self, opened: frozenset[Pair]) -> Gain | str:
        problem = self._builder.build("safe", self._ask, also=opened)
        if self._what_if is not None:
            self._what_if.effort = self._effort
            found = self._what_if.solve(problem)
            worth = None if found is None else self._what_if.worth(found)
            return NOTHING if worth is None else gain_of(worth, self._request)
        first = allocate(problem, self._effort, self._watch)
        if isinstance(first, NoPlan):
            if not first.proven:
                raise OutOfTime
            return NOT_ENOUGH
        return MEETS_ALL
