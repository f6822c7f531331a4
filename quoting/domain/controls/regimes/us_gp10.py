"""General Prohibition 10 and chips designed in D:5 or Macau: row 3, and the home market of row 3a."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.groups import place
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
        case.line("The chip is among those that the BIS guidance on General Prohibition 10 names.")
    if documented(case) or not designed_there(case):
        return
    header = case.law.header(RULE)
    case.closed("every one", "no licence exception cures General Prohibition 10")
    case.question(
        "evidence.authorisation_documented",
        "Is there written proof that BIS authorised the design, making and every onward step of this chip?",
        "the seller",
        header.citation,
        "the prohibition falls away and the other rules answer",
    )
    yield finding(
        case,
        RULE,
        "3",
        Outcome.PROHIBITED,
        "the chip meets 3A090 and its designer is headquartered in D:5 or Macau; no written authorisation is "
        "shown. Legally "
        "General Prohibition 10 turns on knowledge: this is the cautious reading of the presumption that BIS published",
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
    case.condition("Ask the seller how the chip was made and what authorised it; keep the answer.")
    return finding(
        case,
        RULE,
        "3a",
        Outcome.ADVISORY,
        "a chip designed in D:5 or Macau changes hands inside China or Macau: no presumption was published for "
        "the day, and "
        "whether it was made in breach of the foreign direct product rules is not known. Our own reading, "
        "disputed: the other "
        "one is a licence with presumption of denial",
        (*case.item_class.compared, ("designer's home", case.item.designer_hq_country or "unknown")),
        unconfirmed="own reading, disputed",
    )


RULES = (prohibition,)
