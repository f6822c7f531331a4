"""The recorded cases of the law, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from quoting.domain.controls.determination import Determination, Outcome
from tests.rules.builders_law import answer, cases, transaction_of

CASES = {case["id"]: case for case in cases()}
PERMISSIVE = {Outcome.ALLOWED, Outcome.ADVISORY, Outcome.EXCEPTION}
BARRED = {Outcome.CANNOT_DETERMINE, Outcome.LICENCE, Outcome.PROHIBITED}


def accepted(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [case["expected"], *case["also_accept"]]


def meets(determination: Determination, wanted: Mapping[str, Any]) -> bool:
    review = determination.review_policy.value if determination.review_policy else None
    return (
        determination.outcome.value == wanted["outcome"]
        and determination.exception == wanted["exception"]
        and wanted["review_policy"] in (None, review)
    )


@pytest.mark.parametrize("name", CASES)
def test_recorded_case_is_answered_as_its_source_says(name: str) -> None:
    case = CASES[name]

    got = answer(transaction_of(case))

    assert any(meets(got, wanted) for wanted in accepted(case)), (got.outcome, got.review_policy, case["why"])


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if all(w["outcome"] in BARRED for w in accepted(c))])
def test_case_that_needs_clearing_is_never_let_through(name: str) -> None:
    assert answer(transaction_of(CASES[name])).outcome not in PERMISSIVE


def test_every_case_names_its_source_and_confidence() -> None:
    assert all(c["source_url"] and c["confidence"] in {"high", "medium", "low"} for c in CASES.values())
