"""The API's document (OpenAPI 3.1). `make openapi` keeps it in `docs/openapi.json`."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from quoting.bootstrap import VERSION
from quoting.wire.clearance import ClearanceShape, WithdrawalShape
from quoting.wire.export_check import MOST_TRANSACTIONS, TransactionShape
from quoting.wire.request import RequestShape
from service import answers, schemas

DESCRIPTION = (
    "Procurement quotes for AI chips: price, export law and allocation in one exact answer. "
    "POST a request, follow its quote, read the result. It informs and is not legal advice."
)
SETTINGS: dict[str, Any] = {
    "API_TITLE": "chipquote",
    "API_VERSION": VERSION,
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "chipquote keys create"}}
        },
        "security": [{"key": []}],
    },
}


def describe(app: Flask, *blueprints: Blueprint) -> None:
    """Register the doors, with the schemas and responses that they name."""
    api = Api()
    api.DEFAULT_ERROR_RESPONSE_NAME = None  # every refusal is a problem document of ours
    api.init_app(app)
    components = api.spec.components
    components.schemas.clear()  # what the framework brings along is used by no door
    components.responses.clear()
    components.schema("ProcurementRequest", schema=RequestShape)
    components.schema("Transaction", schema=TransactionShape)
    components.schema("Judgement", schema=ClearanceShape)
    components.schema("Withdrawal", schema=WithdrawalShape)
    components.schema(
        "Transactions", {"type": "array", "maxItems": MOST_TRANSACTIONS, "items": schemas.ref("Transaction")}
    )
    for name, shape in components.schemas.items():
        if "properties" in shape:
            components.schemas[name] = _null_reads_as_absent(shape)
    for name, schema in schemas.ANSWERS.items():
        components.schema(name, dict(schema))
    for name, response in answers.refusals().items():
        components.response(name, response)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)


def _null_reads_as_absent(shape: dict[str, Any]) -> dict[str, Any]:
    """A schema of a request, with null beside the values of every field that may be left out."""
    needed = set(shape.get("required", ()))
    fields = shape["properties"].items()
    return {**shape, "properties": {name: field if name in needed else _or_null(field) for name, field in fields}}


def _or_null(field: dict[str, Any]) -> dict[str, Any]:
    kind = field.get("type")
    if kind is None:
        return {"anyOf": [field, {"type": "null"}]}
    if "enum" in field and None not in field["enum"]:
        field = {**field, "enum": [*field["enum"], None]}
    kinds = [kind] if isinstance(kind, str) else list(kind)
    return {**field, "type": [*kinds, *(["null"] if "null" not in kinds else [])]}
