"""One declaration for each door: its scope, its query parameters, and what the API's document says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, Response
from flask_smorest import Blueprint

from quoting.domain.errors import FieldFault, RequestInvalid
from service.answers import Answer, Parameter, operation
from service.asked import asked

View = Callable[..., Response]
_DOOR = "door"


@dataclass(frozen=True, slots=True)
class Door:
    """`scope` None: no key is asked for. `query` None: what it does not know is not looked at."""

    method: str
    scope: str | None
    query: Sequence[Parameter] | None


def door(
    blueprint: Blueprint,
    method: str,
    rule: str,
    *,
    scope: str | None,
    says: Mapping[int, Answer],
    query: Sequence[Parameter] | None = (),
    body: str | None = None,
    headers: Sequence[Mapping[str, Any]] = (),
) -> Callable[[View], View]:
    """Register a view; its query parameters are its keyword arguments. Its docstring is the summary.

    Args:
        says: what it answers when all goes well, by status. What may go wrong follows from the rest.
        body: the name of the schema of the body it reads.
        headers: request headers that it heeds, as OpenAPI parameters.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def read(**path: Any) -> Response:
            return view(**path, **({} if query is None else _values(query)))

        setattr(read, _DOOR, Door(method, scope, query))
        words = operation(view.__name__, says, list(query or ()), body, headers, scope, "<" in rule)
        documented: View = blueprint.doc(**words)(read)
        registered: View = blueprint.route(rule, methods=[method])(documented)
        return registered

    return declare


def door_of(app: Flask, endpoint: str) -> Door | None:
    """What a route has declared; None where it is no door of ours."""
    declared: Door | None = getattr(app.view_functions[endpoint], _DOOR, None)
    return declared


def _values(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The query of the request, read.

    Raises:
        RequestInvalid: a parameter is not known, stands there twice or cannot be read.
    """
    this = asked()
    if not parameters and not this.query_string:
        return {}
    known, values, faults = {p.name: p for p in parameters}, {p.name: p.default for p in parameters}, []
    for name, texts in this.args.lists():
        parameter = known.get(name)
        if parameter is None:
            faults.append(FieldFault(f"/{name}", "unknown_field", "no such parameter"))
        elif len(texts) > 1:
            faults.append(FieldFault(f"/{name}", "duplicate", "stands there more than once"))
        else:
            try:
                values[name] = parameter.read(texts[0])
            except ValueError as error:
                faults.append(FieldFault(f"/{name}", "invalid", str(error)))
    if faults:
        raise RequestInvalid(faults)
    return values
