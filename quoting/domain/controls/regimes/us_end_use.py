"""End uses that need a licence where they are known: rows 1b, 1e, 1f, 1g; red flags and training, O3 and O6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import macau_or_d5
from quoting.domain.controls.sentences import say

SUPERCOMPUTER, MILITARY = "supercomputer-744-23", "part-744-22-review"
FLAGS, TRAINING, REVIEW = "diversion-red-flags-2025", "training-policy-statement-2025", "review-policy-744-23-d"


def supercomputer(case: Case) -> Iterator[Finding]:
    """Row 1b: a supercomputer in Macau or D:5, known. Taking 3A090 items under it too is cautious and ours.

    Source: 15 CFR 744.23(a)(1), (c), (d)(2).
    """
    if case.deal.transaction.end_use.supercomputer is not True or not case.law.in_force(SUPERCOMPUTER):
        return
    places = case.law.places(SUPERCOMPUTER, "places")
    if not case.goes_to(places):
        return
    friendly = case.law.places(REVIEW, "approval_homes")
    case.closed(say("every_one"), say("no_exception_supercomputer"))
    approval = all(_friendly(case, user, friendly) for user in case.end_users)
    yield finding(
        case,
        SUPERCOMPUTER,
        "1b",
        Outcome.LICENCE,
        say("row_1b_friendly" if approval else "row_1b"),
        (("supercomputer", "true"), ("destination", case.deal.to_country or "unknown")),
        review=Review.APPROVAL if approval else Review.DENIAL,
    )


def _friendly(case: Case, user: Actor, homes: frozenset[str]) -> bool:
    """Headquartered in the US, A:5 or A:6 and not parented in Macau or D:5 (in the place of majority ownership)."""
    return case.within(user.fact("hq_country"), user.hq, homes) and not case.within(
        user.fact("ultimate_parent_hq_country"), user.parent, macau_or_d5(case.law)
    )


def military(case: Case) -> Iterator[Finding]:
    """Row 1e: military end use or user, known. Source: 15 CFR 744.21; above Supp. 2 items 744.21(e)(3), our reading."""
    if case.deal.transaction.end_use.military is not True:
        return
    homes = case.law.places(MILITARY, "military_homes")
    hit = _home_or_destination(case, homes, case.parties)
    yield _known_use(case, "1e", "military", hit, homes)


def military_intelligence(case: Case) -> Iterator[Finding]:
    """Row 1f: military-intelligence use, known, renting of compute included. Source: 15 CFR 744.22, 744.6."""
    if case.deal.transaction.end_use.military_intelligence is not True:
        return
    homes = case.law.places(MILITARY, "military_intelligence_homes")
    if homes:
        hit = _home_or_destination(case, homes, (*case.parties, *case.tenants))
        yield _known_use(case, "1f", "military_intelligence", hit, homes)


def _home_or_destination(case: Case, homes: frozenset[str], actors: Iterable[Actor]) -> bool:
    actors = tuple(actors)
    known = case.deal.to_country in homes or any(
        home in homes for actor in actors for home in (actor.country, actor.hq, actor.parent)
    )
    return known or case.goes_to(homes) or any(case.at_home(actor, homes) for actor in actors)


def _known_use(case: Case, row: str, flag: str, hit: bool, homes: frozenset[str]) -> Finding:
    words = flag.replace("_", "-")
    values = ((flag, "true"), ("homes and destinations of the rule", ", ".join(sorted(homes))))
    if hit:
        case.closed(say("every_one_but_gov"), say("known_use", use=words))
        because = say("row_known_use", use=words)
        return finding(case, MILITARY, row, Outcome.LICENCE, because, values, review=Review.DENIAL)
    because = say("row_known_use_elsewhere", use=words)
    return finding(case, MILITARY, row, Outcome.ADVISORY, because, values)


def weapons(case: Case) -> Iterator[Finding]:
    """Row 1g: weapons of mass destruction, known, renting of compute included. Source: 15 CFR 744.2 to 744.4, 744.6."""
    if case.deal.transaction.end_use.wmd is True:
        case.closed(say("every_one"), say("no_exception_weapons"))
        yield finding(
            case,
            MILITARY,
            "1g",
            Outcome.LICENCE,
            say("row_1g"),
            (("wmd", "true"),),
            review=Review.DENIAL,
        )


def open_red_flag(case: Case) -> Iterator[Finding]:
    """Row O3: a red flag was raised and is not closed. Source: 15 CFR part 732 Supp. 3."""
    if case.deal.transaction.evidence.red_flags_closed is False:
        header = case.law.header(FLAGS)
        case.question(
            "evidence.red_flags_closed",
            say("ask_red_flags"),
            say("who_compliance"),
            header.citation,
            say("unlocks_other_rules"),
        )
        yield finding(
            case,
            FLAGS,
            "O3",
            Outcome.CANNOT_DETERMINE,
            say("row_o3"),
            (("red_flags_closed", "false"),),
        )


def training(case: Case) -> Iterator[Finding]:
    """Row O6: training of models for a party of D:5 or Macau, without the uses of rows 1f and 1g."""
    use = case.deal.transaction.end_use
    if (
        use.training_for_d5_party is True
        and use.military_intelligence is not True
        and use.wmd is not True
        and case.law.in_force(TRAINING)
    ):
        yield finding(
            case,
            TRAINING,
            "O6",
            Outcome.ADVISORY,
            say("row_o6"),
            (("training_for_d5_party", "true"),),
        )


RULES = (supercomputer, military, military_intelligence, weapons)
OVERLAYS = (open_red_flag, training)
