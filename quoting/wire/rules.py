"""Rules and parameters in force on a day in JSON, each with its citation. Contract section 1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.parameters import Clock, Dated, Parameter, Value
from quoting.domain.pricing.tariffs import TariffBook
from quoting.wire.determination import iso
from quoting.wire.json_text import number


def rules_document(rules: RuleBook, tariffs: TariffBook, day: date) -> dict[str, Any]:
    """What is in force on a day and was public by it: rules of law, what they read, and the tariffs.

    A parameter of a rule has the rule's id before its own: `us-3a090.tpp`. `state` is the period of the rule.
    """
    clock = Clock(day, day)
    in_force = [(rule, period) for _, rule in sorted(rules.rules.items()) if (period := rule.at(clock)) is not None]
    printed = [
        {
            "id": rule.id,
            "title": rule.title,
            "jurisdiction": rule.jurisdiction,
            "state": _value(period.value),
            **_dated(period),
            "parameters": [f"{rule.id}.{name}" for name, each in rule.parameters.items() if each.at(clock) is not None],
        }
        for rule, period in in_force
    ]
    law = ((f"{rule.id}.{name}", each) for rule, _ in in_force for name, each in rule.parameters.items())
    return {
        "on": day.isoformat(),
        "data_as_of": max(rules.data_as_of, tariffs.data_as_of).isoformat(),
        "rules": printed,
        "parameters": [*_parameters(law, clock), *_parameters(((p.id, p) for p in tariffs.parameters()), clock)],
    }


def _parameters(named: Iterator[tuple[str, Parameter]], clock: Clock) -> Iterator[dict[str, Any]]:
    for name, parameter in named:
        row = parameter.at(clock)
        if row is not None:
            words = {"id": name, "description": parameter.description, "unit": parameter.unit}
            yield {**words, "value": _value(row.value), **_dated(row)}


def _dated(row: Dated) -> dict[str, Any]:
    return {
        "effective_from": iso(row.start),
        "effective_to": iso(row.end),
        "published_on": iso(row.published),
        "citation": row.citation,
        "url": row.url,
        "grade": row.grade.value,
        "unconfirmed": row.unconfirmed or None,
        "note": row.note or None,
    }


def _value(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return number(value) if isinstance(value, Decimal) else value
