"""The engine against a second reading of the decision table, over deals whose facts are all known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from quoting.domain.transaction import (
    EndUse,
    Evidence,
    Item,
    ItemKind,
    Movement,
    MovementKind,
    PartyType,
    Role,
    Transaction,
    TransactionParty,
)
from tests.rules.builders_law import answer
from tests.rules.table_oracle import PLACES, answered

# One day to either side of every day on which the table changes.
TURNS = (
    (2022, 8, 26), (2022, 10, 7), (2022, 10, 21), (2023, 1, 17), (2023, 10, 23), (2023, 11, 17), (2024, 4, 4),
    (2024, 12, 2), (2024, 12, 31), (2025, 1, 13), (2025, 4, 9), (2025, 5, 13), (2025, 5, 15), (2025, 7, 14),
    (2025, 9, 2), (2025, 9, 29), (2025, 11, 10), (2026, 1, 15), (2026, 2, 3), (2026, 7, 10), (2026, 11, 10),
)  # fmt: skip
DAYS = tuple(date(*turn) + timedelta(days=step) for turn in TURNS for step in (-1, 0, 40))
FIGURES = {
    "tpp": (100, 1599, 1600, 2368, 2399, 2400, 4799, 4800, 4991, 4992, 15832, 20999, 21000),
    "performance_density": ("0", "1.59", "1.6", "3.19", "3.2", "5.91", "5.92", "19"),
    "memory_bandwidth_gb_s": (800, 3999, 4000, 6499, 6500, 8000),
    "interconnect_gb_s": (64, 599, 600, 899, 900),
    "hbm_density_gb_s_mm2": ("2", "2.01", "5"),
}
KINDS = (
    MovementKind.EXPORT,
    MovementKind.REEXPORT,
    MovementKind.TRANSFER,
    MovementKind.LEASE,
    MovementKind.IAAS,
    MovementKind.DOMESTIC,
)


def a_random_deal(dice: Random) -> Transaction:
    kind = dice.choice(KINDS)
    start, goal = _countries(dice, kind)
    designer, home = dice.choice(
        (("NVIDIA", "US"), ("AMD", "US"), ("Example Devices", "CN"), ("Example Devices", "JP"))
    )
    memory = dice.random() < 0.1
    as_of = dice.choice(DAYS)
    ahead = dice.random() < 0.2
    return Transaction(
        id="R",
        as_of=as_of,
        known_on=as_of,
        deliver_on=as_of + timedelta(days=dice.choice((10, 90, 400))) if ahead else None,
        item=Item(
            name="Example H",
            kind=ItemKind.HBM if memory else ItemKind.ACCELERATOR,
            marketed_for_datacenter=dice.random() < 0.7,
            designer=designer,
            designer_hq_country=home,
            country_of_origin="TW",
            **{name: Decimal(dice.choice(values)) for name, values in FIGURES.items()},
        ),
        movement=Movement(kind, start, goal, "Example Seller"),
        parties=tuple(_parties(dice, kind, goal)),
        end_use=EndUse(*(dice.random() < 0.05 for _ in range(5))),
        evidence=Evidence(*(dice.choice((None, False, True)) for _ in range(2)), dice.choice((True, True, None))),
    )


def _countries(dice: Random, kind: MovementKind) -> tuple[str, str]:
    goal = dice.choice(PLACES)
    if kind is MovementKind.DOMESTIC:
        return "US", "US"
    if kind in (MovementKind.TRANSFER, MovementKind.IAAS):
        return goal, goal
    others = [p for p in PLACES if p != goal and p != "US" and {p, goal} != {"CN", "HK"}]
    abroad = goal if goal != "US" else "DE"
    return ("US", abroad) if kind is MovementKind.EXPORT else (dice.choice(others), goal)


def _parties(dice: Random, kind: MovementKind, goal: str) -> list[TransactionParty]:
    names = [_firm(dice, f"Example {n}", goal) for n in ("Alpha", "Beta")]
    roles = [Role.DC_OWNER, Role.DC_OPERATOR] if kind is MovementKind.IAAS else [Role.PURCHASER, Role.CONSIGNEE]
    roles += [Role.END_USER] if dice.random() < 0.8 else []
    roles += [Role.TENANT] if kind in (MovementKind.IAAS, MovementKind.LEASE) or dice.random() < 0.1 else []
    roles += [Role.INTERMEDIATE] if kind is not MovementKind.IAAS and dice.random() < 0.2 else []
    return [TransactionParty(role, **dice.choice(names)) for role in roles]


def _firm(dice: Random, name: str, goal: str) -> dict[str, object]:
    country = goal if dice.random() < 0.7 else dice.choice(PLACES)
    hq = country if dice.random() < 0.7 else dice.choice(PLACES)
    return {
        "name": name,
        "country": country,
        "hq_country": hq,
        "ultimate_parent_hq_country": hq if dice.random() < 0.6 else dice.choice(PLACES),
        "ownership_by_listed_percent": Decimal(dice.choice((0, 0, 0, 0, 1, 49, 50, 100))),
        "type": dice.choice((PartyType.COMPANY, PartyType.GOVERNMENT)),
    }


def test_engine_and_second_reading_of_the_table_agree_on_random_deals() -> None:
    dice = Random(20261123)
    for _ in range(6_000):
        deal = a_random_deal(dice)
        got = answer(deal)

        assert (got.outcome.value, got.review_policy and got.review_policy.value) == answered(deal), deal
