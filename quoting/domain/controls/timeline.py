"""What the answer to one transaction was on every day of a span, as intervals between the days on which it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quoting.domain.controls.determination import Determination, Finding
from quoting.domain.controls.determine import determine
from quoting.domain.controls.index import index
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to `end`, both included, the determination is the same; `end` None: as far as is known."""

    start: date
    end: date | None
    determination: Determination


def timeline(transaction: Transaction, book: RuleBook, first: date, today: date) -> tuple[Interval, ...]:
    """The intervals from `first` on, each day judged by what was public on it; later ones by what is public `today`.

    Two days are in one interval where outcome, review policy, exception and the rule and row that decide are the same.
    """
    found: list[Interval] = []
    for day in _days(book, first):
        made = determine(replace(transaction, as_of=day, known_on=min(day, today), deliver_on=None), book)
        if not found or _answer(made) != _answer(found[-1].determination):
            if found:
                found[-1] = replace(found[-1], end=day - timedelta(days=1))
            found.append(Interval(day, None, made))
    return tuple(found)


def _days(book: RuleBook, first: date) -> Iterator[date]:
    yield first
    yield from (day for day in index(book).turns if day > first)


def _answer(made: Determination) -> tuple[object, ...]:
    winner = decisive(made)
    return made.outcome, made.review_policy, made.exception, winner.rule, winner.values_read[0]


def decisive(made: Determination) -> Finding:
    """The finding that decides: the first of the winning outcome with the winning review."""
    winners = [f for f in made.findings if f.outcome is made.outcome]
    return next((f for f in winners if f.review_policy is made.review_policy), winners[0])
