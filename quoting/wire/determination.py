"""A determination in JSON. Contract section 5."""

from __future__ import annotations

from datetime import date
from typing import Any

from quoting.domain.controls.determination import Determination, Finding, OpenQuestion


def dump_determination(determination: Determination) -> dict[str, Any]:
    """Every field of the contract, null where there is none; days of notice and of review beside them."""
    review = determination.review_policy
    return {
        "id": determination.id,
        "outcome": determination.outcome.value,
        "exception": determination.exception,
        "exception_conditions": list(determination.exception_conditions),
        "review_policy": None if review is None else review.value,
        "classification": determination.classification,
        "findings": [_finding(finding) for finding in determination.findings],
        "open_questions": [print_question(question) for question in determination.open_questions],
        "citations": list(determination.citations),
        "conditions": list(determination.conditions),
        "advisories": list(determination.advisories),
        "not_covered": list(determination.not_covered),
        "data_as_of": determination.data_as_of.isoformat(),
        "notice_days": determination.notice_days,
        "review_days": determination.review_days,
    }


def print_question(question: OpenQuestion) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "question": question.question,
        "who": question.who,
        "citation": question.citation,
        "unlocks": question.unlocks,
    }


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _finding(finding: Finding) -> dict[str, Any]:
    printed: dict[str, Any] = {
        "rule": finding.rule,
        "jurisdiction": finding.jurisdiction,
        "outcome": finding.outcome.value,
        "because": finding.because,
        "values_read": dict(finding.values_read),
        "effective_from": iso(finding.effective_from),
        "effective_to": iso(finding.effective_to),
        "published_on": iso(finding.published_on),
        "citation": finding.citation,
        "url": finding.url,
        "grade": finding.grade.value,
        "review_policy": None if finding.review_policy is None else finding.review_policy.value,
        "exception": finding.exception,
        "exception_conditions": list(finding.exception_conditions),
    }
    if finding.unconfirmed:
        printed["unconfirmed"] = finding.unconfirmed
    return printed
