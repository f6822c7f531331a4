"""One step to either side of every limit, and one day to either side of every date."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from quoting.domain.transaction import EndUse, Evidence, ItemKind
from tests.rules.builders_law import a_chip, a_deal, answer, buyers, memory, said

POD = "licence_required presumption_of_denial"
POA = "licence_required presumption_of_approval"
CBC = "licence_required case_by_case"
LR = "licence_required"
NAC, ACA, ADV, FREE = "licence_exception NAC", "licence_exception ACA", "allowed_with_advisory", "allowed"
CERTIFIED = Evidence(True, None, True)


@pytest.mark.parametrize(
    ("tpp", "density", "data_centre", "wanted"),
    [
        (4800, 0, True, "3A090.a"),
        (4799, "1.59", True, "below 3A090"),
        (4799, "1.6", True, "3A090.b"),
        (2400, "1.6", True, "3A090.b"),
        (2399, "1.6", True, "below 3A090"),
        (2399, "3.2", True, "3A090.b"),
        (1600, "3.2", True, "3A090.b"),
        (1600, "3.19", True, "below 3A090"),
        (1600, "5.92", True, "3A090.a"),
        (1600, "5.91", True, "3A090.b"),
        (1599, 40, True, "below 3A090"),
        (4799, 40, False, "below 3A090 (not for data centres)"),
        (4800, 1, False, "3A090.a, not for data centres"),
        (4800, 1, None, "3A090.a"),
    ],
)
def test_chip_is_classified_by_performance_and_density(
    tpp: int, density: Any, data_centre: bool | None, wanted: str
) -> None:
    item = a_chip(tpp=tpp, performance_density=Decimal(str(density)), marketed_for_datacenter=data_centre)

    assert answer(a_deal("2024-06-15", item=item)).classification == wanted


@pytest.mark.parametrize(
    ("tpp", "area", "wanted"),
    [(2960, 500, "3A090.a"), (2960, 501, "3A090.b"), (2000, 625, "3A090.b"), (2000, 626, "below 3A090")],
)
def test_density_is_computed_from_the_die_area(tpp: int, area: int, wanted: str) -> None:
    item = a_chip(tpp=tpp, performance_density=None, die_area_mm2=area)

    assert answer(a_deal("2024-06-15", item=item)).classification == wanted


def test_server_is_named_by_the_entry_of_computers() -> None:
    assert answer(a_deal(item=a_chip(kind=ItemKind.SERVER))).classification == "4A090.a"


def test_chip_without_non_planar_die_meets_no_density_test() -> None:
    got = answer(a_deal("2024-06-15", item=a_chip(tpp=4700, performance_density=None, die_area_mm2=0)))

    assert got.outcome == "allowed"
    assert any("No non-planar logic die" in line for line in got.advisories)


@pytest.mark.parametrize(
    ("tpp", "link", "wanted"), [(4800, 600, POD), (4799, 600, FREE), (4800, 599, FREE), (4800, 601, POD)]
)
def test_item_of_2022_needs_performance_and_link(tpp: int, link: int, wanted: str) -> None:
    assert said(a_deal("2023-05-01", item=a_chip(tpp=tpp, interconnect_gb_s=link))) == wanted


@pytest.mark.parametrize(("tpp", "bandwidth", "wanted"), [(20999, 6499, CBC), (21000, 6499, POD), (20999, 6500, POD)])
def test_case_by_case_review_ends_at_either_limit(tpp: int, bandwidth: int, wanted: str) -> None:
    item = a_chip(tpp=tpp, memory_bandwidth_gb_s=bandwidth)

    assert said(a_deal("2026-02-15", item=item, evidence=CERTIFIED)) == wanted


@pytest.mark.parametrize(
    ("bandwidth", "link", "wanted"),
    [(4000, 0, "licence_required"), (3999, 900, "licence_required"), (3999, 899, FREE)],
)
def test_letters_of_2025_reach_either_bandwidth_of_h20(bandwidth: int, link: int, wanted: str) -> None:
    item = a_chip(
        tpp=2368,
        performance_density="2.91",
        designer="NVIDIA",
        memory_bandwidth_gb_s=bandwidth,
        interconnect_gb_s=link,
    )

    assert said(a_deal("2025-05-01", item=item)) == wanted
    assert said(a_deal("2025-05-01", "DE", item=item)) == FREE
    assert said(a_deal("2025-04-08", item=item)) == FREE


@pytest.mark.parametrize(("density", "wanted"), [("2.0", FREE), ("2.01", POD)])
def test_memory_is_controlled_strictly_above_its_density(density: str, wanted: str) -> None:
    assert said(a_deal("2025-06-01", kind="reexport", start="KR", item=memory(density))) == wanted


@pytest.mark.parametrize(("percent", "wanted"), [(0, FREE), (1, ADV), ("49.99", ADV), (50, POD), (100, POD)])
def test_affiliates_rule_begins_at_its_share(percent: Any, wanted: str) -> None:
    parties = buyers("CN", ownership_by_listed_percent=Decimal(str(percent)))
    item = a_chip(tpp=1000, interconnect_gb_s=64)

    assert said(a_deal("2025-10-15", item=item, parties=parties)) == wanted


DAYS: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (
        "letters of 2022",
        {"item": a_chip(name="A100", tpp=4992, interconnect_gb_s=600)},
        [
            ("2022-08-25", FREE),
            ("2022-08-26", "licence_required"),
            ("2022-10-06", "licence_required"),
            ("2022-10-07", POD),
        ],
    ),
    (
        "3A090 of 2022 to 2023",
        {"item": a_chip(interconnect_gb_s=400)},
        [("2023-11-16", FREE), ("2023-11-17", POD)],
    ),
    (
        "Macau",
        {"to": "MO"},
        [("2023-01-16", FREE), ("2023-01-17", POD)],
    ),
    (
        "Hong Kong is China",
        {"to": "HK"},
        [("2022-10-06", LR), ("2022-10-07", POD)],
    ),
    (
        "NVIDIA at once",
        {"item": a_chip(designer="NVIDIA", interconnect_gb_s=400)},
        [("2023-10-22", FREE), ("2023-10-23", POD)],
    ),
    (
        "NVIDIA at once, Saudi Arabia",
        {"to": "SA", "item": a_chip(designer="NVIDIA", interconnect_gb_s=400)},
        [("2023-10-22", FREE), ("2023-10-23", POA), ("2023-11-17", POA)],
    ),
    (
        "NAC becomes ACA",
        {"to": "VN", "item": a_chip(marketed_for_datacenter=False)},
        [("2023-11-16", FREE), ("2023-11-17", NAC), ("2024-04-03", NAC), ("2024-04-04", ACA)],
    ),
    (
        "Cyprus leaves D:5",
        {"to": "DE", "parties": buyers("CY")},
        [("2024-05-29", POD), ("2024-05-30", FREE)],
    ),
    (
        "Nicaragua enters D:5",
        {"to": "NI"},
        [("2024-03-14", FREE), ("2024-03-15", POD)],
    ),
    (
        "Cambodia leaves D:5",
        {"to": "KH"},
        [("2026-02-02", POD), ("2026-02-03", POA)],
    ),
    (
        "AI Diffusion",
        {"to": "PL"},
        [("2025-01-12", FREE), ("2025-01-13", ADV), ("2025-05-12", ADV), ("2025-05-13", ADV), ("2026-11-23", ADV)],
    ),
    (
        "case by case",
        {"evidence": CERTIFIED},
        [("2026-01-14", POD), ("2026-01-15", CBC)],
    ),
    (
        "Emirates, anybody",
        {"to": "AE"},
        [("2026-07-09", POA), ("2026-07-10", POA)],
    ),
    (
        "Emirates, G42",
        {"to": "AE", "parties": buyers("AE", name="G42")},
        [("2026-07-09", POA), ("2026-07-10", ADV), ("2027-04-06", ADV), ("2027-04-07", POA)],
    ),
    (
        "Russia",
        {"to": "RU", "item": a_chip(tpp=100)},
        [("2022-02-23", FREE), ("2022-02-24", "licence_required policy_of_denial")],
    ),
    (
        "Belarus",
        {"to": "BY", "item": a_chip(tpp=100)},
        [("2022-03-01", FREE), ("2022-03-02", "licence_required policy_of_denial")],
    ),
    (
        "Syria",
        {"to": "SY", "item": a_chip(tpp=100)},
        [("2025-09-01", "prohibited"), ("2025-09-02", CBC)],
    ),
    (
        "memory",
        {"kind": "reexport", "start": "KR", "item": memory()},
        [("2024-12-01", FREE), ("2024-12-02", ADV), ("2024-12-30", ADV), ("2024-12-31", POD)],
    ),
    (
        "GP10",
        {"to": "SA", "kind": "reexport", "start": "CN", "item": a_chip(designer="Huawei", designer_hq_country="CN")},
        [("2025-05-12", POA), ("2025-05-13", "prohibited")],
    ),
    (
        "Malaysia",
        {"to": "PH", "kind": "reexport", "start": "MY"},
        [("2025-07-13", ADV), ("2025-07-14", "licence_required")],
    ),
    (
        "Taiwan's list",
        {
            "to": "CN",
            "kind": "reexport",
            "start": "TW",
            "item": a_chip(tpp=100),
            "parties": buyers("CN", name="Semiconductor Manufacturing International Corporation"),
        },
        [("2020-12-17", FREE), ("2025-06-09", POD), ("2025-06-10", POD)],
    ),
    (
        "affiliates",
        {"item": a_chip(tpp=100), "parties": buyers("CN", ownership_by_listed_percent=Decimal(60))},
        [
            ("2025-09-28", ADV),
            ("2025-09-29", POD),
            ("2025-11-09", POD),
            ("2025-11-10", ADV),
            ("2026-11-09", ADV),
            ("2026-11-10", POD),
        ],
    ),
    (
        "supercomputer",
        {"item": a_chip(tpp=100), "end_use": EndUse(True, False, False, False, False)},
        [("2022-10-20", FREE), ("2022-10-21", POD)],
    ),
    (
        "supercomputer in Macau",
        {"to": "MO", "item": a_chip(tpp=100), "end_use": EndUse(True, False, False, False, False)},
        [("2023-01-16", FREE), ("2023-01-17", POD)],
    ),
    (
        "supercomputer in Iraq",
        {"to": "IQ", "item": a_chip(tpp=100), "end_use": EndUse(True, False, False, False, False)},
        [("2023-11-16", FREE), ("2023-11-17", POD)],
    ),
    (
        "military intelligence",
        {"to": "VE", "item": a_chip(tpp=100), "end_use": EndUse(False, False, True, False, False)},
        [("2021-03-15", FREE), ("2021-03-16", POD)],
    ),
    (
        "listing of Moore Threads",
        {"item": a_chip(tpp=100), "parties": buyers("CN", name="Moore Threads")},
        [("2023-10-16", FREE), ("2023-10-17", POD)],
    ),
    (
        "training",
        {"to": "DE", "item": a_chip(tpp=100), "end_use": EndUse(False, False, False, False, True)},
        [("2025-05-12", FREE), ("2025-05-13", ADV)],
    ),
]


@pytest.mark.parametrize(
    ("facts", "on", "wanted"),
    [pytest.param(facts, on, wanted, id=f"{name} {on}") for name, facts, days in DAYS for on, wanted in days],
)
def test_answer_flips_on_the_day_of_the_rule(facts: dict[str, Any], on: str, wanted: str) -> None:
    assert said(a_deal(on, **facts)) == wanted


def test_notice_counts_only_for_the_exception_that_needs_an_answer() -> None:
    to_china = answer(a_deal("2026-03-01", item=a_chip(marketed_for_datacenter=False)))
    to_vietnam = answer(a_deal("2026-03-01", "VN", item=a_chip(marketed_for_datacenter=False)))
    before_aca = answer(a_deal("2024-02-01", "VN", item=a_chip(marketed_for_datacenter=False)))

    assert (to_china.notice_days, to_china.needs_answer) == (25, True)
    assert (to_vietnam.notice_days, before_aca.notice_days) == (0, 0)
    assert before_aca.exception == "NAC"


def test_no_end_use_is_stated_is_asked_and_fires_nothing() -> None:
    got = answer(a_deal("2026-03-01", "DE", item=a_chip(tpp=100), end_use=EndUse()))

    assert got.outcome == "allowed"
    assert any("statement of the end use" in line for line in got.advisories)
