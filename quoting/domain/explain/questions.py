"""What is open, and what will change: gathered over the transactions of a quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from quoting.domain.answer import AskedQuestion, Plan
from quoting.domain.controls.determination import Determination
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.parameters import Clock, Dated
from quoting.domain.screen import Screener


def asked_questions(determinations: Iterable[Determination]) -> tuple[AskedQuestion, ...]:
    """Each open question once, with the determinations it stands in."""
    asked: dict[tuple[str, str, str, str, str], list[str]] = {}
    for d in determinations:
        for q in d.open_questions:
            asked.setdefault((q.fact, q.question, q.who, q.citation, q.unlocks), []).append(d.id)
    return tuple(AskedQuestion(*key, tuple(dict.fromkeys(ids))) for key, ids in asked.items())


def flips(
    plans: Iterable[Plan], book: RuleBook, screener: Screener, as_of: date, known_on: date
) -> list[Mapping[str, str]]:
    """Known dates after `as_of` on which a determination of a plan's line changes, and to what."""
    used = dict.fromkeys(line.determination for plan in plans for line in plan.lines)
    held = {d.id: d for d in screener.determinations}
    found: list[Mapping[str, str]] = []
    for name in used:
        before = held[name].outcome
        for day in _known_changes(book, Clock(as_of, known_on)):
            after = screener.redetermine(name, day)
            if after.outcome is not before:
                because = next((f.because for f in after.findings if f.outcome is after.outcome), "")
                found.append(
                    {
                        "determination": name,
                        "on": day.isoformat(),
                        "from": before,
                        "to": after.outcome,
                        "because": because,
                    }
                )
                before = after.outcome
    return found


def _known_changes(book: RuleBook, clock: Clock) -> list[date]:
    """First days after `clock.day` on which something known by `clock.known_on` begins or has ended."""
    days: set[date] = set()
    for rule in book.rules.values():
        rows: list[Dated] = [*rule.periods]
        for parameter in rule.parameters.values():
            rows += parameter.values
        for row in rows:
            if not row.known(clock):
                continue
            if row.start is not None and row.start > clock.day:
                days.add(row.start)
            if row.end is not None and row.end >= clock.day:
                days.add(date.fromordinal(row.end.toordinal() + 1))
    return sorted(days)
