"""Names against the lists: what is a hit, what only resembles one, and what is neither."""

from __future__ import annotations

import pytest

from quoting.domain.controls.determination import Outcome
from quoting.domain.controls.index import index
from quoting.domain.controls.screening import Screened
from quoting.domain.transaction import Evidence
from tests.rules.builders_law import a_chip, a_deal, a_party, answer, buyers, said, the_rules

SMALL = a_chip(tpp=100, interconnect_gb_s=64)


def screened(name: str, *places: str) -> Screened:
    return index(the_rules()).roll.screen([name], places)


def entries(name: str, *places: str) -> set[str]:
    return {e.name for e in screened(name, *places).exact if e.list == "EL"}


@pytest.mark.parametrize(
    "name",
    [
        "Huawei Technologies Co., Ltd.",
        "HUAWEI TECHNOLOGIES CO.,LTD",
        "huawei technologies",
        "Ｈｕａｗｅｉ　Ｔｅｃｈｎｏｌｏｇｉｅｓ　Ｃｏ．， Ｌｔｄ．",
        "Huawei-Technologies Company Limited",
        "Huawei Technology",
        "Huawei Tech. Co Ltd",
        "Huawei",
        "The Huawei Technologies Co., Ltd. (Huawei)",
    ],
)
def test_spelling_of_a_listed_name_is_a_hit(name: str) -> None:
    assert any("Huawei" in entry for entry in entries(name))


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("Xi'an Cambricon", "Cambricon (Xi’an) Integrated Circuit Co., Ltd."),
        ("IEIT Systems Co., Ltd.", "Inspur Electronic Information Industry Co., Ltd."),
        ("BAAI", "Beijing Academy of Artificial Intelligence"),
        ("Moore Threads", "Moore Thread Intelligent Technology (Beijing) Co., Ltd."),
        ("Megvii", "Megvii Technology"),
        ("Huawei Cloud Computing Technologies Co., Ltd.", "Huawei Cloud Computing Technology"),
    ],
)
def test_alias_and_bare_name_are_hits(name: str, entry: str) -> None:
    assert entry in entries(name, "CN")


@pytest.mark.parametrize(
    "name", ["Example Buyer 001", "NVIDIA Corporation", "Harbor GPU Cloud LLC", "Tianjin Hotel", "G42"]
)
def test_other_names_are_neither_hit_nor_near(name: str) -> None:
    assert screened(name, "US") == Screened()


@pytest.mark.parametrize("name", ["New H3C Technologies Co., Ltd.", "H3C", "Alibaba Cloud", "CXMT"])
def test_firm_known_not_to_be_listed_is_not_near_its_listed_namesake(name: str) -> None:
    assert not screened(name, "CN").near


def test_unlisted_subsidiary_is_near_and_no_hit() -> None:
    found = screened("Huawei Malaysia Sdn Bhd", "MY")

    assert not found.exact
    assert all(n.score < 100 and not n.spelling for n in found.near)
    assert (
        said(a_deal(to="MY", item=SMALL, parties=buyers("MY", name="Huawei Malaysia Sdn Bhd")))
        == "allowed_with_advisory"
    )


def test_place_in_brackets_is_part_of_a_name() -> None:
    assert not entries("Huawei Technologies (Malaysia) Sdn Bhd", "MY")


@pytest.mark.parametrize("name", ["HMC", "Digital Cloud Ltd."])
def test_short_or_general_alias_of_a_firm_elsewhere_is_no_hit(name: str) -> None:
    assert not entries(name, "CA")
    assert screened(name, "CA").near
    assert entries(name, "CN", "TW")


def test_close_spelling_of_a_buyer_has_to_be_looked_into() -> None:
    parties = buyers("DE", name="Hygon Information Technologie GmbH")
    open_flag = answer(a_deal(to="DE", item=SMALL, parties=parties, evidence=Evidence()))
    closed = answer(a_deal(to="DE", item=SMALL, parties=parties))

    assert (open_flag.outcome, closed.outcome) == (Outcome.CANNOT_DETERMINE, Outcome.ADVISORY)
    assert any("Higon" in q.question for q in open_flag.open_questions)


def test_near_match_shows_score_and_entry() -> None:
    got = answer(a_deal(item=SMALL, parties=buyers("CN", name="Inspur Leasing")))

    assert any({"name", "entry", "score"} <= dict(f.values_read).keys() for f in got.findings)


def test_aliases_of_a_party_are_screened_too() -> None:
    parties = (a_party("purchaser", "CN", name="Example Trading", aliases=("Cambricon",)),)

    assert said(a_deal(item=SMALL, parties=parties)) == "licence_required presumption_of_denial"


def test_party_without_a_name_cannot_be_screened() -> None:
    assert said(a_deal(to="DE", item=SMALL, parties=buyers("DE", name=None))) == "cannot_determine"


def test_securities_list_is_a_line_only() -> None:
    got = answer(a_deal("2018-01-01", item=SMALL, parties=buyers("CN", name="SenseTime Group Limited")))

    assert got.outcome is Outcome.ALLOWED
    assert any("NS-CMIC" in line for line in got.advisories)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("华为技术有限公司", "Huawei Technologies Co., Ltd. (Huawei)"),
        ("華為技術有限公司", "Huawei Technologies Co., Ltd. (Huawei)"),
        ("海康威视", "Hangzhou Hikvision Digital Technology Co., Ltd."),
        ("浪潮集团", "Inspur Group Co., Ltd."),
    ],
)
def test_name_in_chinese_script_is_a_hit(name: str, entry: str) -> None:
    assert entry in entries(name, "CN")


def test_longer_name_in_chinese_script_that_holds_a_listed_one_is_near() -> None:
    found = screened("华为云计算技术有限公司", "CN")

    assert not found.exact
    assert found.near[0].features == ("holds 华为",)


def test_hit_says_which_name_it_was_and_what_was_set_aside() -> None:
    got = answer(a_deal(item=SMALL, parties=buyers("CN", name="SMIC Beijing Co., Ltd.")))

    match = next(dict(f.values_read)["match"] for f in got.findings if f.rule == "entity-list-effect")
    assert match == "its alias SMIC Beijing; legal form, spelling or brackets set aside"


FIRST = (
    "Lotus Delta|Harbour Lane|Prairie|Formosa Board|Orchid Bay|Silver Crane|Alpine|Baltic|Borneo|Iberia|Hanbit|Merlion|"
    "Andaman|Cedar Point|Nordic"
)
LAST = (
    "Computing Co., Ltd.|Trading Co., Ltd.|Compute Cooperative|Technology (Beijing) Co., Ltd.|"
    "Intelligent Technology Co., Ltd.|Semiconductor Co., Ltd.|Cloud Pte Ltd|Integrated Circuit Design Co., Ltd.|"
    "Information Technology (Shanghai) Co., Ltd.|Artificial Intelligence Research Institute|Microelectronics Corp|Group"
)


def test_invented_names_of_general_words_are_neither_hit_nor_near() -> None:
    names = [f"{first} {last}" for first in FIRST.split("|") for last in LAST.split("|")]

    assert [name for name in names if screened(name, "CN") != Screened()] == []
