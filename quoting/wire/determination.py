"""A determination in JSON. Contract section 5."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from quoting.domain.controls.determination import Determination, Finding, OpenQuestion
from quoting.domain.controls.determine import determine
from quoting.domain.controls.flips import Flip, flips
from quoting.domain.controls.rulebook import ListSource, RuleBook
from quoting.domain.transaction import Transaction
from quoting.wire.clearance import print_clearance


def dump_determination(determination: Determination) -> dict[str, Any]:
    """Every field of the contract, null where there is none; days of notice and of review beside them.

    `clearances` stands there where something was remembered of a party.
    """
    review = determination.review_policy
    printed: dict[str, Any] = {
        "id": determination.id,
        "outcome": determination.outcome.value,
        "exception": determination.exception,
        "exception_conditions": list(determination.exception_conditions),
        "review_policy": None if review is None else review.value,
        "classification": determination.classification,
        "findings": [_finding(finding) for finding in determination.findings],
        "open_questions": [print_question(question) for question in determination.open_questions],
        "citations": list(determination.citations),
        "exceptions_considered": [
            {"exception": each.exception, "because": each.because} for each in determination.considered
        ],
        "conditions": list(determination.conditions),
        "advisories": list(determination.advisories),
        "not_covered": list(determination.not_covered),
        "data_as_of": determination.data_as_of.isoformat(),
        "lists": list(_lists(determination.lists, determination.as_of)),
        "notice_days": determination.notice_days,
        "review_days": determination.review_days,
    }
    if determination.clearances:
        printed["clearances"] = [
            {**print_clearance(each.clearance), "void": each.void, "standing": "declared, not verified"}
            for each in determination.clearances
        ]
    return printed


def determination_with_flips(transaction: Transaction, book: RuleBook) -> dict[str, Any]:
    """The determination of one transaction, and `flips`: every known later day on which it changes, and to what."""
    made = determine(transaction, book)
    return {**dump_determination(made), "flips": [print_flip(flip) for flip in flips(transaction, book, made)]}


def print_question(question: OpenQuestion) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "question": question.question,
        "who": question.who,
        "citation": question.citation,
        "unlocks": question.unlocks,
    }


def print_flip(flip: Flip) -> dict[str, Any]:
    """A known day on which the answer changes: from which outcome to which, and by which rule."""
    return {
        "on": flip.on.isoformat(),
        "from": flip.before.value,
        "to": flip.after.value,
        "review_policy": None if flip.review_policy is None else flip.review_policy.value,
        "exception": flip.exception,
        "rule": flip.rule,
        "because": flip.because,
    }


@lru_cache(maxsize=1_000)
def _lists(sources: tuple[ListSource, ...], on: date) -> tuple[dict[str, Any], ...]:
    return tuple(_list(source, on) for source in sources)


def _list(source: ListSource, on: date) -> dict[str, Any]:
    """A list and its age on the day of the answer, in days; 0 where it was seen later."""
    return {
        "list": source.list,
        "as_of": source.as_of.isoformat(),
        "age_days": max((on - source.as_of).days, 0),
        "entries": source.entries,
        "imported": source.imported,
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
