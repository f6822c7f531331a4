"""Destinations of ECCN 3A090 as first written, and the chip part that took effect at once for NVIDIA: rows 4, 4a."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import headquartered_there, homes_shown, macau_or_d5, scope
from quoting.domain.controls.regimes.us_gp10 import home_market
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import ItemKind

RULE, AT_ONCE = "eccn-3a090-2022", "ac-rule-2023"


def row_of_2022(case: Case) -> Finding:
    """Rows 3a, 4, 4a, 11a, 15 on the days on which the rule of 2022 is the one in force."""
    return home_market(case) or _destination(case) or _at_once(case) or _free(case)


def _destination(case: Case) -> Finding | None:
    """Row 4. Source: 87 FR 62186; Macau by 88 FR 2821."""
    places = case.law.places(RULE, "places")
    if case.item_class.letter != "2022" or not case.goes_to(places):
        return None
    homes = case.law.places(RULE, "case_by_case_homes")
    friendly = all(
        case.within(user.fact("hq_country"), user.hq, homes)
        and not case.within(user.fact("ultimate_parent_hq_country"), user.parent, macau_or_d5(case.law))
        for user in case.end_users
    )
    return finding(
        case,
        RULE,
        "4",
        Outcome.LICENCE,
        say("row_4_friendly" if friendly else "row_4", places=" or ".join(sorted(places))),
        (*case.item_class.compared, ("destination", case.deal.to_country or "unknown")),
        review=Review.CASE_BY_CASE if friendly else Review.DENIAL,
    )


def _at_once(case: Case) -> Finding | None:
    """Row 4a: the chip part of the rule of 2023, at once for NVIDIA.

    Units:  TPP in TOPS x bit length.
    Source: company filing of October 2023.
    """
    law = case.law
    if not law.in_force(AT_ONCE) or case.item.kind is ItemKind.HBM or not case.for_data_centres:
        return None
    limit = law.number(AT_ONCE, "immediate_tpp")
    if not case.designed_by(law.names(AT_ONCE, "immediate_designers")) or not case.reaches("tpp", limit):
        return None
    d5 = macau_or_d5(law)
    owner = None if case.deal.to_country in d5 else headquartered_there(case, case.parties)
    if owner is None and not case.goes_to(scope(law) | d5):
        return None
    denial = owner is not None or case.goes_to(d5)
    return finding(
        case,
        AT_ONCE,
        "4a",
        Outcome.LICENCE,
        say("row_4a", tpp=shown(case.item.tpp), limit=shown(limit)),
        (
            ("TPP", shown(case.item.tpp)),
            ("at once from TPP", shown(limit)),
            ("destination", case.deal.to_country or "unknown"),
            *((("homes", homes_shown(owner)),) if owner else ()),
        ),
        review=Review.DENIAL if denial else Review.APPROVAL,
    )


def _free(case: Case) -> Finding:
    """Rows 11a and 15."""
    if case.item_class.is_3a090:
        because = say("row_11a_2022")
        values = (*case.item_class.compared, ("destination", case.deal.to_country or "unknown"))
        return finding(case, RULE, "11a", Outcome.ALLOWED, because, values)
    return below(case)


def below(case: Case) -> Finding:
    """Row 15: under 3A090 as defined that day; only anti-terrorism entries are left."""
    because = say("row_15", classification=case.item_class.text)
    return finding(case, "below-3a090", "15", Outcome.ALLOWED, because, case.item_class.compared)
