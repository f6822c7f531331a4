"""The files of the law: they are whole, cited and dated, and a broken one is named with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rule_faults import check_rules
from quoting.adapters.reference.rules import parse_rules
from quoting.domain.controls.determine import determine
from quoting.domain.controls.index import COMPARED, index
from quoting.domain.controls.reads import READS
from quoting.domain.parameters import Dated
from tests.rules.builders_law import a_deal, cases, the_rules, transaction_of

TPP = "parameters/controls/us/ear/eccn-3a090-2023.yaml"
GROUPS, ENTITIES = "data/country_groups.csv", "data/entities.csv"


@cache
def files() -> dict[str, str]:
    return {p: t for p, t in read_bundle().items() if p.startswith("parameters/controls") or p in (GROUPS, ENTITIES)}


def faults(path: str, old: str, new: str) -> list[str]:
    text = files()[path]
    assert old in text
    return [str(f) for f in check_rules({**files(), path: text.replace(old, new, 1)})]


def every_row() -> Iterator[Dated]:
    for rule in the_rules().rules.values():
        yield from rule.periods
        for parameter in rule.parameters.values():
            yield from parameter.values


def test_shipped_rules_have_no_fault() -> None:
    assert check_rules(files()) == []


def test_every_row_is_cited() -> None:
    assert all(row.citation and row.url.startswith("https://") and row.grade for row in every_row())


def test_every_parameter_has_a_unit_and_a_description() -> None:
    parameters = [p for rule in the_rules().rules.values() for p in rule.parameters.values()]

    assert all(p.unit and p.description for p in parameters)


@pytest.mark.parametrize(
    ("path", "old", "new", "wanted"),
    [
        (
            TPP,
            'citation: "88 FR 73458, FR Doc 2023-23055; 15 CFR 774 Supp. 1, ECCN 3A090"',
            'citation: ""',
            ":5: periods: citation",
        ),
        (TPP, 'unit: "TOPS x bit length"', 'unit: ""', ":10: tpp_a: unit is missing"),
        (TPP, "grade: P", "grade: X", "unknown grade 'X'"),
        (TPP, "from: 2023-11-17", "from: soon", "from is no day"),
        (TPP, "from: 2023-11-17,", "from: 2023-11-17, to: 2023-11-01,", "ends before it begins"),
        (TPP, "https://", "ftp://", "no https address"),
        (TPP, "id: eccn-3a090-2023", "id: eccn-3a090-2022", "not named after it"),
        (TPP, "tpp_a:", "tpp_x:", "the parameter tpp_a, which determinations read, is missing"),
        (TPP, "jurisdiction: US", "jurisdiction: XX", "unknown jurisdiction"),
        (TPP, "periods:", "periods: [", "no YAML"),
        ("parameters/controls/us/ear/aca.yaml", "from: 2024-04-04", "from: 2023-11-17", "order of their first days"),
        (
            "parameters/controls/us/ear/affiliates-rule-2025.yaml",
            "from: 2025-11-10,",
            "from: 2025-11-10, to: 2026-12-01,",
            "overlaps the row before",
        ),
        ("parameters/controls/us/ear/ac-rule-2023.yaml", '"A:6"', '"A:7"', "unknown country or group 'A:7'"),
        ("parameters/controls/us/ear/nac.yaml", "value: presumption_of_denial", "value: maybe", "no review policy"),
        (GROUPS, ",D:5,", ",D:9,", "unknown group 'D:9'"),
        (GROUPS, "2026-07-09", "never", "to is no day"),
        (ENTITIES, "presumption_of_denial", "presumption", "'presumption' is no review policy"),
        (ENTITIES, "2022-12-16", "", "listed_on is missing"),
        (ENTITIES, ",EL,", ",XL,", "unknown list 'XL'"),
    ],
)
def test_broken_row_is_named_with_its_fault(path: str, old: str, new: str, wanted: str) -> None:
    found = faults(path, old, new)

    assert any(wanted in fault and fault.startswith(path) for fault in found), found


def test_rule_that_stands_twice_is_a_fault() -> None:
    twice = {**files(), "parameters/controls/my/eccn-3a090-2023.yaml": files()[TPP]}

    assert any("stands in" in str(fault) for fault in check_rules(twice))


def test_rule_that_is_missing_is_a_fault() -> None:
    less = {path: text for path, text in files().items() if path != TPP}

    assert any("eccn-3a090-2023, which determinations read, is missing" in str(f) for f in check_rules(less))


def test_every_figure_that_is_compared_has_limits() -> None:
    assert all(index(the_rules()).limits[fact] for fact in COMPARED)


def test_determinations_read_nothing_that_is_not_declared() -> None:
    book = parse_rules(files())
    declared = {rule: set(names) for rule, names in READS.items()}
    assert all(declared[rule] <= set(book.rules[rule].parameters) for rule in declared)
    only = {rule: book.rules[rule] for rule in READS}
    small = replace(book, rules=only, derived={})

    assert all(determine(transaction_of(c), small) == determine(transaction_of(c), the_rules()) for c in cases()[::10])


def test_index_is_built_once_and_is_no_part_of_the_book() -> None:
    book = parse_rules(files())
    other = parse_rules(files())
    determine(a_deal(), book)

    assert index(book) is index(book)
    assert book == other
