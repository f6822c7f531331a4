"""End uses that need a licence where they are known: rows 1b, 1e, 1f, 1g; red flags and training, O3 and O6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import macau_or_d5

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
    case.closed("every one", "none is open for a supercomputer in Macau or D:5 (744.23(c))")
    approval = all(_friendly(case, user, friendly) for user in case.end_users)
    yield finding(
        case,
        SUPERCOMPUTER,
        "1b",
        Outcome.LICENCE,
        "the machine is for a supercomputer in Macau or a D:5 place; no licence exception is open"
        + (
            "; every end user is headquartered in the US, A:5 or A:6 and not owned from Macau or D:5"
            if approval
            else ""
        ),
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
        case.closed("every one but GOV", f"a known {words} end use (744.21, 744.22)")
        because = (
            f"a {words} end use is known, and its destination or a party's home is named by the rule; only GOV is open"
        )
        return finding(case, MILITARY, row, Outcome.LICENCE, because, values, review=Review.DENIAL)
    because = f"a {words} end use is known; neither the destination nor a party's home is named by the rule"
    return finding(case, MILITARY, row, Outcome.ADVISORY, because, values)


def weapons(case: Case) -> Iterator[Finding]:
    """Row 1g: weapons of mass destruction, known, renting of compute included. Source: 15 CFR 744.2 to 744.4, 744.6."""
    if case.deal.transaction.end_use.wmd is True:
        case.closed("every one", "none is open for a known end use in weapons of mass destruction (744.2 to 744.4)")
        yield finding(
            case,
            MILITARY,
            "1g",
            Outcome.LICENCE,
            "an end use in weapons of mass destruction is known; no licence exception is open (the text reviews "
            "case by case "
            "and denies what makes a material contribution: the stricter is answered)",
            (("wmd", "true"),),
            review=Review.DENIAL,
        )


def open_red_flag(case: Case) -> Iterator[Finding]:
    """Row O3: a red flag was raised and is not closed. Source: 15 CFR part 732 Supp. 3."""
    if case.deal.transaction.evidence.red_flags_closed is False:
        header = case.law.header(FLAGS)
        case.question(
            "evidence.red_flags_closed",
            "Has every red flag been looked into, closed and documented?",
            "the seller's and the buyer's compliance officers",
            header.citation,
            "the answer of the other rules",
        )
        yield finding(
            case,
            FLAGS,
            "O3",
            Outcome.CANNOT_DETERMINE,
            "a red flag was raised and is not closed",
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
            "models are trained for a party headquartered in D:5 or Macau: part 744 asks a licence where a use "
            "in weapons of "
            "mass destruction or military intelligence is known; keep a statement of the end use",
            (("training_for_d5_party", "true"),),
        )


RULES = (supercomputer, military, military_intelligence, weapons)
OVERLAYS = (open_red_flag, training)
