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
                    case.line(f"{actor.title}: {line}")
            case.closed("every one", f"the entry of {actor.title} names none (744.11, 744.16)")
            case.condition(
                f"No licence exception is open for {actor.title}: its entry asks a licence for {_scope(entry)}."
            )
            yield finding(
                case,
                RULE,
                "2",
                Outcome.LICENCE,
                f"{actor.title} ({actor.role.value}) stands on the Entity List as {entry.name}: licence for "
                f"{_scope(entry)}, "
                "no licence exception",
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
            case.condition(f"{actor.title} is listed: it gets access only, and no use that part 744 names.")
            yield finding(
                case,
                RULE,
                "2",
                Outcome.ADVISORY,
                f"{actor.title} ({actor.role.value}), who would use the compute, stands on the Entity List as "
                f"{entry.name}",
                _entry_values(actor, entry),
                unconfirmed=entry.note,
            )


def listed_seller(case: Case) -> Iterator[Finding]:
    """Row O8: buying from a listed party is not forbidden by the listing, but a red flag."""
    for actor in case.deal.sellers:
        entry = hit(case, actor)
        if entry is not None:
            case.condition(
                f"Seller {actor.title} is on the Entity List: make sure that the goods reached it lawfully; "
                "payment aside, "
                "nothing subject to the EAR (returns, designs, test units) goes back to it without a licence."
            )
            yield finding(
                case,
                RULE,
                "O8",
                Outcome.ADVISORY,
                f"the seller {actor.title} stands on the Entity List as {entry.name}; buying from it is not "
                "forbidden by the "
                "listing, but a red flag",
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
                case.line(
                    f"{actor.title} stands on {entry.list} ({entry.citation}): it restricts securities, not exports."
                )
    yield from ()


def _look(case: Case, actor: Actor, near: Near, outcome: Outcome) -> Finding:
    case.question(
        f"parties.{actor.role.value}.name",
        f"Is {actor.title} the listed {near.entry.name}, or owned by it?",
        f"{actor.title}, with its registration and ownership",
        near.entry.citation,
        "the advisory falls away, or the entry binds it",
    )
    how = "is close to" if near.spelling else "holds the distinctive words of"
    return finding(
        case,
        RULE,
        "red flag",
        outcome,
        f"the name {actor.title} {how} the entry {near.entry.name} (score {near.score:g}): a person has to look",
        (
            ("name", actor.title),
            ("entry", near.entry.name),
            ("score", f"{near.score:g}"),
            ("match", "; ".join(near.features)),
        ),
    )


def _cleared(case: Case, actor: Actor, near: Near, clearance: Clearance) -> Finding:
    """A likeness that somebody has looked into: no more than an advisory, and it says whose judgement it rests on."""
    return finding(
        case,
        RULE,
        "cleared",
        Outcome.ADVISORY,
        f"the name {actor.title} is like the entry {near.entry.name} (score {near.score:g}) and was judged not to be "
        f"it by {clearance.by} on {clearance.on}: {clearance.why} (declared, not verified)",
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
        f"Who is {actor.title}?",
        "the buyer",
        header.citation,
        "the party can be screened",
    )
    because = f"{actor.title} has no name: it cannot be screened against the lists"
    return finding(case, RULE, "2", Outcome.CANNOT_DETERMINE, because, (("name", "unknown"),))


def _each(actors: Iterable[Actor]) -> Iterator[Actor]:
    """Each name once: the same firm in three roles is one finding. A namesake that is not cleared is another firm."""
    seen: set[tuple[str, tuple[Clearance, ...]]] = set()
    for actor in actors:
        if (actor.key, actor.cleared) not in seen:
            seen.add((actor.key, actor.cleared))
            yield actor


def _scope(entry: ListedParty) -> str:
    return entry.licence_scope or "what its entry names"


def _entry_values(actor: Actor, entry: ListedParty) -> tuple[tuple[str, str], ...]:
    day = "UNCONFIRMED day" if entry.listed_on is None else entry.listed_on.isoformat()
    return (
        ("name", actor.title),
        ("entry", f"{entry.name} ({entry.list}, listed {day}, {entry.citation})"),
        ("score", "100"),
        ("match", actor.screened.reason(entry)),
    )


RULES = (listed_party, listed_tenant)
OVERLAYS = (listed_seller, resembling, securities)
