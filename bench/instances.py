"""The instances of `bench.allocation` by name: carried requests, and others drawn by a seed in the same families.

    plain-M-101, plain-XL-101, tqd-XL-102   carried with the tests (`tests/data/sourcing`)
    plain-5000x20-1                         family, offers x demands, seed: a request (plain, rules, charges, soft)
    tqd-50x100x5-1                          suppliers x goods x price intervals, seed: straight an allocation problem

Prices and needs are invented; chips and their figures are those that the carried requests read.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from quoting.domain.allocation.problem import AllocationProblem, Lot, Need, Use
from tests.unit.allocation.instance_reader import SOURCING, read_figures, read_problem, read_request

Json = dict[str, Any]
FAMILIES = ("plain", "rules", "charges", "soft")
_DOLLARS_A_TFLOPS = 20
_BUYER = {"id": "buyer", "name": "Prairie Compute Cooperative", "country": "US", "hq_country": "US"}
_SELLER = {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"}


@dataclass(frozen=True)
class Instance:
    """`request` is None where the problem is larger than the doors take."""

    name: str
    problem: AllocationProblem
    request: Json | None


def instance(name: str) -> Instance:
    """An instance by its name."""
    carried = next((p for p in (SOURCING / f"{name}.json", SOURCING / f"{name}.json.gz") if p.exists()), None)
    if carried is not None:
        request = read_request(carried)
        return Instance(name, read_problem(request, read_figures()), request)
    family, size, seed = name.split("-")
    if family == "tqd":
        suppliers, goods, intervals = map(int, size.split("x"))
        return Instance(name, total_quantity_discount(suppliers, goods, intervals, int(seed)), None)
    offers, demands = map(int, size.split("x"))
    request = drawn_request(family, offers, demands, int(seed))
    return Instance(name, read_problem(request, read_figures()), request)


def drawn_request(family: str, offers: int, demands: int, seed: int) -> Json:
    """A request of a family. Where a demand could not be met from the stock of its chip, its chip is offered anew."""
    assert family in FAMILIES, family
    rng = Random(f"{family} {offers} {demands} {seed}")
    figures = {
        chip: known
        for chip, known in read_figures(Path(SOURCING / "chips.csv")).items()
        if chip.split("-")[0] in ("nvidia", "amd", "intel") and {"bf16_dense_tflops", "memory_gb"} <= known.keys()
    }
    chips = rng.sample(sorted(figures), max(6, min(len(figures), offers // 12)))
    by_chip = family == "charges"
    places = [f"site{i + 1}" for i in range(min(demands, 4 if offers < 1000 else demands))]
    wanted = []
    for d in range(demands):
        piece = figures[chips[d % len(chips)]]
        pieces = rng.randint(60, 240) * (1 if offers < 1000 else 2)
        demand: Json = {"id": f"d{d + 1}", "site": places[d % len(places)]}
        kind = "chip" if by_chip or rng.random() < 0.25 else rng.choice(("bf16_dense_tflops", "memory_gb"))
        if kind == "chip":
            demand |= {"chip": chips[d % len(chips)], "qty": pieces // 2}
        else:
            demand |= {"capability": {"metric": kind, "amount": round(float(piece[kind] * pieces), 1)}}
        if family == "plain" and rng.random() < 0.3:
            demand["needed_by"] = "2026-05-16"
        wanted.append(demand)
    asked = [d["chip"] for d in wanted if "chip" in d]
    vendors = [f"vendor{i + 1}" for i in range(max(5, min(60, offers // 8)))]
    sold = [
        _offer(
            rng, i, asked[i % len(asked)] if asked and (by_chip or i % 4 == 0) else rng.choice(chips), figures, vendors
        )
        for i in range(offers)
    ]
    if by_chip:
        for offer in sold:
            dollars = float(offer["price_breaks"][0]["unit_price"]["amount"]) * rng.uniform(1, 8)
            offer["order_charge"] = _money(dollars)
    return {
        "client_ref": f"{family}-{offers}x{demands}-{seed}",
        "as_of": "2026-03-02",
        "report_currency": "USD",
        "buyer": "buyer",
        "parties": [_BUYER, _SELLER],
        "sites": [{"id": place, "country": "US"} for place in places],
        "demand": wanted,
        "offers": sold,
        "rules": _rules(rng, family, vendors, places),
        "catalogue": {"use": "private_only"},
        "objective": "min_cost",
        "unknown_policy": "block",
        "explain": "summary",
        "solve": {"gap": 0.0001, "time_limit_s": 60, "seed": seed},
    }


def _offer(rng: Random, index: int, chip: str, figures: dict[str, dict[str, Fraction]], vendors: list[str]) -> Json:
    price = _DOLLARS_A_TFLOPS * float(figures[chip]["bf16_dense_tflops"]) * rng.uniform(0.85, 1.2)
    breaks = [(1, price)]
    for least in sorted(rng.sample(range(4, 160), 4)):
        price *= 1 - rng.uniform(0.01, 0.05)
        breaks.append((least, price))
    offer = {
        "id": f"o{index + 1}",
        "vendor": rng.choice(vendors),
        "seller": "seller",
        "chip": chip,
        "mode": "buy",
        "ships_from": "US",
        "currency": "USD",
        "price_breaks": [{"min_qty": n, "unit_price": _money(p)} for n, p in breaks],
        "incoterm": "DDP",
        "lead_days": rng.choice((7, 14, 21, 28, 45, 60, 90, 120)),
        "available_qty": 8 * rng.randint(3, 40),
        "moq": rng.choice((1, 1, 4, 8, 16, 24)),
        "multiple": rng.choice((1, 1, 1, 2, 4, 8)),
    }
    decoy = rng.random()
    if decoy < 0.04:
        offer["valid_until"] = "2026-02-15"
    elif decoy < 0.08:
        offer["delivers_to"] = ["CA"]
    return offer


def _rules(rng: Random, family: str, vendors: list[str], places: list[str]) -> list[Json]:
    some = rng.sample(vendors, max(2, len(vendors) // 3))
    if family == "rules":
        return [
            {
                "id": "r1",
                "kind": "concentration",
                "measure": "spend",
                "op": "<=",
                "value": rng.choice((0.3, 0.35, 0.4)),
            },
            _share(rng, "r2", some, "spend"),
            {"id": "r3", "kind": "count", "of": "vendors", "op": "<=", "value": rng.choice((6, 7, 8))},
            {"id": "r4", "kind": "min_order", "measure": "units", "op": ">=", "value": rng.choice((8, 12, 20))},
            {"id": "r5", "kind": "exclude", "select": {"vendors": some[:1]}, "within": {"sites": places[:1]}},
            {"id": "r6", "kind": "prefer", "select": {"vendors": some[1:2]}, "value": 0.03},
        ]
    if family == "soft":
        return [
            {"id": "r1", "kind": "concentration", "measure": "units", "op": "<=", "value": 0.4, "priority": 3},
            {"id": "r2", "kind": "count", "of": "vendors", "op": "<=", "value": 2, "priority": 3},
            {**_share(rng, "r3", some, "units"), "value": 0.5, "priority": 1},
            {
                "id": "r4",
                "kind": "exclude",
                "select": {"vendors": some[: len(some) // 2]},
                "within": {"sites": places[:1]},
                "priority": 2,
            },
            {"id": "r5", "kind": "cap", "select": {"vendors": some}, "measure": "units", "op": "<=", "value": 40}
            | {"priority": 2},
            {"id": "r6", "kind": "exclude", "select": {"vendors": some[:1]}},
            {"id": "r7", "kind": "min_order", "measure": "units", "op": ">=", "value": 24, "priority": 4},
        ]
    return []


def _share(rng: Random, name: str, vendors: list[str], measure: str) -> Json:
    value = rng.choice((0.3, 0.35, 0.4))
    return {"id": name, "kind": "share", "select": {"vendors": vendors}, "measure": measure, "op": ">=", "value": value}


def _money(dollars: float) -> Json:
    return {"amount": f"{dollars:.2f}", "currency": "USD"}


def total_quantity_discount(suppliers: int, goods: int, intervals: int, seed: int) -> AllocationProblem:
    """Goods in limited supply from suppliers whose discount hangs on all that is bought of them.

    Every supplier has nine goods in ten. A good's price lies within 15 % of its middle; the interval of a supplier is
    picked by the pieces of all goods, and each interval is 1 to 5 % cheaper than the one before. The kind of problem is
    that of Goossens et al., European Journal of Operational Research 178 (2007), 603-625; the draw is our own.
    """
    rng = Random(f"tqd {suppliers} {goods} {intervals} {seed}")
    amounts = [rng.randint(100, 400) for _ in range(goods)]
    middle = [rng.randint(30_000, 400_000) for _ in range(goods)]
    lots, uses = [], []
    for s in range(suppliers):
        stock = {g: rng.randint(50, 300) for g in range(goods) if rng.random() < 0.9}
        ends = sorted(rng.uniform(0.1, 0.65) for _ in range(intervals - 1))
        thresholds = (1, *(max(2 + i, int(end * sum(stock.values()))) for i, end in enumerate(ends)))
        factors = [Fraction(1)]
        for _ in ends:
            factors.append(factors[-1] * Fraction(rng.randint(950, 990), 1000))
        for good, most in stock.items():
            name, price = f"s{s + 1}.{good + 1}", middle[good] * rng.uniform(0.85, 1.15)
            lots.append(Lot(name, f"s{s + 1}", f"g{good + 1}", "buy", thresholds, stock=most, group=f"s{s + 1}"))
            unit = tuple(round(price * factor) for factor in factors)
            uses.append(Use(name, f"d{good + 1}", "site", Fraction(1), unit, days=0))
    needs = tuple(Need(f"d{good + 1}", "site", Fraction(amount)) for good, amount in enumerate(amounts))
    return AllocationProblem(tuple(lots), tuple(uses), needs)
