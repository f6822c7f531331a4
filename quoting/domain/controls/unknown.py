"""What unknown does: every value that a missing figure or place could have is taken, and the answers are compared.

Source: contract, section 5, "What unknown does"; facts, section 5, "Unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from quoting.domain.controls.case import Case
from quoting.domain.controls.combine import DayAnswer, Verdict, once, verdict
from quoting.domain.controls.deal import Deal, Key
from quoting.domain.controls.determination import Considered, Finding, OpenQuestion, Outcome, Standing
from quoting.domain.controls.index import Index
from quoting.domain.controls.law import Law
from quoting.domain.controls.sentences import say

MOST_READINGS = 200  # beyond, the readings are not followed further: only what is certain without them counts

_ASKED: dict[str, tuple[str, str]] = {  # a missing fact: the sentence that asks for it, and who can answer
    "tpp": ("ask_tpp", "who_maker"),
    "performance_density": ("ask_density", "who_maker"),
    "interconnect_gb_s": ("ask_interconnect", "who_maker"),
    "memory_bandwidth_gb_s": ("ask_memory_bandwidth", "who_maker"),
    "hbm_density_gb_s_mm2": ("ask_hbm_density", "who_memory_maker"),
    "designer": ("ask_designer", "who_seller"),
    "designer_hq_country": ("ask_designer_home", "who_seller"),
    "country_of_origin": ("ask_origin", "who_seller"),
    "from_country": ("ask_from", "who_seller"),
    "to_country": ("ask_to", "who_buyer"),
    "country": ("ask_party_place", "who_party"),
    "hq_country": ("ask_party_headquarters", "who_party_registered"),
    "ultimate_parent_hq_country": ("ask_party_parent", "who_party_owned"),
    "ownership_by_listed_percent": ("ask_party_owners", "who_party_owned"),
}
# How many facts are missing (none that has a name, one, several), and whether the deal is barred whatever they are.
_UNDECIDED = {
    (0, False): "undecided_a_fact",
    (1, False): "undecided_one_fact",
    (2, False): "undecided_facts",
    (0, True): "undecided_a_fact_barred",
    (1, True): "undecided_one_fact_barred",
    (2, True): "undecided_facts_barred",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer if what is unknown were so: `forks` are the questions asked of unknown facts and their answers."""

    forks: tuple[tuple[Key, bool], ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    lines: tuple[str, ...]
    conditions: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    considered: tuple[Considered, ...]
    classification: str
    certain: int  # how many of the findings were made before any unknown fact was asked for


def explore(deal: Deal, law: Law, index: Index, run: Callable[[Case], Sequence[Finding]]) -> tuple[list[Reading], bool]:
    """Every reading of what is unknown, by depth-first search over yes-or-no forks; and whether all were followed.

    A deal without a missing fact that matters has exactly one reading.
    """
    readings: list[Reading] = []
    path: tuple[bool, ...] | None = ()
    while path is not None and len(readings) < MOST_READINGS:
        case = Case(deal, law, index, path)
        findings = tuple(run(case))
        forks = tuple(case.forks)
        readings.append(
            Reading(
                forks,
                findings,
                verdict(findings),
                tuple(case.lines),
                tuple(case.conditions),
                tuple(case.questions),
                tuple(case.considered),
                _class_shown(case),
                case.certain,
            )
        )
        if _settled(readings[-1]):
            known = readings[-1].findings[: case.certain]
            return [replace(readings[-1], forks=(), findings=known, verdict=verdict(known))], True
        path = _next(tuple(answer for _, answer in forks))
    return readings, path is None


def _settled(reading: Reading) -> bool:
    """Prohibited by what is known: no missing fact makes it milder, and there is nothing stricter."""
    return any(f.outcome is Outcome.PROHIBITED for f in reading.findings[: reading.certain])


def _class_shown(case: Case) -> str:
    """The item's class for display; asking for it now may not fork: what no rule asked stays unknown."""
    before = len(case.forks)
    text = case.item_class.text
    return text if len(case.forks) == before else say("not_classified_yet")


def _next(path: tuple[bool, ...]) -> tuple[bool, ...] | None:
    """The path after this one: the last yes becomes no. None after the last."""
    while path and not path[-1]:
        path = path[:-1]
    return (*path[:-1], False) if path else None


def settle(readings: Sequence[Reading], complete: bool) -> DayAnswer:
    """One answer from all readings.

    One reading, or all alike: that answer. Same outcome, other review or exception: the stricter and an open question.
    Other outcomes: cannot_determine, also where each of them bars the deal; that it does is said then, and no plan may
    use it.
    """
    strictest = max(readings, key=lambda r: r.verdict.strictness)
    if complete and len(readings) == 1:
        return _answer(strictest.verdict, strictest.findings, strictest, readings)
    if not complete:
        return _unfinished(readings)
    outcomes = {r.verdict.outcome for r in readings}
    common = _common(readings)
    questions = _questions(readings, strictest)
    if len(outcomes) == 1:
        kept = tuple(f if _same(f) in common else _one_of_several(f) for f in strictest.findings)
        return _answer(strictest.verdict, kept, strictest, readings, questions)
    certain = tuple(f for f in strictest.findings if _same(f) in common)
    hopeless = all(r.verdict.standing is Standing.NEVER for r in readings)
    return _undecided(certain, strictest, readings, questions, hopeless)


def _undecided(
    certain: tuple[Finding, ...],
    strictest: Reading,
    readings: Sequence[Reading],
    questions: tuple[OpenQuestion, ...],
    hopeless: bool,
) -> DayAnswer:
    """Cannot be determined: the finding stands under the rule that would be the strictest."""
    undecided = replace(
        max(strictest.findings, key=lambda f: f.outcome.strictness),
        outcome=Outcome.CANNOT_DETERMINE,
        because=say(
            _UNDECIDED[min(len(questions), 2), hopeless],
            facts=", ".join(q.fact for q in questions),
            answers=_alternatives(readings),
        ),
        values_read=(("row", "unknown"), *((q.fact, "unknown") for q in questions)),
        review_policy=None,
        exception=None,
        exception_conditions=(),
        notice_days=0,
    )
    return _answer(
        Verdict(Outcome.CANNOT_DETERMINE, hopeless=hopeless), (undecided, *certain), strictest, readings, questions
    )


def _unfinished(readings: Sequence[Reading]) -> DayAnswer:
    """Too many missing facts to follow: prohibited where that is certain without them, else undetermined."""
    strictest = max(readings, key=lambda r: r.verdict.strictness)
    certain = strictest.findings[: strictest.certain]
    questions = _questions(readings, strictest)
    if certain and verdict(certain).outcome is Outcome.PROHIBITED:
        return _answer(verdict(certain), certain, strictest, readings, questions)
    hopeless = bool(certain) and verdict(certain).standing is Standing.NEVER
    return _undecided(certain, strictest, readings, questions, hopeless)


def _answer(
    found: Verdict,
    findings: tuple[Finding, ...],
    chosen: Reading,
    readings: Sequence[Reading],
    questions: tuple[OpenQuestion, ...] = (),
) -> DayAnswer:
    undecided = found.outcome is Outcome.CANNOT_DETERMINE and len(readings) > 1
    return DayAnswer(
        found,
        findings,
        once(line for r in readings for line in r.lines),
        once(c for r in (readings if undecided else (chosen,)) for c in r.conditions),
        tuple({q.fact: q for q in (*(q for r in readings for q in r.questions), *questions)}.values()),
        chosen.considered,
        " or ".join(once(r.classification for r in readings if r.classification)) or say("not_classified"),
    )


def _same(found: Finding) -> tuple[object, ...]:
    return (found.rule, found.outcome, found.review_policy, found.values_read[0], found.exception)


def _common(readings: Sequence[Reading]) -> set[tuple[object, ...]]:
    """What was found whatever the missing facts are."""
    return set.intersection(*({_same(f) for f in r.findings} for r in readings))


def _one_of_several(found: Finding) -> Finding:
    return replace(found, because=say("one_of_several", because=found.because))


def _questions(readings: Sequence[Reading], strictest: Reading) -> tuple[OpenQuestion, ...]:
    """One question for each missing fact on which the answer turns."""
    winner = max(strictest.findings, key=lambda f: f.outcome.strictness)
    unlocks = say("unlocks_one_of", answers=_alternatives(readings))
    asked = []
    for key in _turning(readings):
        question, who = _ASKED[key[-1]] if key[-1] in _ASKED else _ASKED["to_country"]
        text = say("ask_of_party", party=key[1], question=say(question)) if key[0] == "party" else say(question)
        asked.append(OpenQuestion(_name(key), text, say(who), winner.citation, unlocks))
    return tuple(asked)


def _turning(readings: Sequence[Reading]) -> list[Key]:
    """The unknown facts whose value changes the answer: a fork after which the two sides hold other answers."""
    sides: dict[tuple[bool, ...], dict[bool, set[object]]] = {}
    keys: dict[tuple[bool, ...], Key] = {}
    for reading in readings:
        taken = tuple(answer for _, answer in reading.forks)
        for position, (key, answer) in enumerate(reading.forks):
            at = taken[:position]
            keys[at] = key
            sides.setdefault(at, {}).setdefault(answer, set()).add(reading.verdict.same_as)
    turning = [keys[at] for at, both in sides.items() if both.get(True) != both.get(False)]
    return list(dict.fromkeys(turning))


def _name(key: Key) -> str:
    return f"parties[{key[1]}].{key[2]}" if key[0] == "party" else ".".join(key[:2])


def _alternatives(readings: Sequence[Reading]) -> str:
    """The answers that are possible, mildest first, each with the rows that give it."""
    rows: dict[str, set[str]] = {}
    for reading in sorted(readings, key=lambda r: r.verdict.strictness):
        v = reading.verdict
        text = (
            v.outcome.value
            + (f" ({v.exception})" if v.exception else "")
            + (f" ({v.review.value})" if v.review else "")
        )
        rows.setdefault(text, set()).update(
            f.values_read[0][1] for f in reading.findings if f.outcome is v.outcome and f.values_read
        )
    return "; ".join(say("answer_by_rows", answer=text, rows=", ".join(sorted(held))) for text, held in rows.items())
