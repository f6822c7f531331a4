"""Lines (O7): what is reported or adjacent and changes no outcome. They look at known facts only."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding
from quoting.domain.controls.groups import HOME, place
from quoting.domain.controls.law import Law
from quoting.domain.controls.screening import words
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import ItemKind, MovementKind, Role

CHINA_LINES = ("cn-h20-guidance", "cn-state-funded-dc", "cn-h200-customs")
CHINA = "CN"


def lines(case: Case) -> Iterator[Finding]:
    """Everything that is only said."""
    _china(case)
    _neighbours(case)
    _gulf(case)
    _middle_east(case)
    _item(case)
    yield from ()


def _say(case: Case, rule: str) -> None:
    if case.law.state(rule):
        unconfirmed = case.law.header(rule).unconfirmed
        for line in case.law.names(rule, "line"):
            case.line(say("line_unconfirmed", line=line, unconfirmed=unconfirmed) if unconfirmed else line)


def _china(case: Case) -> None:
    law, designer = case.law, place(case.item.designer_hq_country)
    if designer is not None and designer in law.places("gp10-prc-ics-2025", "designer_homes"):
        _say(case, "cn-counter-gp10")
        if case.item.country_of_origin is not None and place(case.item.country_of_origin) != designer:
            _say(case, "foundry-due-diligence-presumption")
    if case.deal.to_country != CHINA or case.iaas or designer == CHINA:
        return
    for rule in CHINA_LINES:
        about = law.names(rule, "designers") if rule == "cn-h20-guidance" else ()
        chips = law.names(rule, "named_chips") if rule == "cn-h200-customs" else ()
        if (not about or case.named(about)) and (not chips or case.named(chips)):
            _say(case, rule)


def _neighbours(case: Case) -> None:
    if case.kind not in (MovementKind.EXPORT, MovementKind.REEXPORT):
        return
    law: Law = case.law
    if case.deal.from_country in law.places("kr-2026", "place"):
        _say(case, "kr-2026")
    if case.deal.from_country in law.places("jp-nl", "place"):
        _say(case, "jp-nl")
    crossed = {a.country for a in case.parties if a.role is Role.INTERMEDIATE}
    if law.places("sg-practice", "place") & {case.deal.to_country, *crossed}:
        _say(case, "sg-practice")


def _gulf(case: Case) -> None:
    named = {words(name) for name in case.law.names("gulf-authorisations-2025-11", "named_parties")}
    if any(words(name)[: len(known)] == known for a in case.parties for name in a.names for known in named):
        _say(case, "gulf-authorisations-2025-11")


def _middle_east(case: Case) -> None:
    """Letters of August 2023 whose states were never published. Source: NVIDIA filing of 2023-08-28."""
    places = case.law.places("is-informed-2023-middle-east", "group")
    if case.deal.to_country in places and case.named(case.law.names("is-informed-2023-middle-east", "named_chips")):
        _say(case, "is-informed-2023-middle-east")


def _item(case: Case) -> None:
    if place(case.item.designer_hq_country) != HOME:  # made by others: that the EAR reaches it is a presumption
        for line in case.law.names("fdp-advanced-computing", "line"):
            case.line(line)
    if case.item.kind is ItemKind.SERVER:
        _say(case, "tpp-formula")
    if case.item.die_area_mm2 == 0 and case.item.performance_density is None:
        _say(case, "performance-density-formula")


OVERLAYS = (lines,)
