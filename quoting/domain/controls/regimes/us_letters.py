"""What BIS told single companies by letter: August 2022 (rows 0a and 0b) and April 2025 (O1)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import shown
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import headquartered_there
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import ItemKind, MovementKind

OF_2022, OF_2025, PROMISED = "is-informed-2022-a100-h100", "h20-mi308-is-informed-2025", "h20-resumption-2025"


def before_3a090(case: Case) -> Finding:
    """Rows 0a and 0b: the letters of 2022 bind A100, H100, MI250 and their like to China and Russia."""
    law, item = case.law, case.item
    values: tuple[tuple[str, str], ...] = ()
    if law.in_force(OF_2022):
        tpp, link = law.number(OF_2022, "tpp"), law.number(OF_2022, "interconnect")
        values = (
            ("TPP", shown(item.tpp)),
            ("letter from TPP", shown(tpp)),
            ("interconnect GB/s", shown(item.interconnect_gb_s)),
            ("and from interconnect GB/s", shown(link)),
            ("destination", case.deal.to_country or "unknown"),
        )
        if (
            item.kind is not ItemKind.HBM
            and case.goes_to(law.places(OF_2022, "places"))
            and (
                case.named(law.names(OF_2022, "named_chips"))
                or (case.reaches("tpp", tpp) and case.reaches("interconnect_gb_s", link))
            )
        ):
            because = say("row_0a")
            return finding(case, OF_2022, "0a", Outcome.LICENCE, because, values)
    because = say("row_0b")
    return finding(case, OF_2022, "0b", Outcome.ALLOWED, because, values)


def of_2025(case: Case) -> Iterator[Finding]:
    """Row O1: chips of H20's memory or link bandwidth to Macau, D:5 or a party headquartered there.

    Units:  GB/s, links both directions.
    Source: NVIDIA 8-K of 2025-04-15; no review policy was published.
    """
    law, item = case.law, case.item
    if not law.in_force(OF_2025) or item.kind is ItemKind.HBM:
        return
    if case.deal.kind is MovementKind.LEASE or case.kind in (MovementKind.EXPORT, MovementKind.REEXPORT):
        outcome = Outcome.LICENCE
    elif case.kind is MovementKind.TRANSFER:
        outcome = Outcome.ADVISORY
    else:
        return
    if case.kind is MovementKind.DOMESTIC or not case.designed_by(law.names(OF_2025, "addressees")):
        return
    memory, link = law.number(OF_2025, "memory_bandwidth"), law.number(OF_2025, "interconnect")
    if not _as_fast(case, (("memory_bandwidth_gb_s", memory), ("interconnect_gb_s", link))):
        return
    home = None if case.deal.to_country is None else case.deal.to_country in law.places(OF_2025, "places")
    if not (home or headquartered_there(case, case.parties) or case.goes_to(law.places(OF_2025, "places"))):
        return
    if case.named(law.names(PROMISED, "named_chips")):
        for line in law.names(PROMISED, "line"):
            case.line(line)
    yield finding(
        case,
        OF_2025,
        "O1",
        outcome,
        say("row_o1_transfer" if outcome is Outcome.ADVISORY else "row_o1"),
        (
            ("memory bandwidth GB/s", shown(item.memory_bandwidth_gb_s)),
            ("letter from GB/s", shown(memory)),
            ("links GB/s", shown(item.interconnect_gb_s)),
            ("or from links GB/s", shown(link)),
            ("destination", case.deal.to_country or "unknown"),
        ),
    )


def _as_fast(case: Case, limits: tuple[tuple[str, Decimal], ...]) -> bool:
    """Either figure is enough; what is known is looked at first."""
    known = [(f, x) for f, x in limits if case.figure(f) is not None]
    rest = [(f, x) for f, x in limits if case.figure(f) is None]
    return any(case.reaches(fact, limit) for fact, limit in (*known, *rest))


OVERLAYS = (of_2025,)
