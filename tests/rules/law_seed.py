"""The seed story on eight dates, with the rule behind each change: the tables of docs/law.md.

python -m tests.rules.law_seed
"""

from __future__ import annotations

from collections.abc import Callable

from quoting.domain.controls.determination import Determination
from quoting.domain.controls.timeline import decisive
from quoting.domain.transaction import Transaction
from tests.rules.builders_law import answer
from tests.rules.test_seed_on_five_dates import CHIPS, bought, rented

DATES = "2022-11-01 2023-11-01 2024-10-01 2025-01-23 2025-05-20 2026-02-01 2026-08-01 2026-11-23".split()
SHORT = {
    "allowed": "allowed",
    "allowed_with_advisory": "advisory",
    "licence_exception": "exception",
    "cannot_determine": "undetermined",
    "licence_required": "licence",
    "prohibited": "prohibited",
}
REVIEWS = {
    "presumption_of_approval": "approval presumed",
    "case_by_case": "case by case",
    "presumption_of_denial": "denial presumed",
    "policy_of_denial": "policy of denial",
}
SITES: dict[str, Callable[[str, str], Transaction]] = {
    "Bought for its own site in China": lambda chip, on: bought(chip, on, "CN"),
    "Bought by it for a third party's data centre in Malaysia": lambda chip, on: bought(chip, on, "MY"),
    "Rented there, the buyer as tenant": rented,
}


def tables() -> str:
    return "\n\n".join(f"**{site}**\n\n{_table(made)}" for site, made in SITES.items())


def _table(deal: Callable[[str, str], Transaction]) -> str:
    head = f"| chip | {' | '.join(DATES)} |\n|---|{'---|' * len(DATES)}"
    return "\n".join((head, *(f"| {chip} | {' | '.join(_cells(chip, deal))} |" for chip in CHIPS)))


def _cells(chip: str, deal: Callable[[str, str], Transaction]) -> list[str]:
    """What each day says; the rule stands where the answer is not that of the day before it in the row."""
    cells: list[str] = []
    before = ""
    for on in DATES:
        made = answer(deal(chip, on))
        said = _said(made)
        cells.append(said if said == before else f"{said}: `{decisive(made).rule}`")
        before = said
    return cells


def _said(made: Determination) -> str:
    extra = made.exception or (REVIEWS[made.review_policy] if made.review_policy else None)
    return f"{SHORT[made.outcome]} ({extra})" if extra else SHORT[made.outcome]


if __name__ == "__main__":
    print(tables())
