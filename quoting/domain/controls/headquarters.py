"""The headquarters rule's words: Macau or D:5, the scope of the destination test, and who has his home there."""

from __future__ import annotations

from collections.abc import Iterable

from quoting.domain.controls.case import Case
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.law import Law

RULE = "ac-rule-2023"


def macau_or_d5(law: Law) -> frozenset[str]:
    """Macau and the places of D:5 on the day. Source: 15 CFR 744.23(a)(3)."""
    return law.places(RULE, "headquarters")


def scope(law: Law) -> frozenset[str]:
    """D:1, D:4 or D:5 and in neither A:5 nor A:6. Source: 15 CFR 742.6(a)(6)(iii)."""
    return law.kept("scope", lambda seen: seen.places(RULE, "scope") - seen.places(RULE, "scope_exempt"))


def headquartered_there(case: Case, actors: Iterable[Actor]) -> Actor | None:
    """The first of them headquartered or parented in Macau or D:5; known homes are looked at first."""
    places = macau_or_d5(case.law)
    actors = tuple(actors)
    for actor in actors:
        if actor.hq in places or actor.parent in places:
            return actor
    return next((actor for actor in actors if case.headquartered(actor, places)), None)


def homes_shown(actor: Actor) -> str:
    return f"{actor.title}: headquarters {actor.hq or 'unknown'}, ultimate parent {actor.parent or 'unknown'}"
