"""The United Arab Emirates since they entered A:5: approved recipients (row 9)."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import words
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import Role

RULE = "uae-a5-2026"
_SPELT_IN = 3  # a firm's name may be written in up to three words: "x ai", "open ai"


def place(case: Case) -> frozenset[str]:
    """The Emirates while they have a licence requirement of their own, else nowhere."""
    return case.law.places(RULE, "place") if case.law.in_force(RULE) else frozenset()


def approved(case: Case) -> Finding | None:
    """Row 9: the ultimate consignee and every end user are approved: government, Supp. 8 entity, named US firm.

    Source: 91 FR 43034; 15 CFR 742.6(a)(6)(iii), part 740 Supp. 8.
    """
    if not place(case) or not case.goes_to(place(case)):
        return None
    asked = [a for a in case.parties if a.role in (Role.CONSIGNEE, Role.END_USER)] or list(case.parties)
    if not asked or not all(_approved(case, actor) for actor in asked):
        return None
    values = (
        *case.item_class.compared,
        ("destination", case.deal.to_country or "unknown"),
        ("approved", ", ".join(sorted({a.title for a in asked}))),
    )
    if case.item_class.letter == "b":
        because = say("row_9_b")
        return finding(case, RULE, "9", Outcome.ALLOWED, because, values)
    case.condition(say("keep_approval"))
    because = say("row_9_a")
    return finding(case, RULE, "9", Outcome.ADVISORY, because, values)


def _approved(case: Case, actor: Actor) -> bool:
    home = place(case)
    if (
        case.is_government(actor)
        and case.located(actor, home)
        and case.within(actor.fact("hq_country"), actor.hq, home)
    ):
        return True
    if any(
        words(name) == words(entity) for entity in case.law.names(RULE, "approved_entities") for name in actor.names
    ):
        return True
    firms = case.law.names(RULE, "approved_firms")
    return any(_is_firm(name, firm) for firm in firms for name in actor.names) and case.headquartered(
        actor, case.law.places(RULE, "firm_home")
    )


def _is_firm(name: str, firm: str) -> bool:
    """Whether a name begins with the firm's, or says that it is a subsidiary of the firm."""
    spelt = words(name)
    wanted = "".join(words(firm))
    begins = {"".join(spelt[:n]) for n in range(1, _SPELT_IN + 1)}
    if wanted in begins:
        return True
    after = [i + 2 for i in range(len(spelt) - 2) if spelt[i : i + 2] == ("subsidiary", "of")]
    return any("".join(spelt[i : i + n]) == wanted for i in after for n in range(1, _SPELT_IN + 1))
