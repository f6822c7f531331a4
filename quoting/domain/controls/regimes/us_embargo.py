"""Embargoes of part 746 and persons denied export privileges: rows 1, 1s and 1a."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.screening import listed
from quoting.domain.controls.sentences import say

EMBARGO, DENIED, SYRIA, RUSSIA = (
    "embargo-part-746",
    "denied-persons-part-764",
    "syria-746-9",
    "russia-belarus-746-8",
)


def reached(case: Case, places: frozenset[str]) -> str | None:
    """What of the deal lies in one of these places: its destination, or where a party is; known places first.

    A party's own place counts beside the destination: goods for somebody who sits there are on their way there. That is
    our cautious reading; part 746 speaks of destinations.
    """
    if case.deal.to_country in places:
        return say("goes_to_place", place=case.deal.to_country)
    for actor in case.parties:
        if actor.country in places:
            return say("sits_in_place", party=actor.title, place=actor.country)
    if case.deal.to_country is None and case.goes_to(places):
        return say("goes_nowhere_known")
    for actor in case.parties:
        if actor.country is None and case.located(actor, places):
            return say("sits_nowhere_known", party=actor.title)
    return None


def embargo(case: Case) -> Iterator[Finding]:
    """Row 1: nothing subject to the EAR goes there. Source: 15 CFR part 746."""
    places = case.law.places(EMBARGO, "places")
    hit = reached(case, places)
    if hit:
        case.closed(say("every_one"), say("no_exception_746"))
        yield finding(
            case,
            EMBARGO,
            "1",
            Outcome.PROHIBITED,
            say("row_1", hit=hit),
            (("destination", case.deal.to_country or "unknown"), ("embargoed", ", ".join(sorted(places)))),
        )


def denied_person(case: Case) -> Iterator[Finding]:
    """Row 1: a person denied export privileges, in any role. Source: 15 CFR part 764."""
    lists = case.law.names(DENIED, "lists")
    for actor in {a.key: a for a in (*case.deal.actors, *case.deal.sellers)}.values():
        for entry in actor.screened.exact:
            if entry.list in lists and listed(entry, case.law.clock):
                yield finding(
                    case,
                    DENIED,
                    "1",
                    Outcome.PROHIBITED,
                    say("row_1_denied", party=actor.title),
                    (("name", actor.title), ("entry", entry.name)),
                )


def syria(case: Case) -> Iterator[Finding]:
    """Row 1s: a licence for every item, no NAC or ACA. Source: 15 CFR 746.9(c)."""
    if not case.law.in_force(SYRIA):
        return
    hit = reached(case, case.law.places(SYRIA, "places"))
    if hit:
        controlled = case.item_class.is_3a090
        case.closed("NAC, ACA", say("not_where_746"))
        yield finding(
            case,
            SYRIA,
            "1s",
            Outcome.LICENCE,
            say("row_1s", hit=hit),
            (("destination", case.deal.to_country or "unknown"), ("class", case.item_class.text)),
            review=Review.DENIAL if controlled else Review.CASE_BY_CASE,
        )


def russia_belarus(case: Case) -> Iterator[Finding]:
    """Row 1a: a licence for every item with an ECCN, anti-terrorism entries included. Source: 15 CFR 746.8."""
    if not case.law.in_force(RUSSIA):
        return
    hit = reached(case, case.law.places(RUSSIA, "places"))
    if hit:
        case.closed("NAC, ACA", say("not_where_746"))
        yield finding(
            case,
            RUSSIA,
            "1a",
            Outcome.LICENCE,
            say("row_1a", hit=hit),
            (("destination", case.deal.to_country or "unknown"), ("class", case.item_class.text)),
            review=Review.POLICY_OF_DENIAL,
        )


RULES = (embargo, denied_person, syria, russia_belarus)
