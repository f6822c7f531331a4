"""What those who run the service ask it."""

from __future__ import annotations

import pytest

from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


def test_health_readiness_and_version_need_no_key(live: Live):
    answers = [live.anonymous.get(path) for path in ("/healthz", "/readyz", "/version", "/openapi.json")]

    assert [a.status_code for a in answers] == [200, 200, 200, 200]


def test_readiness_names_its_parts(live: Live):
    assert live.anonymous.get("/readyz").json()["parts"] == {"database": "ok", "reference_data": "ok", "redis": "ok"}
