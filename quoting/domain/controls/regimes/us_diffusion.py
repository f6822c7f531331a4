"""AI Diffusion, the worldwide text of 2025, and its non-enforcement: rows 11a, 12, 12a, 13, 13a."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import is_data_centre_a, shown
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding

RULE, NOT_ENFORCED, BEFORE = "ai-diffusion-2025", "diffusion-non-enforcement-2025", "ac-rule-2023"


def remaining(case: Case) -> Finding:
    """The answer for the places that are left. Units: TPP for the country cap. Source: 90 FR 4544; BIS, 2025-05-13."""
    law = case.law
    values = (*case.item_class.compared, ("destination", case.deal.to_country or "unknown"))
    state = law.state(RULE)
    if not state:
        because = "the place is outside the rule then in force and no party is headquartered in Macau or D:5"
        return finding(case, BEFORE, "11a", Outcome.ALLOWED, because, values)
    if not is_data_centre_a(case):
        because = (
            "an item that NAC and ACA carry, to a place out of scope (the text would ask .a for ACA, without notice)"
        )
        return finding(case, BEFORE, "13a", Outcome.ALLOWED, because, values)
    if law.state(NOT_ENFORCED):
        case.condition(
            "Watch for a rule in place of AI Diffusion: the text still asks a licence, BIS does not enforce it."
        )
        because = (
            "the text of AI Diffusion asks a licence for 3A090.a at every place; BIS has said that it does "
            "not enforce it"
        )
        return finding(case, NOT_ENFORCED, "13", Outcome.ADVISORY, because, values)
    if state == "compliance_due":
        return _due(case, values)
    case.condition("Delivery on or after the compliance date needs its own determination.")
    because = "the text of AI Diffusion asks a licence for 3A090.a at every place; compliance is not due yet"
    return finding(case, RULE, "12", Outcome.ADVISORY, because, values)


def _due(case: Case, values: tuple[tuple[str, str], ...]) -> Finding:
    """Row 12a: delivered after the compliance date, seen from a day on which nothing lifted the rule."""
    cap, open_in_text = case.law.number(RULE, "country_cap"), ", ".join(case.law.names(RULE, "exceptions"))
    case.condition(f"The text holds {open_in_text} open: their own conditions are not determined here.")
    case.condition(
        f"Approval is presumed up to {shown(cap)} TPP per country, all years together, outside the first tier."
    )
    return finding(
        case,
        RULE,
        "12a",
        Outcome.LICENCE,
        "delivery falls after the compliance date of AI Diffusion and nothing known on the day lifts it",
        (*values, ("country cap TPP", shown(cap))),
        review=Review.APPROVAL,
    )
