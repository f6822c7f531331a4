"""Transactions and the shipped rule book for tests of the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.chip_table import parse_chips
from quoting.adapters.reference.rules import parse_rules
from quoting.domain.chips import Chip
from quoting.domain.controls.determination import Determination
from quoting.domain.controls.determine import determine
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.transaction import (
    EndUse,
    Evidence,
    Item,
    ItemKind,
    Movement,
    MovementKind,
    Role,
    Transaction,
    TransactionParty,
)
from quoting.wire import json_text
from quoting.wire.export_check import load_transaction

CASES = Path(__file__).parent / "cases" / "export-cases.jsonl"
NO_USE = EndUse(False, False, False, False, False)


@cache
def the_rules() -> RuleBook:
    return parse_rules(read_bundle())


@cache
def the_chips() -> Mapping[str, Chip]:
    return parse_chips(read_bundle())


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """The recorded cases, numbers exact."""
    return tuple(json_text.parse(line) for line in CASES.read_text(encoding="utf-8").splitlines())


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def transaction_of(case: Mapping[str, Any]) -> Transaction:
    """A case of the file as the service reads it; fields of other uses are ignored."""
    return load_transaction(dict(case), the_chips(), date.max, lenient=True)


def a_chip(**facts: Any) -> Item:
    """A data-centre chip above every limit, designed in the US."""
    given: dict[str, Any] = {
        "name": "Example H",
        "tpp": 15832,
        "performance_density": "19.45",
        "memory_bandwidth_gb_s": 3350,
        "interconnect_gb_s": 900,
        "marketed_for_datacenter": True,
        "designer": "Example Devices",
        "designer_hq_country": "US",
        "country_of_origin": "TW",
        **facts,
    }
    figures = {k for k in given if k in Item.__dataclass_fields__ and isinstance(given[k], int | str | Decimal | float)}
    numeric = {"tpp", "performance_density", "die_area_mm2", "memory_bandwidth_gb_s", "interconnect_gb_s"} | {
        "hbm_density_gb_s_mm2"
    }
    return Item(**{k: Decimal(str(v)) if k in figures & numeric else v for k, v in given.items()})


def memory(density: Any = "7.4") -> Item:
    """A stack of high-bandwidth memory."""
    return Item(
        name="HBM stack",
        kind=ItemKind.HBM,
        hbm_density_gb_s_mm2=number(density),
        designer="Example Memory",
        designer_hq_country="KR",
        country_of_origin="KR",
    )


def a_party(role: str = "end_user", country: str | None = "CN", **facts: Any) -> TransactionParty:
    """A company at home in one country, unlisted."""
    given: dict[str, Any] = {
        "name": "Example Buyer",
        "hq_country": country,
        "ultimate_parent_hq_country": country,
        "ownership_by_listed_percent": Decimal(0),
        **facts,
    }
    return TransactionParty(role=Role(role), country=country, **given)


def buyers(country: str | None = "CN", **facts: Any) -> tuple[TransactionParty, ...]:
    """One company as purchaser, consignee and end user."""
    return tuple(a_party(role, country, **facts) for role in ("purchaser", "ultimate_consignee", "end_user"))


def a_deal(
    on: str = "2026-03-01",
    to: str | None = "CN",
    *,
    kind: str = "export",
    start: str | None = "US",
    item: Item | None = None,
    parties: tuple[TransactionParty, ...] | None = None,
    known_on: str | None = None,
    deliver_on: str | None = None,
    exporter: str | None = None,
    **more: Any,
) -> Transaction:
    """An export of a data-centre chip from the US to a buyer at home where it goes."""
    return Transaction(
        id="T",
        as_of=date.fromisoformat(on),
        known_on=date.fromisoformat(known_on or on),
        deliver_on=date.fromisoformat(deliver_on) if deliver_on else None,
        item=item or a_chip(),
        movement=Movement(MovementKind(kind), start, to, exporter),
        parties=buyers(to) if parties is None else parties,
        **{"end_use": NO_USE, "evidence": Evidence(None, None, True), **more},
    )


def answer(transaction: Transaction) -> Determination:
    return determine(transaction, the_rules())


def said(transaction: Transaction) -> str:
    """The answer in short: outcome, exception and review."""
    d = answer(transaction)
    review = d.review_policy.value if d.review_policy else None
    return " ".join(t for t in (d.outcome.value, d.exception, review) if t)


def rows(determination: Determination) -> set[str]:
    """The rows of the decision table behind the findings."""
    return {dict(f.values_read)["row"] for f in determination.findings}


def with_item(transaction: Transaction, **facts: Any) -> Transaction:
    return replace(transaction, item=replace(transaction.item, **facts))
