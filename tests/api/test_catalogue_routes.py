"""The catalogue and the rules over HTTP: pages, filters, days, citations."""

from __future__ import annotations

import pytest

from tests.builders import Document
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
COLLECTIONS = ("chips", "vendors", "offers", "sites")


def read(live: Live, path: str, **query: object) -> Document:
    answer = live.http.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


def everything(live: Live, path: str, **query: object) -> list[Document]:
    """All pages, by the cursor of each."""
    found: list[Document] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(live, path, limit=100, **query, **cursor)
        found += page["data"]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_pages_hold_every_item_once_in_the_order_of_ids(live: Live, name: str):
    ids = [item["id"] for item in everything(live, name)]

    assert ids
    assert ids == sorted(set(ids))
    assert len(read(live, name)["data"]) == min(20, len(ids))


def test_a_chip_shows_its_performance_and_the_operation_that_set_it(live: Live):
    chip = read(live, "chips/nvidia-h100-sxm-80gb")

    assert chip["tpp"] == pytest.approx(15832, abs=10)
    assert chip["performance_density"] == pytest.approx(chip["tpp"] / chip["die_area_mm2"], abs=0.001)
    assert chip["tpp_operation"].endswith(" x 8")


def test_an_unknown_chip_is_not_found(live: Live):
    answer = live.http.get("/v1/chips/nvidia-x1")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("chips", "designer_country", "CN"),
        ("chips", "marketed_for_datacenter", "false"),
        ("chips", "memory_gb", "80"),
        ("vendors", "kind", "cloud"),
        ("offers", "mode", "lease"),
        ("offers", "chip", "nvidia-h20-96gb"),
        ("sites", "country", "MY"),
        ("sites", "vendors", "AWS"),
    ],
)
def test_a_field_of_the_document_is_a_filter(live: Live, name: str, field: str, value: str):
    every, chosen = everything(live, name), everything(live, name, **{field: value})

    def has(item: Document) -> bool:
        values = item.get(field) if isinstance(item.get(field), list) else [item.get(field)]
        return value in [str(v).lower() if isinstance(v, bool) else str(v) for v in values or ()]

    assert chosen
    assert chosen == [item for item in every if has(item)]


def test_offers_are_those_of_the_day(live: Live):
    then, now = everything(live, "offers", on="2024-06-30"), everything(live, "offers")

    assert then
    assert all(offer["observed_on"] <= "2024-06-30" for offer in then)
    assert len(now) > len(then)


def test_chips_launched_later_are_not_shown_on_a_day(live: Live):
    chips = everything(live, "chips", on="2022-12-31")

    assert "nvidia-h100-sxm-80gb" in [chip["id"] for chip in chips]
    assert all(chip["launched"] is None or chip["launched"] <= "2022-12-31" for chip in chips)


@pytest.mark.parametrize(
    "query", ["limit=0", "cursor=%21", "on=2025-02-30", "colour=red", "limit=1&limit=2", "marketed_for_datacenter=no"]
)
def test_a_wrong_query_of_the_catalogue_names_its_parameter(live: Live, query: str):
    answer = live.http.get(f"/v1/chips?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_rules_and_parameters_in_force_carry_their_citations(live: Live):
    document = read(live, "rules", on="2025-01-15")
    rows = document["rules"] + document["parameters"]

    assert document["on"] == "2025-01-15"
    assert rows
    assert all(row["citation"] and row["grade"] for row in rows)
    assert all(row["effective_from"] is None or row["effective_from"] <= "2025-01-15" for row in rows)


def test_a_rule_stands_on_the_days_on_which_it_holds(live: Live):
    before, after = (
        {rule["id"] for rule in read(live, "rules", on=day)["rules"]} for day in ("2023-11-16", "2023-11-17")
    )

    assert after - before


def test_duties_and_taxes_are_among_the_parameters(live: Live):
    parameters = {row["id"]: row for row in read(live, "rules", on="2026-03-02")["parameters"]}

    assert {"insurance_rate", "fx_stale_after_days"} <= set(parameters)
    assert any(name.startswith("duty.") for name in parameters)
