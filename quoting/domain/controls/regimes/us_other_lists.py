"""Lists of restricted parties whose law is not determined here: a hit is never let through."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import listed

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
            f"Is {actor.title} the {entry.name} of {entry.list}, and what does that list forbid here?",
            "counsel, with the list's own entry",
            entry.citation,
            "the answer of the other rules, or a bar",
        )
        yield finding(
            case,
            RULE,
            entry.list,
            Outcome.CANNOT_DETERMINE,
            f"{actor.title} stands on the list {entry.list} as {entry.name}: what that list forbids is not "
            "determined here",
            (("name", actor.title), ("entry", entry.name), ("score", "100")),
        )


OVERLAYS = (on_another_list,)
