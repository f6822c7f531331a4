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


def test_an_export_check_with_a_wrong_field_names_it(live: Live):
    answer = live.http.post("/v1/export-checks", json={**a_transaction(), "colour": "red"})

    assert answer.status_code == 422
    assert "/colour" in [e["pointer"] for e in answer.json()["errors"]]
