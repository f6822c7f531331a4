"""Every door of the service has a method in both clients: seen by the route table, not by a list kept by hand."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from quoting.bootstrap import dependencies
from quoting.config import Settings
from quoting_client import AsyncClient, Client
from service.app import create_app
from service.doors import door_of
from tests.client.scripted import Answer, Script, a_quote_resource, a_result

FOR_MACHINES = {"/healthz", "/metrics", "/openapi.json", "/docs", "/docs/<name>"}  # probes, scrapers and browsers
MADE_OF_OTHERS = {"quote", "wait", "close"}
PAGE = Answer(200, {"data": [], "has_more": False, "next_cursor": None})
DETERMINATION = {
    "id": "t", "outcome": "allowed", "exception": None, "review_policy": None, "findings": [], "citations": [],
    "conditions": [],
}  # fmt: skip
QUOTE, DOCUMENT = Answer(200, a_quote_resource("succeeded")), Answer(200, {"id": "x"})
DOORS: dict[str, tuple[str, str, tuple[Any, ...], Answer]] = {
    "submit": ("POST", "/v1/quotes", ({},), QUOTE),
    "get": ("GET", "/v1/quotes/<quote_id>", ("q1",), QUOTE),
    "result": ("GET", "/v1/quotes/<quote_id>/result", ("q1",), Answer(200, a_result())),
    "cancel": ("POST", "/v1/quotes/<quote_id>/cancel", ("q1",), QUOTE),
    "quotes": ("GET", "/v1/quotes", (), PAGE),
    "export_check": ("POST", "/v1/export-checks", ({},), Answer(200, DETERMINATION)),
    "export_checks": ("POST", "/v1/export-checks/batch", ([{}],), Answer(200, [DETERMINATION])),
    "chips": ("GET", "/v1/chips", (), PAGE),
    "chip": ("GET", "/v1/chips/<chip_id>", ("x",), DOCUMENT),
    "vendors": ("GET", "/v1/vendors", (), PAGE),
    "offers": ("GET", "/v1/offers", (), PAGE),
    "sites": ("GET", "/v1/sites", (), PAGE),
    "rules": ("GET", "/v1/rules", (), DOCUMENT),
    "clearances": ("GET", "/v1/clearances", (), Answer(200, {"data": []})),
    "add_clearance": ("POST", "/v1/clearances", ({},), DOCUMENT),
    "revoke_clearance": ("POST", "/v1/clearances/<clearance_id>/revoke", ("x", {}), DOCUMENT),
    "version": ("GET", "/version", (), DOCUMENT),
    "ready": ("GET", "/readyz", (), DOCUMENT),
}


def methods_of(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


def test_every_door_has_a_method_and_every_method_a_door():
    app = create_app(dependencies(Settings.from_env({})))
    found = [(door_of(app, rule.endpoint), rule.rule) for rule in app.url_map.iter_rules()]
    doors = {(door.method, path) for door, path in found if door is not None and path not in FOR_MACHINES}

    assert {(method, path) for method, path, _, _ in DOORS.values()} == doors
    assert methods_of(Client) == methods_of(AsyncClient) == set(DOORS) | MADE_OF_OTHERS


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_method_asks_at_its_door(call: Callable[..., Any], script: Script, name: str):
    method, path, arguments, answer = DOORS[name]
    script.plays(answer)

    call(script.url, "k", name, *arguments)

    (asked,) = script.asked
    asked_for = re.sub("<[a-z_]+>", str(arguments[0]) if arguments else "", path)
    assert (asked.method, asked.path) == (method, asked_for)
