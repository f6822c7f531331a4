"""Taiwan: exports to parties of its Strategic High-Tech Commodities list (O5)."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import listed
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import MovementKind

RULE = "tw-shtc-2025"


def permit(case: Case) -> Iterator[Finding]:
    """Row O5. Source: Foreign Trade Act art. 13, list of 2025-06-10."""
    law = case.law
    if not law.in_force(RULE) or case.kind not in (MovementKind.EXPORT, MovementKind.REEXPORT):
        return
    lists = law.names(RULE, "lists")
    hits = {e.name: (a, e) for a in case.parties for e in a.screened.exact if e.list in lists and listed(e, law.clock)}
    if not hits or not case.comes_from(law.places(RULE, "place")):
        return
    for actor, entry in hits.values():
        yield finding(
            case,
            RULE,
            "O5",
            Outcome.LICENCE,
            say("row_o5", party=actor.title, entry=entry.name),
            (("name", actor.title), ("entry", entry.name), ("score", "100")),
        )


OVERLAYS = (permit,)
