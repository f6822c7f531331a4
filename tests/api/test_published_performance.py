"""TPP and density of every published case that names a chip, as `GET /v1/chips/{id}` answers them."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
FILE = Path(__file__).parents[1] / "data" / "tpp-cases.csv"


def published() -> list[dict[str, str]]:
    with FILE.open(newline="", encoding="utf-8") as rows:
        return [row for row in csv.DictReader(rows) if row["chip_id"]]


def beyond(told: float | None, wanted: str, tolerance: str, printed: str = "0") -> bool:
    """`printed`: half of the last digit to which the source prints its figure."""
    return told is None or abs(Decimal(str(told)) - Decimal(wanted)) > Decimal(tolerance) * Decimal(wanted) + Decimal(
        printed
    )


def test_every_published_case_is_met_within_its_tolerance_over_http(live: Live):
    wrong, densities = [], 0

    for case in published():
        chip = live.http.get(f"/v1/chips/{case['chip_id']}").json()
        if beyond(chip["tpp"], case["tpp"], case["tolerance"]):
            wrong.append((case["chip"], "tpp", chip["tpp"], case["tpp"]))
        if case["performance_density"] and chip["die_area_mm2"]:
            densities += 1
            if beyond(chip["performance_density"], case["performance_density"], case["tolerance"], "0.005"):
                wrong.append((case["chip"], "density", chip["performance_density"], case["performance_density"]))

    assert wrong == []
    assert (len(published()), densities) == (40, 12)


def test_operation_that_set_a_published_figure_is_named(live: Live):
    named = {live.http.get(f"/v1/chips/{case['chip_id']}").json()["tpp_operation"] for case in published()}

    assert None not in named
