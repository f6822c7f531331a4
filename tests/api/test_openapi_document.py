"""The API's document is the one in docs/, its examples work, and it lists every door."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.examples import BODIES
from service.print_openapi import openapi_text
from tests.builders import Document
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def document(live: Live) -> Document:
    found: Document = live.anonymous.get("/openapi.json").json()
    return found


def test_the_document_in_docs_is_current():
    assert KEPT.read_text(encoding="utf-8") == openapi_text(), "run make openapi"


def test_the_document_is_of_version_3_1_and_asks_for_a_key(live: Live):
    said = document(live)

    assert said["openapi"].startswith("3.1")
    assert said["security"] == [{"key": []}]
    assert said["paths"]["/healthz"]["get"]["security"] == []


def test_the_document_lists_every_door(live: Live):
    assert set(document(live)["paths"]) == {
        "/v1/quotes",
        "/v1/quotes/{quote_id}",
        "/v1/quotes/{quote_id}/result",
        "/v1/quotes/{quote_id}/cancel",
        "/v1/export-checks",
        "/v1/export-checks/batch",
        "/v1/clearances",
        "/v1/clearances/{clearance_id}/revoke",
        "/v1/chips",
        "/v1/chips/{chip_id}",
        "/v1/vendors",
        "/v1/offers",
        "/v1/sites",
        "/v1/rules",
        "/healthz",
        "/readyz",
        "/version",
        "/metrics",
        "/docs",
        "/docs/{name}",
    }


def test_a_post_links_to_the_quote_and_to_its_result(live: Live):
    links = document(live)["paths"]["/v1/quotes"]["post"]["responses"]["202"]["links"]

    assert {link["operationId"] for link in links.values()} == {"get_quote", "get_result", "cancel_quote"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/quotes", "ProcurementRequest"),
        ("/v1/export-checks", "Transaction"),
        ("/v1/export-checks/batch", "Transactions"),
    ],
)
def test_the_example_of_a_body_is_accepted(live: Live, path: str, body: str):
    examples = document(live)["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]

    answers = [live.http.post(path, json=example["value"]) for example in examples.values()]

    assert [example["value"] for example in examples.values()] == [BODIES[body]]
    assert {answer.status_code for answer in answers} <= {200, 202}


def test_the_docs_page_loads_everything_from_here(live: Live):
    page = live.anonymous.get("/docs")
    loaded = [live.anonymous.get(f"/docs/{name}") for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js")]

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.text
    assert [answer.status_code for answer in loaded] == [200, 200, 200]
    assert live.anonymous.get("/docs/other.js").status_code == 404
