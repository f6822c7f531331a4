"""AI Diffusion, the worldwide text of 2025, and its non-enforcement: rows 11a, 12, 12a, 13, 13a."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.sentences import say

RULE, NOT_ENFORCED, BEFORE = "ai-diffusion-2025", "diffusion-non-enforcement-2025", "ac-rule-2023"


def remaining(case: Case) -> Finding:
    """The answer for the places that are left. Units: TPP for the country cap. Source: 90 FR 4544; BIS, 2025-05-13."""
    law = case.law
    values = (*case.item_class.compared, ("destination", case.deal.to_country or "unknown"))
    state = law.state(RULE)
    if not state:
        because = say("row_11a")
        return finding(case, BEFORE, "11a", Outcome.ALLOWED, because, values)
    if not case.item_class.is_data_centre_a:
        because = say("row_13a")
        return finding(case, BEFORE, "13a", Outcome.ALLOWED, because, values)
    if law.state(NOT_ENFORCED):
        case.condition(say("watch_diffusion"))
        because = say("row_13")
        return finding(case, NOT_ENFORCED, "13", Outcome.ADVISORY, because, values)
    if state == "compliance_due":
        return _due(case, values)
    case.condition(say("delivery_needs_own"))
    because = say("row_12")
    return finding(case, RULE, "12", Outcome.ADVISORY, because, values)


def _due(case: Case, values: tuple[tuple[str, str], ...]) -> Finding:
    """Row 12a: delivered after the compliance date, seen from a day on which nothing lifted the rule."""
    cap, open_in_text = case.law.number(RULE, "country_cap"), ", ".join(case.law.names(RULE, "exceptions"))
    case.condition(say("text_holds_open", exceptions=open_in_text))
    case.condition(say("country_cap", cap=shown(cap)))
    return finding(
        case,
        RULE,
        "12a",
        Outcome.LICENCE,
        say("row_12a"),
        (*values, ("country cap TPP", shown(cap))),
        review=Review.APPROVAL,
    )
