"""General Prohibition 10 and chips designed in D:5 or Macau: row 3, and the home market of row 3a."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.groups import place
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import MovementKind

RULE = "gp10-prc-ics-2025"


def designed_there(case: Case) -> bool:
    """An item of 3A090.a or .b (as then defined) whose designer is headquartered in D:5 or Macau."""
    homes = case.law.places(RULE, "designer_homes")
    home = place(case.item.designer_hq_country)
    if home is not None and home not in homes:
        return False
    return case.item_class.is_chip and case.designer_in(homes)


def documented(case: Case) -> bool:
    """Written proof of authorisation; evidence that is not known is not there."""
    return case.deal.transaction.evidence.authorisation_documented is True


def prohibition(case: Case) -> Iterator[Finding]:
    """Row 3: any place, any movement, renting of compute included. Cautious reading of a presumption.

    Source: BIS guidance of 2025-05-13; 15 CFR 736.2(b)(10), 764.2(e).
    """
    if not case.law.in_force(RULE):
        return
    if case.named(case.law.names(RULE, "named_chips")):
        case.line(say("gp10_named"))
    if documented(case) or not designed_there(case):
        return
    header = case.law.header(RULE)
    case.closed(say("every_one"), say("no_exception_gp10"))
    case.question(
        "evidence.authorisation_documented",
        say("ask_authorisation"),
        say("who_seller"),
        header.citation,
        say("unlocks_gp10"),
    )
    yield finding(
        case,
        RULE,
        "3",
        Outcome.PROHIBITED,
        say("row_3"),
        (
            *case.item_class.compared,
            ("designer's home", case.item.designer_hq_country or "unknown"),
            ("authorisation documented", str(case.deal.transaction.evidence.authorisation_documented).lower()),
        ),
    )


def home_market(case: Case) -> Finding | None:
    """Row 3a: such a chip changing hands inside China or Macau before the guidance, or later with the authorisation."""
    if case.kind is not MovementKind.TRANSFER or (case.law.in_force(RULE) and not documented(case)):
        return None
    if not case.law.names(RULE, "home_market") or not case.goes_to(case.law.places(RULE, "home_market")):
        return None
    if not designed_there(case):
        return None
    case.condition(say("ask_how_made"))
    return finding(
        case,
        RULE,
        "3a",
        Outcome.ADVISORY,
        say("row_3a"),
        (*case.item_class.compared, ("designer's home", case.item.designer_hq_country or "unknown")),
        unconfirmed=say("own_reading"),
    )


RULES = (prohibition,)
