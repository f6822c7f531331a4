"""The Entity List: a listed party (row 2), a listed tenant, a listed seller (O8), and names that only resemble one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.clearances import closing
from quoting.domain.controls.deal import Actor
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.rulebook import Clearance, ListedParty
from quoting.domain.controls.screening import Near, listed
from quoting.domain.controls.sentences import say

RULE, FOREIGN_MADE = "entity-list-effect", "fdp-footnotes"
FOOTNOTES = ("1", "4", "5")


def hit(case: Case, actor: Actor) -> ListedParty | None:
    """The entry that binds a party on the day: that of its own country first, then the strictest review."""
    lists = case.law.names(RULE, "lists")
    found = [e for e in actor.screened.exact if e.list in lists and listed(e, case.law.clock)]
    return max(found, key=lambda e: (e.country == actor.country, strictness(e)), default=None)


def strictness(entry: ListedParty) -> int:
    return Review(entry.review).strictness if entry.review else -1


def listed_party(case: Case) -> Iterator[Finding]:
    """Row 2: purchaser, consignees, end user; an owner or operator who holds the machines too (own reading).

    Source: 15 CFR 744.11, 744.16, part 744 Supp. 4.
    """
    for actor in _each(case.parties):
        entry = hit(case, actor)
        if entry is not None:
            if entry.footnote in FOOTNOTES:
                for line in case.law.names(FOREIGN_MADE, f"footnote_{entry.footnote}"):
                    case.line(say("of_party", party=actor.title, line=line))
            case.closed(say("every_one"), say("entry_names_none", party=actor.title))
            case.condition(say("no_exception_listed", party=actor.title, scope=_scope(entry)))
            yield finding(
                case,
                RULE,
                "2",
                Outcome.LICENCE,
                say("row_2", party=actor.title, role=actor.role.value, entry=entry.name, scope=_scope(entry)),
                _entry_values(actor, entry),
                review=Review(entry.review) if entry.review else None,
                unconfirmed=entry.note,
            )
        elif actor.name is None:
            yield _nameless(case, actor)


def listed_tenant(case: Case) -> Iterator[Finding]:
    """Row 2: a listed tenant is a red flag, not a bar."""
    for actor in _each(a for a in case.tenants if a not in case.parties):
        entry = hit(case, actor)
        if entry is not None:
            case.condition(say("tenant_listed", party=actor.title))
            yield finding(
                case,
                RULE,
                "2",
                Outcome.ADVISORY,
                say("row_2_tenant", party=actor.title, role=actor.role.value, entry=entry.name),
                _entry_values(actor, entry),
                unconfirmed=entry.note,
            )


def listed_seller(case: Case) -> Iterator[Finding]:
    """Row O8: buying from a listed party is not forbidden by the listing, but a red flag."""
    for actor in case.deal.sellers:
        entry = hit(case, actor)
        if entry is not None:
            case.condition(say("seller_listed", party=actor.title))
            yield finding(
                case,
                RULE,
                "O8",
                Outcome.ADVISORY,
                say("row_o8", party=actor.title, entry=entry.name),
                _entry_values(actor, entry),
                unconfirmed=entry.note,
            )


def resembling(case: Case) -> Iterator[Finding]:
    """A name close to an entry is no hit: a person has to look. Subsidiaries of listed firms come up here too.

    A party whose whole name is close may be the listed firm: an open red flag, until `red_flags_closed` says that
    somebody has looked. Source: 15 CFR part 732 Supp. 3.
    """
    lists = case.law.names(RULE, "lists")
    looked = case.deal.transaction.evidence.red_flags_closed is True
    for actor in _each((*case.deal.actors, *case.deal.sellers)):
        near = [n for n in actor.screened.near if n.entry.list in lists and listed(n.entry, case.law.clock)]
        if not near or hit(case, actor) is not None:
            continue
        judged = {id(n): closing(actor.cleared, n.entry) for n in near} if actor.cleared else {}
        for each in near:
            clearance = judged.get(id(each))
            if clearance is not None:
                yield _cleared(case, actor, each, clearance)
        rest = [n for n in near if judged.get(id(n)) is None]
        if rest:
            best = max(rest, key=lambda n: (n.spelling, n.score))
            may_be_it = best.spelling and not looked and actor in case.parties
            yield _look(case, actor, best, Outcome.CANNOT_DETERMINE if may_be_it else Outcome.ADVISORY)


def securities(case: Case) -> Iterator[Finding]:
    """A securities list is shown as a line: it restricts no export."""
    lists = case.law.names(RULE, "securities_lists")
    for actor in _each((*case.parties, *case.deal.sellers)):
        for entry in actor.screened.exact:
            if entry.list in lists:
                case.line(say("securities_list", party=actor.title, source=entry.list, citation=entry.citation))
    yield from ()


def _look(case: Case, actor: Actor, near: Near, outcome: Outcome) -> Finding:
    case.question(
        f"parties.{actor.role.value}.name",
        say("ask_is_listed", party=actor.title, entry=near.entry.name),
        say("who_party_registration", party=actor.title),
        near.entry.citation,
        say("unlocks_name"),
    )
    return finding(
        case,
        RULE,
        "red flag",
        outcome,
        say(
            "name_close" if near.spelling else "name_holds",
            party=actor.title,
            entry=near.entry.name,
            score=f"{near.score:g}",
        ),
        (
            ("name", actor.title),
            ("entry", near.entry.name),
            ("score", f"{near.score:g}"),
            ("match", "; ".join(near.features)),
        ),
    )


def _cleared(case: Case, actor: Actor, near: Near, clearance: Clearance) -> Finding:
    """A likeness that somebody has looked into: no more than an advisory, and it says whose judgement it rests on."""
    case.condition(say("keep_grounds", party=actor.title, entry=near.entry.name, by=clearance.by))
    return finding(
        case,
        RULE,
        "cleared",
        Outcome.ADVISORY,
        say(
            "name_cleared",
            party=actor.title,
            entry=near.entry.name,
            score=f"{near.score:g}",
            by=clearance.by,
            on=clearance.on,
            why=clearance.why,
        ),
        (
            ("name", actor.title),
            ("entry", near.entry.name),
            ("score", f"{near.score:g}"),
            ("match", "; ".join(near.features)),
            ("clearance", clearance.id),
            ("cleared by", clearance.by),
            ("cleared on", clearance.on.isoformat()),
            ("cleared because", clearance.why),
        ),
    )


def _nameless(case: Case, actor: Actor) -> Finding:
    header = case.law.header(RULE)
    case.question(
        f"parties.{actor.role.value}.name",
        say("ask_who", party=actor.title),
        say("who_buyer"),
        header.citation,
        say("unlocks_screening"),
    )
    because = say("nameless", party=actor.title)
    return finding(case, RULE, "2", Outcome.CANNOT_DETERMINE, because, (("name", "unknown"),))


def _each(actors: Iterable[Actor]) -> Iterator[Actor]:
    """Each name once: the same firm in three roles is one finding. A namesake that is not cleared is another firm."""
    seen: set[tuple[str, tuple[Clearance, ...]]] = set()
    for actor in actors:
        if (actor.key, actor.cleared) not in seen:
            seen.add((actor.key, actor.cleared))
            yield actor


def _scope(entry: ListedParty) -> str:
    return entry.licence_scope or say("scope_of_entry")


def _entry_values(actor: Actor, entry: ListedParty) -> tuple[tuple[str, str], ...]:
    day = say("unconfirmed_day") if entry.listed_on is None else entry.listed_on.isoformat()
    return (
        ("name", actor.title),
        ("entry", say("entry_shown", entry=entry.name, source=entry.list, day=day, citation=entry.citation)),
        ("score", "100"),
        ("match", actor.screened.reason(entry)),
    )


RULES = (listed_party, listed_tenant)
OVERLAYS = (listed_seller, resembling, securities)
