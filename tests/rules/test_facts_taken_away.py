"""Taking a fact away never opens anything: two statements, over random deals and purchases of the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from quoting.domain.controls.determination import Outcome
from quoting.domain.transaction import Transaction
from tests.rules.builders_law import answer
from tests.rules.facts_away import FACTS, lifts_a_bar, opens_the_safe_plan, without
from tests.rules.law_matrix import DATES, purchases
from tests.rules.test_table_read_twice import a_random_deal

SEED, RANDOM, EVERY = 20261124, 1_200, 211


def deals(random: int, every: int) -> Iterator[tuple[Transaction, Random]]:
    """Random deals beside every day and limit of the table, then purchases of catalogue chips on one of the dates."""
    dice = Random(SEED)
    for _ in range(random):
        yield a_random_deal(dice), dice
    for purchase in purchases(every):
        day = dice.choice(DATES)
        yield replace(purchase, as_of=day, known_on=day), dice


def opened(random: int, every: int) -> tuple[list[Transaction], list[Transaction], int]:
    """Deals that moved into the safe plan, deals whose bar was lifted, and how many were looked at."""
    safe, lifted, count = [], [], 0
    for deal, dice in deals(random, every):
        less, taken = deal, dice.choices(FACTS, k=dice.choice((1, 1, 2, 4)))
        for fact in taken:
            less = without(less, fact, dice.randrange(6))
        before, after = answer(deal), answer(less)
        count += 1
        if opens_the_safe_plan(before, after):
            safe.append(less)
        # Marketing is no figure and no place: unknown it reads as data centre, and that may bar a deal altogether.
        barred = "marketed_for_datacenter" in taken and after.outcome is Outcome.PROHIBITED
        if lifts_a_bar(before, after) and not barred:
            lifted.append(less)
    return safe, lifted, count


def test_no_answer_moves_into_the_safe_plan_and_no_bar_is_lifted() -> None:
    safe, lifted, count = opened(RANDOM, EVERY)

    assert (safe, lifted) == ([], [])
    assert count > RANDOM + 600


@pytest.mark.long
def test_no_answer_is_opened_in_a_large_sample() -> None:
    safe, lifted, count = opened(40_000, 5)

    assert (safe, lifted) == ([], [])
    assert count > 66_000
