"""The affiliates rule: a party owned 50 percent or more by listed parties (O2)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import listed
from quoting.domain.controls.sentences import say

RULE = "affiliates-rule-2025"
NOBODY = Decimal(0)


def affiliates(case: Case) -> Iterator[Finding]:
    """Row O2. Units: percent, in sum, directly and through others. Source: 90 FR 47201, 90 FR 50857."""
    share = case.law.number(RULE, "share")
    seen: set[tuple[str, Decimal | None]] = set()
    for actor in case.parties:
        if (actor.key, actor.owned) in seen:
            continue
        seen.add((actor.key, actor.owned))
        values = (("listed share percent", shown(actor.owned)), ("rule from percent", shown(share)))
        if case.law.in_force(RULE) and case.owned(actor, share):
            yield _bound(case, actor, values)
        elif case.owned(actor, NOBODY, strictly=True):
            yield _minority(case, actor, values)


def _bound(case: Case, actor: Actor, values: tuple[tuple[str, str], ...]) -> Finding:
    for line in case.law.names(RULE, "general_licence"):
        case.line(line)
    review, source = _strictest_owner(case, actor)
    return finding(
        case,
        RULE,
        "O2",
        Outcome.LICENCE,
        say("row_o2", party=actor.title, source=source),
        (*values, ("state of the rule", case.law.state(RULE))),
        review=review,
    )


def _minority(case: Case, actor: Actor, values: tuple[tuple[str, str], ...]) -> Finding:
    state = case.law.state(RULE) or say("not_yet_in_force")
    return finding(
        case,
        RULE,
        "O2",
        Outcome.ADVISORY,
        say("row_o2_minority", party=actor.title, state=state),
        (*values, ("state of the rule", state)),
    )


def _strictest_owner(case: Case, actor: Actor) -> tuple[Review, str]:
    entries = [
        (Review(entry.review), entry.name)
        for name in actor.owners_listed
        for entry in case.index.roll.screen([name]).exact
        if entry.review and listed(entry, case.law.clock)
    ]
    if entries:
        review, name = max(entries, key=lambda pair: pair[0].strictness)
        return review, say("policy_of_owner", name=name)
    return Review.DENIAL, say("policy_unnamed")


OVERLAYS = (affiliates,)
