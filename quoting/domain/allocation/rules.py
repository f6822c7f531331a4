"""Business rules as rows of the model. Contract 2.1. A rule with a priority holds where its `keep` column is 1."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from quoting.domain.allocation.linear import LinearModel, Number, Terms, added, greatest, least, scaled
from quoting.domain.allocation.model import BlockKey, PlanModel
from quoting.domain.allocation.problem import Lot, PlanRule

_DENSE = 300_000  # entries of a rule from which on a vendor's part is summed once, in a column of its own


def add_rules(model: PlanModel) -> dict[int, dict[str, int]]:
    """Add all rules of the problem; the keep columns by priority and rule id."""
    keeps: dict[int, dict[str, int]] = {}
    for rule in sorted(model.problem.rules, key=lambda rule: rule.id):
        keep = None
        if rule.priority:
            keep = keeps.setdefault(rule.priority, {})[rule.id] = model.linear.column(1)
        if rule.kind != "exclude" or rule.priority:  # the pairs of a mandatory exclude are not in the model
            _KINDS[rule.kind](model, rule, keep)
    return keeps


def _exclude(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    for key in model.blocks(rule.select):
        _compare(model.linear, model.pieces([key]), "<=", 0, keep)


def _share(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    part = model.measure(rule.measure or "units", model.blocks(rule.select))
    base = model.measure(rule.measure or "units", model.blocks(rule.within))
    _compare(model.linear, _beyond(part, base, rule.value), rule.op, 0, keep)


def _cap(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    part = model.measure(rule.measure or "units", model.blocks(rule.select))
    _compare(model.linear, part, rule.op, rule.value, keep)


def _count(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    entity = _ENTITY[rule.of or "vendors"]
    different = [model.any_used(keys) for keys in _grouped(model, rule, entity).values()]
    _compare(model.linear, dict.fromkeys(different, 1), rule.op, rule.value, keep)


def _min_order(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    for keys in _grouped(model, rule, _vendor).values():
        used = model.any_used(keys)
        ordered = model.measure(rule.measure or "units", keys)
        _compare(model.linear, added(ordered, {used: -rule.value}), ">=", 0, keep)


def _concentration(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    parts = [model.measure(rule.measure or "units", keys) for keys in _grouped(model, rule, _vendor).values()]
    if len(parts) * sum(map(len, parts)) > _DENSE:
        parts = [model.linear.total(part) for part in parts]
    base = added(*parts)
    for part in parts:
        _compare(model.linear, _beyond(part, base, rule.value), "<=", 0, keep)
    if rule.value > 0 and _surely_bought(model, rule):
        _tell_counts(model, rule, keep)


def _tell_counts(model: PlanModel, rule: PlanRule, keep: int | None) -> None:
    """No vendor beyond its share takes so many vendors: said to rules that count them, whose relaxation misses it."""
    vendors = _grouped(model, rule, _vendor).keys()
    for other in model.problem.rules:
        if other.kind == "count" and other.of in (None, "vendors") and rule.select <= other.select:
            counted = _grouped(model, other, _vendor)
            different = [model.any_used(counted[vendor]) for vendor in vendors]
            _compare(model.linear, dict.fromkeys(different, 1), ">=", math.ceil(1 / rule.value), keep)


def _surely_bought(model: PlanModel, rule: PlanRule) -> bool:
    """Whether every plan has something that the rule measures: all that can meet some demand is selected."""
    selected = {
        key
        for key in model.blocks(rule.select)
        if len(model.measure(rule.measure or "units", [key])) == len(model.quantities(key))
    }
    needs = {need.demand for need in model.problem.needs} - model.met.keys()
    for use in model.problem.uses:
        if not selected.issuperset(model.blocks([use.pair])):
            needs.discard(use.demand)
    return bool(needs)


def _beyond(part: Terms, base: Terms, share: Fraction) -> Terms:
    """What a part is more than its share of a base, times the share's denominator: wide rows stay in whole numbers."""
    return added(scaled(part, share.denominator), scaled(base, -share.numerator))


def _vendor(lot: Lot) -> str:
    return lot.vendor


_ENTITY: dict[str, Callable[[Lot], str]] = {
    "vendors": _vendor,
    "chips": lambda lot: lot.chip,
    "offers": lambda lot: lot.offer,
}
_KINDS: dict[str, Callable[[PlanModel, PlanRule, int | None], None]] = {
    "exclude": _exclude,
    "share": _share,
    "cap": _cap,
    "count": _count,
    "min_order": _min_order,
    "concentration": _concentration,
}


def _grouped(model: PlanModel, rule: PlanRule, entity: Callable[[Lot], str]) -> dict[str, Sequence[BlockKey]]:
    groups: dict[str, list[BlockKey]] = defaultdict(list)
    for key in model.blocks(rule.select):
        groups[entity(model.sources[key[0]].lot)].append(key)
    return dict(sorted(groups.items()))


def _compare(linear: LinearModel, terms: Terms, op: str | None, right: Number, keep: int | None) -> None:
    """Add `terms op right`; with a keep column only where that is 1."""
    if op in ("<=", "=="):
        if keep is None:
            linear.row(terms, upper=right)
        elif (excess := greatest(linear, terms) - right) > 0:
            linear.row(added(terms, {keep: excess}), upper=right + excess)
    if op in (">=", "=="):
        if keep is None:
            linear.row(terms, lower=right)
        elif (lack := right - least(linear, terms)) > 0:
            linear.row(added(terms, {keep: -lack}), lower=right - lack)
