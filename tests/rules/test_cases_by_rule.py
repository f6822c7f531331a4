"""The cases that came with a rule: one YAML file a rule, each case a deal, what is said of it, and a line or a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from quoting.domain.controls.reads import READS
from tests.rules.builders_law import a_chip, a_deal, answer, buyers, rows, said

FOLDER = Path(__file__).parent / "cases" / "by_rule"


def read() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield file.stem, case


CASES = {f"{rule}: {case['name']}": case for rule, case in read()}


@pytest.mark.parametrize("name", CASES)
def test_case_that_came_with_a_rule_is_answered_as_it_says(name: str) -> None:
    case = CASES[name]
    facts = {"chip": {}, "buyer": {}, "from": "US", "kind": "export", **case}
    deal = a_deal(
        str(case["day"]),
        case["to"],
        kind=facts["kind"],
        start=facts["from"],
        item=a_chip(**facts["chip"]),
        parties=buyers(case["to"], **facts["buyer"]),
    )
    got = answer(deal)

    assert said(deal) == case["says"]
    assert case.get("row") in {None, *rows(got)}
    if "line" in case:
        assert any(case["line"] in line for line in got.advisories) is case.get("line_stands", True)


def test_every_file_of_cases_names_a_rule_that_is_read() -> None:
    assert {rule for rule, _ in read()} <= set(READS)
