"""How findings become one answer: the strictest wins, among the winners the strictest review; of two days likewise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quoting.domain.controls.determination import Considered, Finding, OpenQuestion, Outcome, Review, Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is compared: outcome, then review (null the mildest), then whether the exception needs an answer.

    `hopeless`: undetermined, and barred whatever the missing fact is.

    Units: `notice_days` are calendar days before an exception works that needs no objection; 0 where it needs none.
    """

    outcome: Outcome
    review: Review | None = None
    exception: str | None = None
    exception_conditions: tuple[str, ...] = ()
    notice_days: int = 0
    hopeless: bool = False

    @property
    def standing(self) -> Standing:
        """Which plan may use it. Unknown never means allowed; what is denied in all readings is in no plan."""
        if self.outcome in (Outcome.ALLOWED, Outcome.ADVISORY):
            return Standing.SAFE
        if self.outcome is Outcome.EXCEPTION:
            return Standing.IF_CLEARED if self.notice_days else Standing.SAFE
        denied = self.outcome is Outcome.LICENCE and self.review in (Review.DENIAL, Review.POLICY_OF_DENIAL)
        barred = self.outcome is Outcome.PROHIBITED or denied or self.hopeless
        return Standing.NEVER if barred else Standing.IF_CLEARED

    @property
    def strictness(self) -> tuple[int, int, int]:
        return (self.outcome.strictness, -1 if self.review is None else self.review.strictness, self.notice_days)

    @property
    def same_as(self) -> tuple[Outcome, Review | None, str | None, int]:
        """What a reader would call the answer."""
        return (self.outcome, self.review, self.exception, self.notice_days)


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The answer of one day under the rules known then."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    lines: tuple[str, ...]
    conditions: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    considered: tuple[Considered, ...]
    classification: str


def verdict(findings: Sequence[Finding]) -> Verdict:
    """The strictest outcome among findings; there is always a classification finding.

    Source: contract, section 5; facts, section 5, "How the rows combine".
    """
    outcome = max((f.outcome for f in findings), key=lambda o: o.strictness)
    winners = [f for f in findings if f.outcome is outcome]
    reviews = [f.review_policy for f in winners if f.review_policy is not None]
    review = max(reviews, key=lambda r: r.strictness, default=None)
    exceptions = sorted((f for f in winners if f.exception), key=lambda f: -f.notice_days)
    if outcome is not Outcome.EXCEPTION or not exceptions:
        return Verdict(outcome, review)
    first = exceptions[0]
    return Verdict(outcome, review, first.exception, first.exception_conditions, first.notice_days)


def stricter(answers: Sequence[DayAnswer]) -> DayAnswer:
    """The stricter of the days stands; what any day found, asked or demands is kept."""
    if len(answers) == 1:
        return answers[0]
    first = max(answers, key=lambda a: a.verdict.strictness)
    ordered = (first, *(a for a in answers if a is not first))
    findings = [f for a in ordered for f in a.findings]
    if first.verdict.outcome is Outcome.LICENCE:
        reviews = [f.review_policy for f in findings if f.outcome is Outcome.LICENCE and f.review_policy is not None]
        review = max(reviews, key=lambda r: r.strictness, default=first.verdict.review)
    else:
        review = first.verdict.review
    return DayAnswer(
        replace(first.verdict, review=review, hopeless=any(a.verdict.hopeless for a in answers)),
        _once(findings),
        once(line for a in ordered for line in a.lines),
        once(c for a in ordered for c in a.conditions),
        tuple({q.fact: q for a in reversed(ordered) for q in a.questions}.values()),
        tuple(dict.fromkeys(c for a in ordered for c in a.considered)),
        " / ".join(once(a.classification for a in ordered)),
    )


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in the order of first mention."""
    return tuple(dict.fromkeys(texts))


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    kept: dict[tuple[object, ...], Finding] = {}
    for found in findings:
        kept.setdefault((found.rule, found.outcome, found.because, found.review_policy, found.effective_from), found)
    return tuple(kept.values())
