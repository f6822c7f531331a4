"""The matrix of all chips, all countries, five headquarters and twelve dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from quoting.domain.controls.determination import Outcome
from quoting.wire.fields import COUNTRIES
from tests.rules.law_matrix import DATES, HEADQUARTERS, all_counts, chips, counts, table

DOCS = Path(__file__).parents[2] / "docs" / "law.md"


def test_sample_of_the_matrix_is_answered_as_the_documentation_counts_it() -> None:
    assert table(counts(every=101)) in DOCS.read_text(encoding="utf-8")


@pytest.mark.long
def test_whole_matrix_is_answered_on_every_date() -> None:
    found = all_counts()

    purchases = len(chips()) * len(COUNTRIES) * len(HEADQUARTERS)
    assert all(sum(found[day].values()) == purchases for day in DATES)
    assert set().union(*found.values()) == set(Outcome)
