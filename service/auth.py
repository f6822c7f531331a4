"""Who asks: one bearer key with every request, one scope with every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from quoting.application.ports import Caller
from service.deps import deps
from service.problems import Forbidden, Unauthorized

API = "/v1"
_View = TypeVar("_View", bound=Callable[..., Any])
_SCOPE = "required_scope"


def needs(scope: str) -> Callable[[_View], _View]:
    """Declare the scope that a route under /v1 asks for."""

    def declare(view: _View) -> _View:
        setattr(view, _SCOPE, scope)
        return view

    return declare


def scope_of(app: Flask, endpoint: str) -> str | None:
    """The scope that a route has declared."""
    scope: str | None = getattr(app.view_functions[endpoint], _SCOPE, None)
    return scope


def install_authentication(app: Flask) -> None:
    """Check every request to a /v1 route.

    Raises:
        LookupError: a route under /v1 declares no scope; nothing is open by accident.
    """
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API) and scope_of(app, rule.endpoint) is None:
            raise LookupError(f"{rule.rule} declares no scope")
    app.before_request(_authenticate)


def caller() -> Caller:
    """The caller of the request that is being handled."""
    who: Caller = g.caller
    return who


def _authenticate() -> None:
    rule = request.url_rule
    scope = None if rule is None else scope_of(current_app, rule.endpoint)
    if scope is None:
        return
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    who = deps().keys.caller(key.strip()) if kind.lower() == "bearer" and key.strip() else None
    if who is None:
        raise Unauthorized("send the header Authorization: Bearer KEY")
    if scope not in who.scopes:
        raise Forbidden(scope)
    g.caller = who
