"""The answer to one transaction: outcome, findings, conditions and what is open. Contract section 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quoting.domain.controls.clearances import Remembered
from quoting.domain.controls.rulebook import ListSource
from quoting.domain.parameters import Evidence as Grade


class Outcome(StrEnum):
    """In rising strictness; the order of definition is the order of strictness."""

    ALLOWED = "allowed"
    ADVISORY = "allowed_with_advisory"
    EXCEPTION = "licence_exception"
    CANNOT_DETERMINE = "cannot_determine"
    LICENCE = "licence_required"
    PROHIBITED = "prohibited"

    @property
    def strictness(self) -> int:
        return _OUTCOMES[self]


class Review(StrEnum):
    """Review policy of a licence application, mildest first; no policy (None) is milder than all."""

    APPROVAL = "presumption_of_approval"
    CASE_BY_CASE = "case_by_case"
    DENIAL = "presumption_of_denial"
    POLICY_OF_DENIAL = "policy_of_denial"

    @property
    def strictness(self) -> int:
        return _REVIEWS[self]


_OUTCOMES = {outcome: rank for rank, outcome in enumerate(Outcome)}
_REVIEWS = {review: rank for rank, review in enumerate(Review)}


class Standing(StrEnum):
    """Which plan a determination admits. Contract section 4."""

    SAFE = "safe"
    IF_CLEARED = "if_cleared"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of a transaction. `values_read`: both sides of each comparison, name to text.

    Units: `notice_days` are calendar days of notice before an exception works, 0 where it needs none.
    """

    rule: str
    jurisdiction: str
    outcome: Outcome
    because: str
    values_read: tuple[tuple[str, str], ...]
    effective_from: date | None
    effective_to: date | None
    published_on: date | None
    citation: str
    url: str
    grade: Grade
    review_policy: Review | None = None
    exception: str | None = None
    exception_conditions: tuple[str, ...] = ()
    notice_days: int = 0
    unconfirmed: str = ""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A fact that is missing: which, who can give it, under which rule, and what it would unlock."""

    fact: str
    question: str
    who: str
    citation: str
    unlocks: str


@dataclass(frozen=True, slots=True)
class Considered:
    """A licence exception that was looked at and is not open, and why not."""

    exception: str
    because: str


@dataclass(frozen=True, slots=True)
class Determination:
    """The strictest finding wins, all findings are kept.

    Units: `notice_days` are calendar days of notice before an exception works (0: none), added to the lead time;
        `review_days` of a licence application where a source gives them, shown and not added.
    `standing`: which plan may use it (contract, section 4). `as_of`: the day it was asked for; `lists`: where the
    names were looked up, and when those lists were seen. `clearances`: what was remembered of its parties.
    """

    id: str
    outcome: Outcome
    exception: str | None
    exception_conditions: tuple[str, ...]
    review_policy: Review | None
    classification: str
    findings: tuple[Finding, ...]
    open_questions: tuple[OpenQuestion, ...]
    citations: tuple[str, ...]
    conditions: tuple[str, ...]
    advisories: tuple[str, ...]
    not_covered: tuple[str, ...]
    data_as_of: date
    as_of: date
    considered: tuple[Considered, ...] = ()
    lists: tuple[ListSource, ...] = ()
    standing: Standing = Standing.IF_CLEARED
    notice_days: int = 0
    review_days: int | None = None
    clearances: tuple[Remembered, ...] = ()

    @property
    def needs_answer(self) -> bool:
        """An exception that works only after notice and no objection (NAC)."""
        return self.outcome is Outcome.EXCEPTION and self.notice_days > 0
