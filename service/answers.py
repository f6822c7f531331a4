"""What the API's document says of a door: its answers, good and bad, its headers, its links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.examples import BODIES
from service.schemas import ref

JSON = "application/json"
PROBLEM = "application/problem+json"
_SECONDS = {"type": "integer", "minimum": 1}
HEADERS: Mapping[str, Any] = {
    "Location": {"description": "Where the quote is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Whole seconds; there as long as the quote is not done.", "schema": _SECONDS},
    "ETag": {"description": "For `If-None-Match`.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {"description": "The key had been used for this quote.", "schema": {"type": "string"}},
    "Preference-Applied": {"description": "How long the answer was held back at most.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "That of the request, or a new one.", "schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: `read` makes its value of the text, and raises ValueError with the reason."""

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    description: str
    default: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`schema`: the name of the schema of a JSON body; None is no body, or one of `media_type` without a schema."""

    description: str
    schema: str | None = None
    media_type: str = JSON
    headers: Sequence[str] = ()
    links: Mapping[str, Any] = field(default_factory=dict)


def link(operation: str, description: str, quote_id: str = "$response.body#/id") -> Mapping[str, Any]:
    """A link to an operation on the quote of this answer."""
    return {"operationId": operation, "parameters": {"quote_id": quote_id}, "description": description}


def operation(
    name: str,
    says: Mapping[int, Answer],
    query: Sequence[Parameter],
    body: str | None,
    headers: Sequence[Mapping[str, Any]],
    scope: str | None,
    names_one: bool,
) -> dict[str, Any]:
    """The OpenAPI operation of a door."""
    words: dict[str, Any] = {
        "operationId": name,
        "parameters": [_parameter(p) for p in query] + [dict(header) for header in headers],
        "responses": {str(status): _answer(answer) for status, answer in says.items()}
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in _refusals(scope, body, names_one)}
        | {"default": {"$ref": "#/components/responses/Problem"}},
    }
    if body is not None:
        example = {"small": {"value": BODIES[body]}}
        words["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(body), "examples": example}}}
    if scope is None:
        words["security"] = []
    else:
        words["description"] = f"Needs the scope `{scope}`."
    return words


REFUSALS = {
    400: "Not strict JSON, or no HTTP",
    401: "No valid key; `WWW-Authenticate` asks for one",
    403: "The key lacks the scope",
    404: "No such thing, or another tenant's",
    405: "Not this method; `Allow` says which",
    406: "The answer is JSON and the request does not accept it",
    413: "The body is too long",
    415: "The body is no JSON, or encoded",
    422: "Fields or parameters are wrong; `errors` names them",
    429: "The tenant has as many quotes waiting as it may; `Retry-After` and `RateLimit` say when to try again",
    503: "The service cannot answer just now; `Retry-After` says when to try again",
}


def refusals() -> dict[str, Any]:
    """The problems as responses of the API's document."""
    content = {PROBLEM: {"schema": ref("Problem")}}
    every = {str(status): words for status, words in REFUSALS.items()} | {"Problem": "Any other problem"}
    return {name: {"description": words, "content": content} for name, words in every.items()}


def _refusals(scope: str | None, body: str | None, names_one: bool) -> list[int]:
    if scope is None:
        return []
    too_many = [429] if scope == "quotes:write" and body else []
    return [401, 403, 406, 422, 503] + ([400, 413, 415] if body else []) + ([404] if names_one else []) + too_many


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    words: dict[str, Any] = {"description": answer.description}
    if answer.schema is not None:
        words["content"] = {answer.media_type: {"schema": ref(answer.schema)}}
    elif answer.media_type != JSON:
        words["content"] = {answer.media_type: {"schema": {"type": "string"}}}
    words["headers"] = {name: HEADERS[name] for name in (*answer.headers, "X-Request-Id")}
    if answer.links:
        words["links"] = dict(answer.links)
    return words
