"""Lists of restricted parties whose law is not determined here: a hit is never let through."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import listed
from quoting.domain.controls.sentences import say

RULE = "other-screening-lists"


def on_another_list(case: Case) -> Iterator[Finding]:
    """A name in any role on one of these lists: somebody has to look. Source: Consolidated Screening List."""
    lists = case.law.names(RULE, "lists")
    for actor in {a.key: a for a in (*case.deal.actors, *case.deal.sellers)}.values():
        entry = next((e for e in actor.screened.exact if e.list in lists and listed(e, case.law.clock)), None)
        if entry is None:
            continue
        case.question(
            f"parties.{actor.role.value}.name",
            say("ask_other_list", party=actor.title, entry=entry.name, source=entry.list),
            say("who_counsel"),
            entry.citation,
            say("unlocks_or_bar"),
        )
        yield finding(
            case,
            RULE,
            entry.list,
            Outcome.CANNOT_DETERMINE,
            say("row_other_list", party=actor.title, source=entry.list, entry=entry.name),
            (("name", actor.title), ("entry", entry.name), ("score", "100")),
        )


OVERLAYS = (on_another_list,)
