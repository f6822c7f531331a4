"""What is open, and what will change: gathered over the transactions of a quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from quoting.domain.answer import AskedQuestion, Plan
from quoting.domain.controls.determination import Determination
from quoting.domain.controls.flips import flips as flips_of
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.screen import Screener


def asked_questions(determinations: Iterable[Determination]) -> tuple[AskedQuestion, ...]:
    """Each open question once, with the determinations it stands in."""
    asked: dict[tuple[str, str, str, str, str], list[str]] = {}
    for d in determinations:
        for q in d.open_questions:
            asked.setdefault((q.fact, q.question, q.who, q.citation, q.unlocks), []).append(d.id)
    return tuple(AskedQuestion(*key, tuple(dict.fromkeys(ids))) for key, ids in asked.items())


def flips(plans: Iterable[Plan], book: RuleBook, screener: Screener) -> list[Mapping[str, str]]:
    """Known dates after `as_of` on which a determination of a plan's line changes, and to what."""
    used = dict.fromkeys(line.determination for plan in plans for line in plan.lines)
    return [
        {
            "determination": name,
            "on": flip.on.isoformat(),
            "from": flip.before,
            "to": flip.after,
            "because": flip.because,
            **({"review_policy": flip.review_policy} if flip.review_policy else {}),
            **({"exception": flip.exception} if flip.exception else {}),
        }
        for name in used
        for flip in flips_of(screener.transaction_of(name), book)
    ]
