"""What an item is under ECCN 3A090, as defined on the day: 3A090.a, .b, .c, the item of 2022, or none of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from quoting.domain.controls.law import Law
from quoting.domain.transaction import Item, ItemKind

NEW, OLD, HBM = "eccn-3a090-2023", "eccn-3a090-2022", "hbm-and-fdp-2024"


@dataclass(frozen=True, slots=True)
class ItemClass:
    """`letter`: "a", "b", "c", "2022", or empty below 3A090. `compared`: both sides of the comparisons made.

    `for_data_centres`: designed or marketed for them, or not known not to be.
    """

    letter: str
    text: str
    compared: tuple[tuple[str, str], ...] = ()
    for_data_centres: bool = True

    @property
    def is_3a090(self) -> bool:
        return bool(self.letter)

    @property
    def is_chip(self) -> bool:
        """3A090.a or .b, or the item of 2022: what the rules on logic chips read."""
        return self.letter in ("a", "b", "2022")

    @property
    def is_data_centre_a(self) -> bool:
        """dc.a: 3A090.a designed or marketed for data centres, or not known not to be."""
        return self.letter == "a" and self.for_data_centres

    @property
    def is_light(self) -> bool:
        """What NAC and ACA carry: 3A090.b, and .a that is not for data centres."""
        return self.letter == "b" or (self.letter == "a" and not self.for_data_centres)


class Compared(Protocol):
    """Who answers whether a figure of the item reaches a limit, also where it is unknown."""

    @property
    def item(self) -> Item: ...

    @property
    def law(self) -> Law: ...

    @property
    def for_data_centres(self) -> bool: ...

    def reaches(self, fact: str, limit: Decimal) -> bool: ...

    def exceeds(self, fact: str, limit: Decimal) -> bool: ...

    def dense(self, limit: Decimal) -> bool: ...


def classify(case: Compared) -> ItemClass:
    """The class of the item on the case's day.

    Units:  TPP in TOPS x bit length, dense; density in TPP/mm2; links and bandwidth in GB/s; HBM density GB/s/mm2.
    Source: 15 CFR 774 Supp. 1, ECCN 3A090 and 4A090; 87 FR 62186, 88 FR 73458, 89 FR 96790.
    """
    if case.item.kind is ItemKind.HBM:
        return _memory(case)
    if case.law.in_force(NEW):
        return _present(case)
    if case.law.in_force(OLD):
        return _first(case)
    return ItemClass("", "not controlled under 3A090 on that day")


def shown(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value.normalize():f}"


def density_shown(case: Compared) -> str:
    """Performance density as it was read: given, computed from the die area, or unknown."""
    item = case.item
    if item.performance_density is not None:
        return shown(item.performance_density)
    if item.die_area_mm2 == 0:
        return "undefined (no non-planar logic die)"
    if item.die_area_mm2 is not None and item.tpp is not None:
        return f"{item.tpp / item.die_area_mm2:.3f} (TPP over {shown(item.die_area_mm2)} mm2)"
    return "unknown"


def _entry(case: Compared, letter: str) -> str:
    number = "4A090" if case.item.kind is ItemKind.SERVER else "3A090"
    return f"{number}.{letter}"


def _present(case: Compared) -> ItemClass:
    def limit(name: str) -> Decimal:
        return case.law.number(NEW, name)

    tpp = ("TPP", shown(case.item.tpp))
    data_centre = case.for_data_centres
    marketed = (
        "for data centres",
        {True: "yes", False: "no", None: "unknown, read as yes"}[case.item.marketed_for_datacenter],
    )
    if not data_centre and not case.reaches("tpp", limit("tpp_not_data_centre")):
        below = ("not for data centres below TPP", shown(limit("tpp_not_data_centre")))
        return ItemClass("", "below 3A090 (not for data centres)", (tpp, marketed, below))
    if case.reaches("tpp", limit("tpp_a")):
        text = _entry(case, "a") + ("" if data_centre else ", not for data centres")
        return ItemClass("a", text, (tpp, ("3A090.a from TPP", shown(limit("tpp_a"))), marketed), data_centre)
    compared = (
        tpp,
        (
            "3A090.a from TPP",
            f"{shown(limit('tpp_a'))}, or {shown(limit('tpp_dense'))} with density {shown(limit('density_a'))}",
        ),
        (
            "3A090.b from TPP",
            f"{shown(limit('tpp_dense'))} with density {shown(limit('density_b'))}, or {shown(limit('tpp_b'))} "
            "with density "
            f"{shown(limit('density_b_low'))}",
        ),
        ("performance density", density_shown(case)),
        marketed,
    )
    if case.reaches("tpp", limit("tpp_dense")):
        if case.dense(limit("density_a")):
            return ItemClass("a", _entry(case, "a"), compared, data_centre)
        if case.dense(limit("density_b")):
            return ItemClass("b", _entry(case, "b"), compared)
        if case.reaches("tpp", limit("tpp_b")) and case.dense(limit("density_b_low")):
            return ItemClass("b", _entry(case, "b"), compared)
    return ItemClass("", "below 3A090", compared)


def _first(case: Compared) -> ItemClass:
    tpp, link = case.law.number(OLD, "tpp"), case.law.number(OLD, "interconnect")
    compared = (
        ("TPP", shown(case.item.tpp)),
        ("3A090 of 2022 from TPP", shown(tpp)),
        ("interconnect GB/s", shown(case.item.interconnect_gb_s)),
        ("and from interconnect GB/s", shown(link)),
    )
    if case.reaches("tpp", tpp) and case.reaches("interconnect_gb_s", link):
        number = "4A090" if case.item.kind is ItemKind.SERVER else "3A090"
        return ItemClass("2022", f"{number} as of 2022", compared)
    return ItemClass("", "below 3A090 as of 2022", compared)


def _memory(case: Compared) -> ItemClass:
    if not case.law.state(HBM):
        return ItemClass("", "memory, not controlled under 3A090 on that day")
    limit = case.law.number(HBM, "density")
    compared = (
        ("memory bandwidth density GB/s/mm2", shown(case.item.hbm_density_gb_s_mm2)),
        ("3A090.c above", shown(limit)),
    )
    if case.exceeds("hbm_density_gb_s_mm2", limit):
        return ItemClass("c", "3A090.c", compared)
    return ItemClass("", "memory below 3A090.c", compared)
