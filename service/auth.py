"""Who asks: one bearer key with every request, one scope with every route."""

from __future__ import annotations

from flask import Flask, current_app

from quoting.application.quotes import Caller
from service.asked import around, asked
from service.deps import deps
from service.doors import door_of
from service.problems import Forbidden, Unauthorized

API = "/v1"


def install_authentication(app: Flask) -> None:
    """Check every request to a /v1 route.

    Raises:
        LookupError: a route under /v1 declares no scope; nothing is open by accident.
    """
    for rule in app.url_map.iter_rules():
        door = door_of(app, rule.endpoint)
        if rule.rule.startswith(API) and (door is None or door.scope is None):
            raise LookupError(f"{rule.rule} declares no scope")
    app.before_request(_authenticate)


def caller() -> Caller:
    """The caller of the request that is being handled."""
    who: Caller = around().caller
    return who


def _authenticate() -> None:
    this = asked()
    rule = this.url_rule
    door = None if rule is None else door_of(current_app, rule.endpoint)
    if door is None or door.scope is None:
        return
    kind, _, key = this.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    who = deps().keys.caller(key.strip()) if kind.lower() == "bearer" and key.strip() else None
    if who is None:
        raise Unauthorized("send the header Authorization: Bearer KEY")
    if door.scope not in who.scopes:
        raise Forbidden(door.scope)
    around().caller = who
