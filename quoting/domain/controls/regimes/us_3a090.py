"""ECCN 3A090 since 2023: destinations, headquarters, licence exceptions and reviews. Rows 3a, 5 to 13a and 15."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import headquartered_there, homes_shown, macau_or_d5, scope
from quoting.domain.controls.regimes import us_diffusion, us_uae
from quoting.domain.controls.regimes.us_3a090_2022 import below
from quoting.domain.controls.regimes.us_gp10 import home_market
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import MovementKind

RULE, NAC, ACA, CASE_BY_CASE = "ac-rule-2023", "nac", "aca", "china-case-by-case-2026"
REVIEW, GUIDANCE, VALIDATED = "review-policy-744-23-d", "hq-guidance-2026-05", "dc-veu-2024"


def row_of_2023(case: Case) -> Finding:
    """The first row of the table that fits, on the days on which the thresholds of 2023 are in force.

    Source: 15 CFR 740.8, 742.6(a)(6)(iii), (b)(10), 744.23(a)(3), (d).
    """
    if not case.item_class.is_chip:
        return below(case)
    in_d5 = case.goes_to(macau_or_d5(case.law))
    return (
        home_market(case)
        or (_to_macau_or_d5(case) if in_d5 else None)
        or _to_headquarters(case)
        or us_uae.approved(case)
        or _scope(case)
        or us_diffusion.remaining(case)
    )


def _values(case: Case, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (*case.item_class.compared, ("destination", case.deal.to_country or "unknown"), *more)


def _to_macau_or_d5(case: Case) -> Finding:
    """Rows 5, 5a, 6, 7: the destination decides before any headquarters is asked for."""
    if case.item_class.is_light:
        if case.kind is MovementKind.TRANSFER:
            return _aca(case, "5a", say("row_5a"))
        return _nac(case, say("why_destination"))
    row5 = _case_by_case(case)
    if row5:
        return row5
    _not_carried(case)
    because = say("row_7")
    return finding(case, RULE, "7", Outcome.LICENCE, because, _values(case), review=Review.DENIAL)


def _case_by_case(case: Case) -> Finding | None:
    """Row 5: exports from the US to end users in China or Macau, under both limits, with the certificates.

    Units:  TPP; total DRAM bandwidth in GB/s.
    Source: 91 FR 1684; 15 CFR 742.6(b)(10)(iii)(A)(1).
    """
    law = case.law
    if not law.in_force(CASE_BY_CASE) or case.kind is not MovementKind.EXPORT:
        return None
    places = law.places(CASE_BY_CASE, "places")
    tpp, memory = law.number(CASE_BY_CASE, "tpp"), law.number(CASE_BY_CASE, "memory_bandwidth")
    fits = (
        not case.reaches("tpp", tpp)
        and case.goes_to(places)
        and case.comes_from(law.places(CASE_BY_CASE, "origin"))
        and all(case.located(user, places) for user in case.end_users)
    )
    if not fits:
        return None
    certificates = law.names(CASE_BY_CASE, "certifications")
    certified = case.deal.transaction.evidence.case_by_case_certifications is True
    if not certified:
        memory_known = case.item.memory_bandwidth_gb_s
        if memory_known is None or memory_known < memory:
            case.question(
                "evidence.case_by_case_certifications",
                say("ask_certificates", certificates="; ".join(certificates)),
                say("who_applicant"),
                law.header(CASE_BY_CASE).citation,
                say("unlocks_case_by_case"),
            )
        return None
    if case.reaches("memory_bandwidth_gb_s", memory):
        return None
    for certificate in certificates:
        case.condition(say("certified", certificate=certificate))
    return finding(
        case,
        CASE_BY_CASE,
        "5",
        Outcome.LICENCE,
        say("row_5"),
        _values(
            case,
            ("case by case under TPP", shown(tpp)),
            ("DRAM bandwidth GB/s", shown(case.item.memory_bandwidth_gb_s)),
            ("and under GB/s", shown(memory)),
            ("certificates", "true"),
        ),
        review=Review.CASE_BY_CASE,
    )


def _to_headquarters(case: Case) -> Finding | None:
    """Rows 6, 6a, 8: a party headquartered, or parented, in Macau or D:5, wherever it is."""
    owner = headquartered_there(case, case.parties)
    if owner is None:
        return None
    if case.item_class.is_light:
        if case.kind is MovementKind.TRANSFER:
            return _neither(case, owner)
        return _nac(case, say("why_headquarters", party=owner.title), ("homes", homes_shown(owner)))
    _not_carried(case)
    for line in case.law.names(GUIDANCE, "line"):
        case.line(line)
    because = say("row_8", party=owner.title)
    other = case.law.row(REVIEW, "case_by_case_disputed")
    disputed = ""
    groups = (case.law.group(label) for label in case.law.names(RULE, "scope") if ":" in label)
    if other is not None and not case.goes_to(frozenset().union(*groups)):
        disputed = say("review_disputed", review=other.value, citation=other.citation)
    values = _values(case, ("homes", homes_shown(owner)))
    return finding(case, RULE, "8", Outcome.LICENCE, because, values, review=Review.DENIAL, unconfirmed=disputed)


def _nac(case: Case, why: str, *more: tuple[str, str]) -> Finding:
    """Row 6. Source: 15 CFR 740.8."""
    days = case.law.number(NAC, "notice_days")
    case.closed("ACA", say("aca_leaves_out"))
    conditions = (
        say("nac_notice", days=shown(days)),
        *case.law.names(NAC, "conditions"),
    )
    case.condition(say("nac_refused"))
    return finding(
        case,
        NAC,
        "6",
        Outcome.EXCEPTION,
        say("row_6", why=why),
        _values(case, ("notice days", shown(days)), *more),
        exception="NAC",
        conditions=conditions,
        notice_days=int(days),
    )


def _neither(case: Case, owner: Actor) -> Finding:
    """Row 6a: an in-country transfer outside Macau and D:5 to such a party has neither NAC nor ACA."""
    before = case.law.state(ACA) != "in_force"
    case.closed("NAC", say("nac_no_transfer"))
    case.closed("ACA", say("aca_no_headquarters"))
    return finding(
        case,
        NAC,
        "6a",
        Outcome.LICENCE,
        say("row_6a", party=owner.title),
        _values(case, ("homes", homes_shown(owner))),
        review=Review.DENIAL,
        unconfirmed=say("text_not_read") if before else "",
    )


def _not_carried(case: Case) -> None:
    case.closed("NAC, ACA", say("nac_aca_not_carried"))


def _scope(case: Case) -> Finding | None:
    """Rows 10 and 11: other D:1 and D:4 places in scope, and others in the United Arab Emirates."""
    places = scope(case.law) | us_uae.place(case)
    if not case.goes_to(places):
        return None
    if case.item_class.is_light:
        return _aca(case, "10", say("why_scope"))
    _not_carried(case)
    for line in case.law.names(VALIDATED, "line"):
        case.line(line)
    return finding(
        case,
        RULE,
        "11",
        Outcome.LICENCE,
        say("row_11"),
        _values(case),
        review=Review.APPROVAL,
        unconfirmed=say("review_text_2025"),
    )


def _aca(case: Case, row: str, because: str) -> Finding:
    name = case.law.names(ACA, "name")[0]
    conditions = case.law.names(ACA, "conditions")
    text = say("aca_open", because=because, name=name)
    return finding(case, ACA, row, Outcome.EXCEPTION, text, _values(case), exception=name, conditions=conditions)
