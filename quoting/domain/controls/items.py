"""The item of a transaction from the catalogue, where the caller names a chip."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from quoting.domain.chips import Chip, Metric
from quoting.domain.transaction import Item, ItemKind

_FACTS = tuple(f.name for f in fields(Item))


def item_from_chip(chip: Chip, overrides: Item | None = None) -> Item:
    """The chip as an item. Facts of `overrides` that are not None win over the catalogue, its `kind` always.

    A density that the caller did not give is not carried beside another TPP or die area than the catalogue's: it would
    belong to another chip.
    """
    listed: dict[str, Any] = {
        "chip": chip.id,
        "name": chip.model,
        "kind": ItemKind.ACCELERATOR,
        "tpp": chip.tpp,
        "performance_density": chip.performance_density,
        "die_area_mm2": chip.die_area_mm2,
        "memory_bandwidth_gb_s": chip.figure(Metric.BANDWIDTH),
        "interconnect_gb_s": chip.figure(Metric.INTERCONNECT),
        "marketed_for_datacenter": chip.marketed_for_datacenter,
        "designer": chip.vendor,
        "designer_hq_country": chip.designer_country,
    }
    if overrides is None:
        return Item(**listed)
    given: dict[str, Any] = {name: v for name in _FACTS if (v := getattr(overrides, name)) is not None}
    differs = any(given.get(name, listed[name]) != listed[name] for name in ("tpp", "die_area_mm2"))
    if differs and "performance_density" not in given:
        given["performance_density"] = None
    return Item(**{**listed, **given})
