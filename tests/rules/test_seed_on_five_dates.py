"""The seed story on five dates: bought for China, bought for a data centre in Malaysia, rented there.

The table is a reading of the rules to check against; its source is the facts page of the project's law, 7.3.
"""

from __future__ import annotations

from functools import cache

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import parse_catalogue
from quoting.domain.catalogue import Catalogue
from quoting.domain.controls.items import item_from_chip
from quoting.domain.transaction import Evidence, Transaction
from tests.rules.builders_law import a_deal, a_party, answer, buyers, rows, said

DATES = ("2024-10-01", "2025-01-23", "2025-05-20", "2026-02-01", "2026-11-23")
POD = "licence_required presumption_of_denial"
CBC = "licence_required case_by_case"
LR, NAC, ADV, FREE = "licence_required", "licence_exception NAC", "allowed_with_advisory", "allowed"
PROHIBITED, CD = "prohibited", "cannot_determine"
CHIPS = {
    "H100": "nvidia-h100-sxm-80gb",
    "H200": "nvidia-h200-sxm",
    "A800": "nvidia-a800-80gb-sxm",
    "H20": "nvidia-h20-96gb",
    "L20": "nvidia-l20",
    "RTX 4090": "nvidia-rtx-4090",
    "Ascend 910B2": "huawei-ascend-910b2",
    "MLU590": "cambricon-mlu590",
}
SELLERS = {
    "NVIDIA": "NVIDIA Corporation",
    "Huawei (HiSilicon)": "Huawei Technologies Co., Ltd.",
    "Cambricon": "Cambricon Technologies Corporation Limited",
}

BOUGHT_FOR_CHINA = {
    "H100": (POD,) * 5,
    "H200": (POD,) * 5,
    "A800": (POD,) * 5,
    "H20": (FREE, FREE, LR, LR, LR),
    "L20": (FREE,) * 5,
    "RTX 4090": (NAC,) * 5,
    "Ascend 910B2": (ADV, ADV, PROHIBITED, PROHIBITED, PROHIBITED),
    "MLU590": (ADV, ADV, CD, CD, CD),
}
BOUGHT_FOR_MALAYSIA = {
    **BOUGHT_FOR_CHINA,
    "Ascend 910B2": (POD, POD, PROHIBITED, PROHIBITED, PROHIBITED),
    "MLU590": (CD,) * 5,
}
RENTED_IN_MALAYSIA = {
    **dict.fromkeys(CHIPS, (ADV,) * 5),
    "Ascend 910B2": (ADV, ADV, PROHIBITED, PROHIBITED, PROHIBITED),
    "MLU590": (ADV, ADV, CD, CD, CD),
}
ROWS_OF_RENT = {
    "H100": ("11a", "12", "13", "13", "13"),
    "H20": ("15",) * 5,
    "RTX 4090": ("11a", "13a", "13a", "13a", "13a"),
}


@cache
def catalogue() -> Catalogue:
    return parse_catalogue(read_bundle())


def bought(chip: str, on: str, to: str, evidence: Evidence | None = None) -> Transaction:
    item = item_from_chip(catalogue().chips[CHIPS[chip]])
    seller = a_party("seller", "US" if item.designer == "NVIDIA" else "CN", name=SELLERS[str(item.designer)])
    home = "US" if item.designer == "NVIDIA" else "CN"
    buyer = {"country": "CN", "name": "Example Buyer"}
    site = {"country": to, "name": "Example Centre"} if to != "CN" else buyer
    parties = (
        a_party("purchaser", **buyer),
        a_party("end_user", **buyer),
        *(a_party(role, **site) for role in ("ultimate_consignee", "data_centre_owner", "data_centre_operator")),
        seller,
    )
    kind = "export" if home == "US" else "transfer_in_country" if home == to else "reexport"
    return a_deal(
        on,
        to,
        kind=kind,
        start=home,
        item=item,
        parties=parties,
        deliver_on=on,
        evidence=evidence or Evidence(None, None, True),
    )


def rented(chip: str, on: str) -> Transaction:
    parties = (
        a_party("data_centre_owner", "MY", name="Example Centre"),
        a_party("data_centre_operator", "MY", name="Example Centre"),
        a_party("tenant", "CN"),
        a_party("end_user", "CN"),
    )
    item = item_from_chip(catalogue().chips[CHIPS[chip]])
    return a_deal(on, "MY", kind="iaas_access", start="MY", item=item, parties=parties, deliver_on=on)


def cells(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(chip, on, cell) for chip, row in table.items() for on, cell in zip(DATES, row, strict=True)]


@pytest.mark.parametrize(("chip", "on", "cell"), cells(BOUGHT_FOR_CHINA))
def test_chip_bought_for_a_site_in_china(chip: str, on: str, cell: str) -> None:
    assert said(bought(chip, on, "CN")) == cell


@pytest.mark.parametrize(("chip", "on", "cell"), cells(BOUGHT_FOR_MALAYSIA))
def test_chip_bought_by_a_chinese_firm_for_a_data_centre_in_malaysia(chip: str, on: str, cell: str) -> None:
    assert said(bought(chip, on, "MY")) == cell


@pytest.mark.parametrize(("chip", "on", "cell"), cells(RENTED_IN_MALAYSIA))
def test_chip_rented_by_a_chinese_firm_in_malaysia(chip: str, on: str, cell: str) -> None:
    assert said(rented(chip, on)) == cell


@pytest.mark.parametrize(("chip", "on", "row"), cells(ROWS_OF_RENT))
def test_rented_chip_is_read_by_the_row_of_its_day(chip: str, on: str, row: str) -> None:
    assert {row, "1d"} <= rows(answer(rented(chip, on)))


@pytest.mark.parametrize("chip", ["H100", "H200", "A800"])
@pytest.mark.parametrize("on", DATES[3:])
def test_certificates_move_an_export_to_china_to_case_by_case(chip: str, on: str) -> None:
    assert said(bought(chip, on, "CN", Evidence(True, None, True))) == CBC


def test_listed_seller_is_shown_for_a_chinese_chip() -> None:
    assert "O8" in rows(answer(bought("Ascend 910B2", "2024-10-01", "MY")))


def test_rent_is_never_offered_in_place_of_a_blocked_purchase() -> None:
    texts = answer(bought("H100", "2026-11-23", "MY"))
    said_at_all = " ".join((*texts.conditions, *texts.advisories, *(q.unlocks for q in texts.open_questions)))

    assert "rent" not in said_at_all.lower()
    assert "lease" not in said_at_all.lower()


def test_buyer_of_the_seed_is_unlisted() -> None:
    assert "2" not in rows(answer(a_deal(parties=buyers("CN"))))
