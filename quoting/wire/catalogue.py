"""Chips, vendors and sites of the catalogue in JSON. What is not known is null. Contract section 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quoting.domain.catalogue import Vendor
from quoting.domain.catalogue_sites import CatalogueSite
from quoting.domain.chips import Chip, Metric
from quoting.wire.determination import iso
from quoting.wire.json_text import number


def print_chip(chip: Chip) -> dict[str, Any]:
    """A chip with its published figures, and with TPP and density as computed."""
    figures = {metric.value: _figure(chip.figures.get(metric)) for metric in Metric if metric is not Metric.UNITS}
    return {
        "id": chip.id,
        "vendor": chip.vendor,
        "model": chip.model,
        "form_factor": chip.form_factor,
        "launched": iso(chip.launched),
        "designer_country": chip.designer_country,
        **figures,
        "die_area_mm2": _figure(chip.die_area_mm2),
        "tdp_w": _figure(chip.tdp_w),
        "tpp": _figure(chip.tpp),
        "tpp_operation": chip.tpp_operation,
        "performance_density": _figure(chip.performance_density),
        "marketed_for_datacenter": chip.marketed_for_datacenter,
        "hs_code": chip.hs_code,
        "sources": list(chip.sources),
        "note": chip.note or None,
    }


def print_vendor(vendor: Vendor) -> dict[str, Any]:
    return {
        "id": vendor.id,
        "name": vendor.name,
        "country": vendor.country,
        "hq_country": vendor.hq_country,
        "ultimate_parent_hq_country": vendor.ultimate_parent_hq_country,
        "kind": vendor.kind,
        "ships_from": vendor.ships_from,
        "basis": vendor.basis,
    }


def print_site(site: CatalogueSite) -> dict[str, Any]:
    return {
        "id": site.id,
        "country": site.country,
        "delivers_to": None if site.delivers_to is None else list(site.delivers_to),
        "modes": [mode.value for mode in site.modes],
        "vendors": list(site.vendors),
        "chips": list(site.chips),
        "first_seen": site.first_seen.isoformat(),
        "last_seen": site.last_seen.isoformat(),
    }


def _figure(value: Decimal | None) -> int | float | str | None:
    return None if value is None else number(value)
