"""Money in JSON: the amount a string of digits, so that it never is a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from quoting.domain.money import Money
from quoting.wire.faults import Refusal
from quoting.wire.fields import Currency, Strict

# 15 digits before the point leave room for a billion pieces in a total; 12 after it is what a unit price may have.
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?")
_CURRENCY = Currency(required=True)
_FIELDS = ("amount", "currency")

MONEY_SCHEMA: Mapping[str, Any] = {  # as JSON Schema, for the API's description
    "type": "object",
    "required": list(_FIELDS),
    "properties": {
        "amount": {"type": "string", "pattern": f"^{_AMOUNT.pattern}$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
}


class MoneyField(Strict):
    """`{"amount": "123.45", "currency": "USD"}`: no sign, no exponent."""

    json_schema = MONEY_SCHEMA

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Money:
        return read_money(value)


def read_money(value: Any) -> Money:
    """An exact amount.

    Raises:
        ValidationError: with the messages below the field that is wrong.
    """
    if not isinstance(value, Mapping):
        raise ValidationError([Refusal("wrong_type", 'has to be money: {"amount": "123.45", "currency": "USD"}')])
    amount, currency = value.get("amount"), value.get("currency")
    if len(value) == 2 and isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        try:
            return Money(Decimal(amount), _CURRENCY.deserialize(currency))
        except ValidationError as error:
            raise ValidationError({"currency": error.messages}) from None
    messages: dict[str, Any] = {
        name: [Refusal("unknown_field", "money has no such field")] for name in value if name not in _FIELDS
    }
    if amount is None:
        messages["amount"] = [Refusal("required", "is required")]
    elif not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        detail = "has to be a string of at most 15 digits, with at most 12 more after a point"
        messages["amount"] = [Refusal("invalid_money" if isinstance(amount, str) else "wrong_type", detail)]
    try:
        _CURRENCY.deserialize(currency)
    except ValidationError as error:
        messages["currency"] = error.messages
    raise ValidationError(messages)


def print_money(money: Money) -> dict[str, str]:
    """The amount with the digits it was given."""
    return {"amount": money.text, "currency": money.currency}
