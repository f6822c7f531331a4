"""Malaysia: advanced AI chips of US origin that leave or cross it (O4)."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.groups import place
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import MovementKind, Role

RULE = "my-sta-2025"


def permit(case: Case) -> Iterator[Finding]:
    """Row O4, the stricter reading. Source: Strategic Trade Act 2010 s.12, Directive No. 1/2025."""
    law = case.law
    if not law.in_force(RULE) or case.kind not in (MovementKind.EXPORT, MovementKind.REEXPORT):
        return
    if not case.item_class.is_3a090:
        return
    here = law.places(RULE, "place")
    if case.goes_to(here) or not (case.comes_from(here) or _crosses(case, here)):
        return
    if not _of_us_origin(case, law.places(RULE, "origin")):
        return
    days = law.number(RULE, "notice_days")
    case.condition(say("malaysia_tell_miti", days=shown(days)))
    yield finding(
        case,
        RULE,
        "O4",
        Outcome.LICENCE,
        say("row_o4"),
        (
            ("from", case.deal.from_country or "unknown"),
            ("class", case.item_class.text),
            ("designer's home", case.item.designer_hq_country or "unknown"),
            ("country of origin", case.item.country_of_origin or "unknown"),
        ),
    )


def _crosses(case: Case, here: frozenset[str]) -> bool:
    """An intermediate consignee there: the goods transit."""
    return any(a.role is Role.INTERMEDIATE and case.located(a, here) for a in case.parties)


def _of_us_origin(case: Case, origin: frozenset[str]) -> bool:
    item = case.item
    if place(item.designer_hq_country) in origin or place(item.country_of_origin) in origin:
        return True
    return (item.designer_hq_country is None and case.designer_in(origin)) or (
        item.country_of_origin is None and case.within(("item", "country_of_origin"), None, origin)
    )


OVERLAYS = (permit,)
