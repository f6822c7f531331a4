"""Query parameters: pages, days, and the fields of a document as filters."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError

from quoting.application.quotes import Position, Status
from quoting.wire.fields import Day
from service.answers import Parameter

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_DAY = Day()


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LARGEST_LIMIT:
        return int(text)
    raise ValueError(f"a whole number from 1 to {LARGEST_LIMIT}")


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise ValueError("one of " + ", ".join(s.value for s in Status)) from None


def _day(text: str) -> date:
    try:
        day: date = _DAY.deserialize(text)
    except ValidationError:
        raise ValueError("a day YYYY-MM-DD of the years 1900 to 2199") from None
    return day


def cursor_text(*parts: object) -> str:
    """Where a page ended, as the caller gets it: opaque, and nothing else than what he has read."""
    return base64.urlsafe_b64encode("\n".join(str(part) for part in parts).encode()).decode().rstrip("=")


def _cursor_parts(cursor: str, count: int) -> list[str]:
    try:
        text = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        text = ""
    parts = text.split("\n")
    if len(parts) != count or not all(parts):
        raise ValueError("use the next_cursor of the page before")
    return parts


def _quotes_cursor(text: str) -> Position:
    created, quote_id = _cursor_parts(text, 2)
    if not (created.isascii() and created.isdigit() and len(created) < 16):
        raise ValueError("use the next_cursor of the page before")
    return Position(int(created), quote_id)


def _after(text: str) -> str:
    return _cursor_parts(text, 1)[0]


LIMIT = Parameter(
    "limit", _limit, {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    "How many at most.", DEFAULT_LIMIT,
)  # fmt: skip
_CURSOR_SCHEMA = {"type": "string"}
QUOTES_CURSOR = Parameter("cursor", _quotes_cursor, _CURSOR_SCHEMA, "`next_cursor` of the page before.")
CURSOR = Parameter("cursor", _after, _CURSOR_SCHEMA, "`next_cursor` of the page before.")
STATUS = Parameter("status", _status, {"type": "string", "enum": [s.value for s in Status]}, "Only these.")


def on(description: str) -> Parameter:
    """The day at which something is read."""
    return Parameter("on", _day, {"type": "string", "format": "date"}, description)


def filters(schema: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The fields of a document as parameters: equal to the value, or among the values of a list."""
    return tuple(
        Parameter(name, _READ[kind], {"type": kind}, f"Only those with this `{name}`.")
        for name, field in schema["properties"].items()
        if (kind := _kind(field)) is not None
    )


def matches(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a document has the values that were asked for; what is unknown equals nothing."""
    return all(asked is None or asked in _values(document.get(name)) for name, asked in wanted.items())


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def page(documents: Sequence[Mapping[str, Any]], limit: int, after: str | None) -> dict[str, Any]:
    """A page of documents that are sorted by `id`."""
    rest = [document for document in documents if after is None or document["id"] > after]
    shown, more = rest[:limit], len(rest) > limit
    return {"data": shown, "has_more": more, "next_cursor": cursor_text(shown[-1]["id"]) if more else None}


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number in digits")
    return float(text)


_READ: dict[str, Callable[[str], Any]] = {"string": str, "boolean": _flag, "number": _number}


def _kind(field: Mapping[str, Any]) -> str | None:
    """The kind of a field's values; None where they are no single words or numbers."""
    kinds = field.get("type", ())
    known = {"integer": "number", "array": _kind(field["items"]) if "items" in field else None}
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        found = known.get(kind, kind)
        if found in _READ:
            return found
    return None
