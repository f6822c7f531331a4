"""The matrix of all chips, all countries, five headquarters and twelve dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from quoting.domain.controls.determination import Outcome
from quoting.wire.fields import COUNTRIES
from tests.rules.law_matrix import DATES, HEADQUARTERS, all_counts, chips, counts, table

DOCS = Path(__file__).parents[2] / "docs" / "law.md"
SAMPLE = Path(__file__).parent / "cases" / "matrix-sample.md"


def test_sample_of_the_matrix_is_answered_as_it_was_counted() -> None:
    assert table(counts(every=101)) == SAMPLE.read_text(encoding="utf-8").strip()


@pytest.mark.long
def test_whole_matrix_is_answered_as_the_documentation_counts_it() -> None:
    found = all_counts()

    assert table(found) in DOCS.read_text(encoding="utf-8")
    purchases = len(chips()) * len(COUNTRIES) * len(HEADQUARTERS)
    assert all(sum(found[day].values()) == purchases for day in DATES)
    assert set().union(*found.values()) == set(Outcome)
