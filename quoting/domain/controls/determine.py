"""May this transaction happen, on this day, and why: the determination of one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import NEW, OLD
from quoting.domain.controls.clearances import Remembered, remembered, told
from quoting.domain.controls.combine import DayAnswer, once, stricter
from quoting.domain.controls.deal import Deal, prepare
from quoting.domain.controls.determination import Determination, Finding, OpenQuestion, Outcome
from quoting.domain.controls.index import Index, index
from quoting.domain.controls.regimes import (
    malaysia,
    reported,
    taiwan,
    us_3a090,
    us_3a090_2022,
    us_access,
    us_affiliates,
    us_embargo,
    us_end_use,
    us_entity_list,
    us_gp10,
    us_hbm,
    us_letters,
    us_other_lists,
)
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.controls.sentences import say
from quoting.domain.controls.unknown import explore, settle
from quoting.domain.parameters import Clock
from quoting.domain.transaction import ItemKind, Transaction

# Findings of their own, and overlays: each that fits is kept (facts, sections 5.1 and 5.3).
OWN = (*us_embargo.RULES, *us_end_use.RULES, *us_entity_list.RULES, *us_gp10.RULES)
OVERLAYS = (
    *us_access.OVERLAYS,
    *us_letters.OVERLAYS,
    *us_affiliates.OVERLAYS,
    *us_end_use.OVERLAYS,
    *malaysia.OVERLAYS,
    *taiwan.OVERLAYS,
    *us_entity_list.OVERLAYS,
    *us_other_lists.OVERLAYS,
    *reported.OVERLAYS,
)


def determine(transaction: Transaction, book: RuleBook) -> Determination:
    """The stricter of the answers on `as_of` and on `deliver_on`, both under the rules public by `known_on`.

    Source: contract, section 5; facts, section 5. It informs and is not legal advice.
    """
    kept = index(book)
    deal = prepare(transaction, kept.roll, book.clearances)
    days = {transaction.as_of: None, transaction.deliver_on or transaction.as_of: None}
    clocks = [Clock(day, transaction.known_on) for day in days]
    answers = [_on(deal, kept, clock) for clock in clocks]
    answer = stricter(answers)
    marketing = _marketing(transaction, kept, clocks, answer)
    judged = _judged(deal, kept) if book.clearances else ()
    return Determination(
        id=transaction.id,
        outcome=answer.verdict.outcome,
        exception=answer.verdict.exception,
        exception_conditions=answer.verdict.exception_conditions,
        review_policy=answer.verdict.review,
        classification=answer.classification,
        findings=answer.findings,
        open_questions=(*answer.questions, *marketing),
        citations=once(f.citation for f in answer.findings),
        conditions=once((*_licences(answer), *answer.conditions, *_records(kept, clocks[0]))),
        advisories=once(
            (
                *map(told, judged),
                *_statements(transaction),
                *_later_day(clocks, answers),
                *answer.lines,
                *_age(book, clocks),
            )
        ),
        not_covered=book.not_covered,
        data_as_of=book.data_as_of,
        as_of=transaction.as_of,
        considered=answer.considered,
        lists=book.lists,
        standing=answer.verdict.standing,
        notice_days=answer.verdict.notice_days,
        clearances=judged,
    )


def _judged(deal: Deal, kept: Index) -> tuple[Remembered, ...]:
    """What was cleared of the parties, in any role."""
    everybody = (c for actor in (*deal.actors, *deal.sellers) for c in actor.cleared)
    return tuple(remembered(everybody, kept.entries))


def _on(deal: Deal, kept: Index, clock: Clock) -> DayAnswer:
    return settle(*explore(deal, kept.law(clock), kept, _findings))


def _findings(case: Case) -> list[Finding]:
    """All that the rules find in one reading of a deal on one day."""
    found: list[Finding] = []
    for rule in (*OWN, _classified, *OVERLAYS):
        found.extend(rule(case))
        if not case.forks:
            case.certain = len(found)
    return found


def _classified(case: Case) -> Iterator[Finding]:
    yield _classification(case)


def _classification(case: Case) -> Finding:
    """The one finding of section 5.2: the first row that fits."""
    inside = us_access.no_export(case)
    if inside is not None:
        return inside
    if case.item.kind is ItemKind.HBM:
        return us_hbm.row_of_memory(case)
    if case.law.in_force(NEW):
        return us_3a090.row_of_2023(case)
    if case.law.in_force(OLD):
        return us_3a090_2022.row_of_2022(case)
    return us_letters.before_3a090(case)


def _marketing(
    transaction: Transaction, kept: Index, clocks: list[Clock], answer: DayAnswer
) -> tuple[OpenQuestion, ...]:
    """Data-centre marketing unknown counts as data centre; where it would matter it is asked."""
    if transaction.item.marketed_for_datacenter is not None or transaction.item.kind is ItemKind.HBM:
        return ()
    other = replace(transaction, item=replace(transaction.item, marketed_for_datacenter=False))
    deal = prepare(other, kept.roll)
    milder = stricter([_on(deal, kept, clock) for clock in clocks]).verdict
    if milder.same_as == answer.verdict.same_as:
        return ()
    return (
        OpenQuestion(
            "item.marketed_for_datacenter",
            say("ask_marketing"),
            say("who_maker_data_sheet"),
            kept.law(clocks[0]).header(NEW).citation,
            say("unlocks_not_marketed", outcome=milder.outcome.value),
        ),
    )


def _licences(answer: DayAnswer) -> Iterator[str]:
    """What has to be in hand where the answer is a licence."""
    if answer.verdict.outcome is Outcome.LICENCE:
        for found in answer.findings:
            if found.outcome is Outcome.LICENCE:
                review = found.review_policy.value if found.review_policy else say("no_review")
                yield say("licence_in_hand", jurisdiction=found.jurisdiction, rule=found.rule, review=review)


def _records(kept: Index, clock: Clock) -> Iterator[str]:
    years = kept.law(clock).number("record-keeping-762-6", "years")
    yield say("keep_records", years=years)


def _statements(transaction: Transaction) -> Iterator[str]:
    """End uses that nobody has stated fire no rule; the statement is asked for."""
    use = transaction.end_use
    stated = {
        "supercomputer": use.supercomputer,
        "military": use.military,
        say("use_military_intelligence"): use.military_intelligence,
        say("use_weapons"): use.wmd,
        say("use_training"): use.training_for_d5_party,
    }
    missing = [name for name, value in stated.items() if value is None]
    if missing:
        yield say("ask_end_use", missing=", ".join(missing))


def _later_day(clocks: list[Clock], answers: list[DayAnswer]) -> Iterator[str]:
    if len(answers) > 1 and answers[0].verdict.same_as != answers[1].verdict.same_as:
        first, second = (a.verdict for a in answers)
        yield say(
            "two_days", day=clocks[0].day, outcome=first.outcome.value, later=clocks[1].day, then=second.outcome.value
        )


def _age(book: RuleBook, clocks: list[Clock]) -> Iterator[str]:
    last = max(clock.day for clock in clocks)
    if last > book.data_as_of:
        yield say("after_the_facts", day=last, data_as_of=book.data_as_of)
