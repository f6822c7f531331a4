"""One export determination over HTTP."""

from __future__ import annotations

import pytest

from tests.builders import Document
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


def a_transaction() -> Document:
    return {
        "id": "t1",
        "as_of": "2026-03-02",
        "item": {"chip": "nvidia-h100-sxm-80gb"},
        "movement": {"kind": "export", "from_country": "US", "to_country": "CN"},
        "parties": [{"role": "end_user", "name": "Lanzhou Compute", "country": "CN", "hq_country": "CN"}],
    }


def test_an_export_check_is_answered_at_once(live: Live):
    answer = live.http.post("/v1/export-checks", json=a_transaction())

    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == "t1"
    assert answer.json()["outcome"] in ("licence_required", "prohibited")


def test_an_export_check_names_the_known_days_on_which_it_changes(live: Live):
    parties = [{**a_transaction()["parties"][0], "country": "AE", "hq_country": "AE", "name": "G42"}]
    movement = {"kind": "export", "from_country": "US", "to_country": "AE"}
    check = {**a_transaction(), "as_of": "2027-04-01", "movement": movement, "parties": parties}

    flip = live.http.post("/v1/export-checks", json=check).json()["flips"][0]

    assert (flip["on"], flip["rule"]) == ("2027-04-07", "ac-rule-2023")


def test_an_export_check_with_a_wrong_field_names_it(live: Live):
    answer = live.http.post("/v1/export-checks", json={**a_transaction(), "colour": "red"})

    assert answer.status_code == 422
    assert "/colour" in [e["pointer"] for e in answer.json()["errors"]]


def test_a_batch_is_answered_in_its_order(live: Live):
    names = [f"t{n}" for n in range(25)]

    answer = live.http.post("/v1/export-checks/batch", json=[{**a_transaction(), "id": name} for name in names])

    assert answer.status_code == 200, answer.text
    assert [determination["id"] for determination in answer.json()] == names
    assert answer.json()[0] == {**live.http.post("/v1/export-checks", json=a_transaction()).json(), "id": "t0"}


def test_one_wrong_item_refuses_the_whole_batch(live: Live):
    answer = live.http.post("/v1/export-checks/batch", json=[a_transaction(), {**a_transaction(), "colour": "red"}])

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/1/colour"]


def test_a_batch_holds_at_most_a_thousand(live: Live):
    answer = live.http.post("/v1/export-checks/batch", json=[a_transaction()] * 1001)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "too_many"


def test_an_empty_batch_has_an_empty_answer(live: Live):
    assert live.http.post("/v1/export-checks/batch", json=[]).json() == []


def test_a_thousand_transactions_are_answered_in_one_batch(live: Live):
    batch = [{**a_transaction(), "id": str(n)} for n in range(1000)]

    answer = live.http.post("/v1/export-checks/batch", json=batch)

    assert len(answer.json()) == 1000
