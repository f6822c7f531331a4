"""How a rule says what it found: outcome, reason, both sides of the comparison, and the law behind it."""

from __future__ import annotations

from collections.abc import Iterable

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome, Review

Values = Iterable[tuple[str, str]]


def finding(
    case: Case,
    rule: str,
    row: str,
    outcome: Outcome,
    because: str,
    values: Values = (),
    *,
    review: Review | None = None,
    exception: str | None = None,
    conditions: tuple[str, ...] = (),
    notice_days: int = 0,
    unconfirmed: str = "",
) -> Finding:
    """A finding of a rule on the case's day. `row` is its row in the decision table of the facts."""
    header = case.law.header(rule)
    return Finding(
        rule=rule,
        jurisdiction=header.jurisdiction,
        outcome=outcome,
        because=because,
        values_read=(("row", row), *values),
        effective_from=header.effective_from,
        effective_to=header.effective_to,
        published_on=header.published_on,
        citation=header.citation,
        url=header.url,
        grade=header.grade,
        review_policy=review,
        exception=exception,
        exception_conditions=conditions,
        notice_days=notice_days,
        unconfirmed="; ".join(t for t in (header.unconfirmed, unconfirmed) if t),
    )
