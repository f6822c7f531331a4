"""Every chip to every country for buyers of five headquarters on twelve dates: counts of outcomes by date.

python -m tests.rules.law_matrix      prints the table of docs/law.md
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.chip_table import parse_chips
from quoting.domain.chips import Chip
from quoting.domain.controls.deal import of_countries
from quoting.domain.controls.determination import Outcome
from quoting.domain.controls.determine import determine
from quoting.domain.controls.groups import place
from quoting.domain.controls.items import item_from_chip
from quoting.domain.transaction import Movement, Role, Transaction, TransactionParty
from quoting.wire.fields import COUNTRIES
from tests.rules.builders_law import NO_USE, the_rules

HEADQUARTERS = ("CN", "MO", "SA", "SG", "US")
DATES = tuple(
    date.fromisoformat(day)
    for day in (
        "2022-09-01 2022-11-01 2023-03-01 2023-11-01 2024-02-01 2024-12-15 "
        "2025-02-01 2025-05-20 2025-10-15 2026-02-01 2026-08-01 2026-11-23"
    ).split()
)


@cache
def chips() -> tuple[Chip, ...]:
    return tuple(parse_chips(read_bundle()).values())


def purchases(every: int = 1, part: int = 0, parts: int = 1) -> Iterator[Transaction]:
    """Each purchase from the designer's home by an unlisted buyer at the destination; or one of `every`, of a part."""
    number = 0
    for chip in chips()[part::parts]:
        item = item_from_chip(chip)
        for goal in sorted(COUNTRIES):
            start, end = place(chip.designer_country) or "US", place(goal) or goal
            movement = Movement(of_countries(start, end), start, goal)
            for home in HEADQUARTERS:
                number += 1
                if number % every:
                    continue
                buyer = [
                    TransactionParty(role, "Example Buyer", goal, home, home, Decimal(0))
                    for role in (Role.PURCHASER, Role.CONSIGNEE, Role.END_USER)
                ]
                first = DATES[0]
                yield Transaction(chip.id, first, first, item, movement, tuple(buyer), end_use=NO_USE)


def counts(every: int = 1, part: int = 0, parts: int = 1) -> dict[date, Counter[Outcome]]:
    """How often each outcome is answered on each of the dates."""
    found: dict[date, Counter[Outcome]] = {day: Counter() for day in DATES}
    for purchase in purchases(every, part, parts):
        for day in DATES:
            found[day][determine(replace(purchase, as_of=day, known_on=day), the_rules()).outcome] += 1
    return found


def all_counts(processes: int = 2) -> dict[date, Counter[Outcome]]:
    """The whole matrix, shared out by chip."""
    with ProcessPoolExecutor(processes) as pool:
        parts = [pool.submit(counts, 1, part, processes) for part in range(processes)]
        done = [part.result() for part in parts]
    return {day: sum((part[day] for part in done), Counter()) for day in DATES}


def table(found: dict[date, Counter[Outcome]]) -> str:
    head = "| on | " + " | ".join(f"`{outcome}`" for outcome in Outcome) + " |"
    rows = (f"| {day} | " + " | ".join(f"{row[outcome]:,}" for outcome in Outcome) + " |" for day, row in found.items())
    return "\n".join((head, "|---|" + "---:|" * len(Outcome), *rows))


if __name__ == "__main__":
    print(table(counts(int(sys.argv[1])) if len(sys.argv) > 1 else all_counts()))
