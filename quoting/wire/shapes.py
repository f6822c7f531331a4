"""Records and lists of strict fields, and what is left out when they are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from quoting.wire.faults import Refusal, refused
from quoting.wire.fields import Strict


class Shape(Schema):
    """A record of the contract: fields that no table names are refused."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012  (marshmallow reads it so)
        "unknown": Refusal("unknown_field", "the contract has no such field"),
        "type": Refusal("wrong_type", "has to be an object"),
    }


class Record(Strict, fields.Nested):
    """An object with a shape of its own."""


class ListOf(Strict, fields.List[Any]):
    """A list as a tuple. `most`: longer ones are refused before their items are read; `once`: no item twice."""

    def __init__(
        self, inner: Strict, *, most: int | None = None, least: int = 0, once: bool = False, **kwargs: Any
    ) -> None:
        inner.required = True
        super().__init__(inner, **kwargs)
        self.most, self.least, self.once = most, least, once

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise self.make_error("invalid")
        if len(value) < self.least:
            raise refused("too_few", f"needs at least {self.least}")
        if self.most is not None and len(value) > self.most:
            raise refused("too_many", f"holds {len(value):,}; at most {self.most:,}")
        items = tuple(super()._deserialize(value, attr, data, **kwargs))
        if self.once:
            refuse_repeated(items)
        return items


def refuse_repeated(items: tuple[Any, ...], key: Callable[[Any], Any] = lambda item: item) -> None:
    """Refuse each item whose key an earlier one has.

    Raises:
        ValidationError: there is such an item.
    """
    seen: set[Any] = set()
    messages: dict[int, list[Refusal]] = {}
    for index, item in enumerate(items):
        if key(item) in seen:
            messages[index] = [Refusal("duplicate", f"{str(key(item))[:60]!r} stands there twice")]
        seen.add(key(item))
    if messages:
        raise ValidationError(messages)


def known_only(schema: Schema, value: Any) -> Any:
    """A document without the fields that a schema does not have, at any level."""
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, item in value.items():
        field = schema.fields.get(name)
        if isinstance(field, fields.Nested):
            kept[name] = known_only(field.schema, item)
        elif isinstance(field, fields.List) and isinstance(field.inner, fields.Nested) and isinstance(item, list):
            kept[name] = [known_only(field.inner.schema, each) for each in item]
        elif field is not None:
            kept[name] = item
    return kept


def present(**values: Any) -> dict[str, Any]:
    """The values that are there: None is left out, which reads back as None."""
    return {name: value for name, value in values.items() if value is not None}
