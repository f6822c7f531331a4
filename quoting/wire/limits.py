"""What a buyer imposes on a plan: budgets and business rules. Contract sections 2 and 2.1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import post_load

from quoting.domain.money import Money
from quoting.domain.offers import Mode
from quoting.domain.request import Budget, BuyerRule, RuleKind, Selector
from quoting.wire.demand import MEASURABLE
from quoting.wire.faults import refused
from quoting.wire.fields import Choice, Country, Id, Name, Strict, exact_number
from quoting.wire.json_text import number
from quoting.wire.money import MONEY_SCHEMA, MoneyField, print_money, read_money
from quoting.wire.shapes import ListOf, Record, Shape, present

SPEND = "spend"
MEASURES = (SPEND, *(metric.value for metric in MEASURABLE))
MOST_PRIORITY = 4
_MOST_VALUE = Decimal(10**15)

# What a rule has to say, by kind; `of` of a count and the operator of the last two have defaults.
_NEEDS = {
    RuleKind.SHARE: ("measure", "op", "value"),
    RuleKind.CAP: ("measure", "op", "value"),
    RuleKind.COUNT: ("op", "value"),
    RuleKind.EXCLUDE: (),
    RuleKind.PREFER: ("value",),
    RuleKind.MIN_ORDER: ("measure", "value"),
    RuleKind.CONCENTRATION: ("measure", "value"),
}
_FRACTIONS = (RuleKind.SHARE, RuleKind.PREFER, RuleKind.CONCENTRATION)
_FIXED_OP = {RuleKind.MIN_ORDER: ">=", RuleKind.CONCENTRATION: "<="}


class BudgetShape(Shape):
    """An empty list of sites or modes means all, like an absent one."""

    id = Id(required=True)
    sites = ListOf(Id())
    modes = ListOf(Choice(*Mode), once=True)
    max = MoneyField(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Budget:
        return Budget(data["id"], data["max"], data.get("sites") or None, data.get("modes") or None)


class SelectorShape(Shape):
    """A list means any of them, an empty one nothing, an absent one all."""

    vendors = ListOf(Name())
    chips = ListOf(Id())
    designer_countries = ListOf(Country())
    modes = ListOf(Choice(*Mode))
    sites = ListOf(Id())
    demands = ListOf(Id())
    offers = ListOf(Id())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Selector:
        return Selector(**data)


class RuleValue(Strict):
    """A number, or money; which of the two, and from where to where, the rule's kind and measure say."""

    json_schema: ClassVar[Mapping[str, Any]] = {"oneOf": [{"type": "number", "minimum": 0}, MONEY_SCHEMA]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal | Money:
        return read_money(value) if isinstance(value, Mapping) else exact_number(value)


class Priority(Strict):
    """`mandatory`, or 1 to 4. Loads as 0 to 4."""

    json_schema: ClassVar[Mapping[str, Any]] = {"enum": ["mandatory", 1, 2, 3, 4]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if value == "mandatory":
            return 0
        if type(value) is not int or not 1 <= value <= MOST_PRIORITY:
            raise refused("out_of_range", f'has to be "mandatory" or a whole number from 1 to {MOST_PRIORITY}')
        return value


class RuleShape(Shape):
    id = Id(required=True)
    kind = Choice(*RuleKind, required=True)
    select = Record(SelectorShape)
    within = Record(SelectorShape)
    of = Choice("vendors", "chips", "offers")
    measure = Choice(*MEASURES)
    op = Choice("<=", ">=", "==")
    value = RuleValue()
    priority = Priority()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> BuyerRule:
        kind: RuleKind = data["kind"]
        for name in _NEEDS[kind]:
            if name not in data:
                raise refused("required", f"is required for a rule of kind {kind.value}", name)
        if kind is RuleKind.PREFER and "priority" in data:
            raise refused("conflicting", "a preference has no priority", "priority")
        fixed = _FIXED_OP.get(kind)
        if fixed is not None and data.setdefault("op", fixed) != fixed:
            raise refused("not_one_of", f"a rule of kind {kind.value} reads as {fixed}", "op")
        if kind is RuleKind.COUNT:
            data.setdefault("of", "vendors")
        if _NEEDS[kind]:
            _check_value(kind, data.get("measure"), data["value"])
        return BuyerRule(**data)


def _check_value(kind: RuleKind, measure: str | None, value: Decimal | Money) -> None:
    in_money = kind in (RuleKind.CAP, RuleKind.MIN_ORDER) and measure == SPEND
    if in_money != isinstance(value, Money):
        raise refused("wrong_type", "has to be money" if in_money else "has to be a number", "value")
    if isinstance(value, Money):
        return
    most = Decimal(1) if kind in _FRACTIONS else _MOST_VALUE
    if not 0 <= value <= most:
        raise refused("out_of_range", f"has to be from 0 to {most:f}", "value")
    if kind is RuleKind.COUNT and value != value.to_integral_value():
        raise refused("out_of_range", "has to be a whole number", "value")


def print_budget(budget: Budget) -> dict[str, Any]:
    return present(
        id=budget.id,
        sites=None if budget.sites is None else list(budget.sites),
        modes=None if budget.modes is None else [mode.value for mode in budget.modes],
        max=print_money(budget.max),
    )


def print_rule(rule: BuyerRule) -> dict[str, Any]:
    priority: str | int | None = rule.priority or "mandatory"
    return present(
        id=rule.id,
        kind=rule.kind.value,
        select=print_selector(rule.select),
        within=print_selector(rule.within),
        of=rule.of,
        measure=rule.measure,
        op=rule.op,
        value=_print_value(rule.value),
        priority=None if rule.kind is RuleKind.PREFER else priority,
    )


def print_selector(selector: Selector) -> dict[str, list[str]]:
    names = ("vendors", "chips", "designer_countries", "modes", "sites", "demands", "offers")
    chosen = {name: getattr(selector, name) for name in names}
    return {name: [str(item) for item in items] for name, items in chosen.items() if items is not None}


def _print_value(value: Decimal | Money | None) -> Any:
    if value is None:
        return None
    return print_money(value) if isinstance(value, Money) else number(value)
