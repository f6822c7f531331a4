"""The known future: days after `as_of` on which a determination changes, and to what."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quoting.domain.controls.determination import Determination, Outcome, Review
from quoting.domain.controls.determine import determine
from quoting.domain.controls.index import index
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.parameters import Clock
from quoting.domain.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Flip:
    """From `on` the answer is another one. `rule` and `because` are those of the finding that then decides."""

    on: date
    before: Outcome
    after: Outcome
    review_policy: Review | None
    exception: str | None
    rule: str
    because: str


def flips(transaction: Transaction, book: RuleBook, made: Determination | None = None) -> tuple[Flip, ...]:
    """Every known day on which the determination (`made`, where it is at hand) changes outcome, review or exception.

    The transaction is read as if made on that day, delivered then or on its own later day, under the rules public by
    its `known_on`: what is not published yet is no known day.
    """
    last = made or determine(transaction, book)
    found = []
    for day in days_ahead(book, Clock(transaction.as_of, transaction.known_on)):
        deliver_on = None if transaction.deliver_on is None else max(day, transaction.deliver_on)
        now = determine(replace(transaction, as_of=day, deliver_on=deliver_on), book)
        if _answer(now) != _answer(last):
            winner = next(f for f in now.findings if f.outcome is now.outcome)
            found.append(
                Flip(day, last.outcome, now.outcome, now.review_policy, now.exception, winner.rule, winner.because)
            )
        last = now
    return tuple(found)


def _answer(determination: Determination) -> tuple[Outcome, Review | None, str | None]:
    return determination.outcome, determination.review_policy, determination.exception


def days_ahead(book: RuleBook, clock: Clock) -> tuple[date, ...]:
    """Days after `clock.day` on which something public by `clock.known_on` begins or has ended."""
    known = index(book).days(clock.known_on, lambda: tuple(sorted(set(_known(book, clock)))))
    return known[bisect_right(known, clock.day) :]


def _known(book: RuleBook, clock: Clock) -> Iterator[date]:
    for rule in book.rules.values():
        for row in (*rule.periods, *(row for p in rule.parameters.values() for row in p.values)):
            if row.known(clock):
                yield from _edges(row.start, row.end)
    for member in book.groups:
        if member.published is None or member.published <= clock.known_on:
            yield from _edges(member.start, None)
        if member.end_published is None or member.end_published <= clock.known_on:
            yield from _edges(None, member.end)


def _edges(start: date | None, end: date | None) -> Iterator[date]:
    if start is not None:
        yield start
    if end is not None:
        yield end + timedelta(days=1)
