"""Seeded random requests, small enough to try every plan, with every feature of contract sections 2 and 3."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from quoting.domain.catalogue import Catalogue, LeadTime, Observation, SupplyFigure, Vendor
from quoting.domain.chips import Chip
from quoting.domain.offers import Grade, Incoterm, Mode
from tests.builders import usd
from tests.unit.allocation.brute_force import MOST, best_plan, number_of_plans
from tests.unit.allocation.instance_reader import read_figures, read_problem

Json = dict[str, Any]
MOST_PLANS = 2500
CHIPS = {"nvidia-l40s": 7000, "nvidia-l40": 5000, "nvidia-a100-80gb-pcie": 9000}  # to dollars
CHIPS_IN_CHINA = {"nvidia-l20": 4000, "nvidia-h100-sxm-80gb": 9000}
NEEDING_LICENCE = frozenset({"nvidia-h100-sxm-80gb"})  # for a buyer with headquarters in China
AS_OF = date(2026, 3, 2)
POOLED = "nvidia-l40s"
FIGURES = read_figures()
_PARTIES = [
    {"id": "buyer", "name": "Prairie Compute Cooperative", "country": "US", "hq_country": "US"},
    {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
    {"id": "dc", "name": "Tallgrass Halls LLC", "country": "US", "hq_country": "US"},
]


@dataclass(frozen=True)
class Case:
    """A request, and what the catalogue offers beside: chips seen at a price, `supply` of them to be had together."""

    request: Json
    seen: tuple[Decimal, ...] = ()
    supply: int = 0
    in_china: bool = False

    def problem(self, request: Json | None = None):
        """The case, or another request in its place, as an allocation problem; read without the code under test."""
        asked = deepcopy(request or self.request)
        if asked["catalogue"]["use"] == "all":
            asked["offers"] += [_seen_offer(n, price, self.supply) for n, price in enumerate(self.seen)]
        return read_problem(asked, FIGURES, NEEDING_LICENCE if self.in_china else ())

    def catalogue(self, chips: Mapping[str, Chip]) -> Catalogue:
        """A catalogue of one vendor whose offers of one chip share a supply figure."""
        seen = tuple(
            Observation(POOLED, Mode.BUY, "mill", f"channel{n}", "US", "2026", AS_OF, "USD", price, price, Grade.A, "")
            for n, price in enumerate(self.seen)
        )
        return Catalogue(
            chips=chips,
            vendors={"mill": Vendor("mill", "Old Mill Semiconductor Sales", "US", "US", "US", "reseller", "US")},
            observations=tuple(_delivered(o) for o in seen),
            lead_times=(LeadTime(POOLED, None, AS_OF, 2, 2, "", ""),),
            supplies=(SupplyFigure(POOLED, None, AS_OF, 2026, self.supply, POOLED, "", ""),) if self.seen else (),
            data_as_of=AS_OF,
        )


def _delivered(seen: Observation) -> Observation:
    fields = {name: getattr(seen, name) for name in seen.__dataclass_fields__}
    return Observation(**{**fields, "country": "US", "ships_from": "US", "incoterm": Incoterm.DDP})


def _seen_offer(number: int, price: Decimal, supply: int) -> Json:
    return {
        "id": f"cat:{POOLED}:buy:channel{number}:US:2026",
        "vendor": "mill",
        "chip": POOLED,
        "mode": "buy",
        "price_breaks": [{"min_qty": 1, "unit_price": usd(str(price))}],
        "available_qty": supply,
        "lead_days": 14,
        "supply_pool": "pool",
    }


@cache
def random_case(seed: int) -> Case:
    """The case of a seed. Budgets, power and floors are set near what its best plan without them needs."""
    rng = Random(seed)
    while True:
        case = _supply(rng)
        if rng.random() < 0.6:
            case.request["rules"] = [_rule(rng, case.request, f"r{n}") for n in range(rng.randint(1, 3))]
        _hold_within_reach(case)
        if 1 < number_of_plans(case.problem()) <= MOST_PLANS:
            break
    _limit(rng, case)
    return case


def _supply(rng: Random) -> Case:
    in_china = rng.random() < 0.25
    chips = CHIPS_IN_CHINA if in_china else dict(rng.sample(sorted(CHIPS.items()), 2))
    if not in_china and rng.random() < 0.2:
        chips[POOLED] = CHIPS[POOLED]
    sites: list[Json] = [{"id": f"s{n}", "country": "CN" if in_china else "US"} for n in (1, 2)]
    greedy = rng.random() < 0.12
    leased = not in_china and not greedy and rng.random() < 0.3
    demand = [_demand(rng, n, chips, greedy and n == 1, leased and n == 1) for n in range(1, rng.choice((2, 3, 3)))]
    if leased:
        for site in sites:
            site |= {"electricity_price": usd("0.15"), "power_usage_effectiveness": 1.25}
    grouped = [1, rng.randint(3, 5)] if rng.random() < 0.3 else None
    offers = [
        _offer(rng, n, chips, grouped, leased and n in (2, 4), greedy) for n in range(1, rng.choice((3, 4, 5, 5)))
    ]
    order = ["max_capability", "min_cost"] if greedy else ["min_cost"]
    if rng.random() < 0.3:
        order.insert(rng.choice((0, len(order))), "min_time")
    pooled = POOLED in chips and not greedy and rng.random() < 0.6
    request: Json = {
        "as_of": AS_OF.isoformat(),
        "report_currency": "USD",
        "buyer": "buyer",
        "parties": deepcopy(_PARTIES),
        "sites": sites,
        "demand": demand,
        "offers": offers,
        "rules": [],
        "budgets": [],
        "catalogue": {"use": "all" if pooled else "private_only"},
        "objective": order if len(order) > 1 else order[0],
        "unknown_policy": "block",
        "explain": "none",
        "solve": {"gap": 0, "time_limit_s": 60, "seed": 0},
    }
    if leased and rng.random() < 0.7:
        request["discount_rate"] = 0.12
    if in_china:
        request["parties"][0] |= {"name": "Lotus Delta Computing Co., Ltd.", "country": "CN", "hq_country": "CN"}
        request["licences"] = [_licence(rng, n) for n in range(1, rng.randint(2, 3))]
    seen = tuple(_dollars(rng, CHIPS[POOLED]) for _ in range(2)) if pooled else ()
    return Case(request, seen, rng.randint(1, 3) if pooled else 0, in_china)


def _demand(rng: Random, number: int, chips: Mapping[str, int], greedy: bool, leased: bool) -> Json:
    demand: Json = {"id": f"d{number}", "site": rng.choice(("s1", "s2"))}
    names = list(chips)
    metric = rng.choice(("units", "memory_gb", "bf16_dense_tflops"))
    if greedy:
        demand |= {"capability": {"metric": metric}, "maximise": True}
    elif rng.random() < 0.55:
        demand |= {"chip": names[0], "qty": rng.randint(1, 3)}
        if rng.random() < 0.7:
            demand["substitutes"] = [{"chip": c, "rate": rng.choice((0.5, 1.5, 2))} for c in names[1:]]
    else:
        one = 1 if metric == "units" else float(FIGURES[names[0]][metric])
        demand["capability"] = {"metric": metric, "amount": round(one * rng.choice((1, 1.5, 2, 3, 4)), 1)}
    if leased:
        demand |= {"acquisition": ["buy", "lease"], "term_months": rng.choice((12, 24)), "residual_percent": 30}
    if rng.random() < 0.2:
        demand["requires"] = {"memory_gb": rng.choice((40, 60, 80))}
    if rng.random() < 0.12:
        demand["needed_by"] = "2026-03-20"
    return demand


def _thresholds(rng: Random) -> list[int]:
    return sorted({rng.choice((1, 1, 1, 2)), *(rng.randint(3, 6) for _ in range(rng.randint(0, 2)))})


def _offer(rng: Random, number: int, chips: Mapping[str, int], shared: list[int], lease: bool, stocked: bool) -> Json:
    chip = next(iter(chips)) if number == 1 else rng.choice(list(chips))
    grouped = shared if number <= 2 and not lease else None
    price, breaks = _dollars(rng, chips[chip]), []
    if lease:
        price /= 25
    for least in grouped or _thresholds(rng):
        breaks.append({"min_qty": least, "unit_price": usd(f"{price:.2f}")})
        price *= 1 - Decimal(rng.randint(10 if grouped else 0, 25)) / 100
    offer: Json = {
        "id": f"o{number}",
        "vendor": rng.choice(("v1", "v2", "v3")),
        "seller": "seller",
        "chip": chip,
        "mode": "lease" if lease else "buy",
        "ships_from": "US",
        "currency": "USD",
        "price_breaks": breaks,
        "incoterm": "DDP",
        "moq": 1 if grouped else rng.choice((1, 1, 2, 3, 4)),
        "multiple": rng.choice((1, 1, 1, 2, 3)),
        "lead_days": rng.choice((7, 14, 30)),
    }
    if rng.random() < 0.07:
        del offer["lead_days"]
    if stocked or rng.random() < 0.6:
        offer["available_qty"] = rng.randint(2, 6)
    if grouped:
        offer["volume_group"] = "g"
    if rng.random() < 0.35:
        offer["order_charge"] = usd(str(_dollars(rng, 3000)))
    if lease:
        offer["data_centre"] = {"country": "US", "owner": "dc", "operator": "dc"}
    return offer


def _dollars(rng: Random, about: int) -> Decimal:
    return Decimal(rng.randint(about * 80, about * 120)) / 100


def _licence(rng: Random, number: int) -> Json:
    licence: Json = {"id": f"l{number}", "authority": "BIS", "number": f"D{number}", "units": rng.randint(1, 3)}
    licence["chips"] = sorted(NEEDING_LICENCE)
    if rng.random() < 0.4:
        licence["sites"] = [rng.choice(("s1", "s2"))]
    return licence


def _rule(rng: Random, request: Json, name: str) -> Json:
    kind = rng.choice(("share", "cap", "count", "exclude", "min_order", "concentration", "prefer"))
    rule: Json = {"id": name, "kind": kind, "select": _selector(rng, request)}
    measure = rng.choice(("spend", "units", "memory_gb"))
    if kind in ("share", "cap"):
        rule |= {"measure": measure, "op": rng.choice(("<=", ">="))}
    if kind == "share":
        rule |= {"value": rng.randint(1, 9) / 10, "within": rng.choice(({}, {"sites": ["s1"]}))}
    elif kind == "cap":
        amount = {"spend": usd(f"{rng.randint(4000, 30000)}.00"), "units": rng.randint(1, 4)}
        rule["value"] = amount.get(measure, rng.randint(50, 300))
    elif kind == "count":
        rule |= {"of": rng.choice(("vendors", "chips", "offers")), "select": {}, "value": rng.randint(1, 3)}
        rule["op"] = rng.choice(("<=", ">=", "=="))
    elif kind == "min_order":
        least = {"spend": usd(f"{rng.randint(8000, 30000)}.00"), "units": rng.randint(2, 4)}
        rule |= {"measure": measure, "select": {}, "op": ">=", "value": least.get(measure, rng.randint(80, 250))}
    elif kind == "concentration":
        rule |= {"measure": measure, "select": {}, "op": "<=", "value": rng.randint(4, 9) / 10}
    elif kind == "prefer":
        return {**rule, "value": rng.choice((0.1, 0.3))}
    if rng.random() < 0.6:
        rule["priority"] = rng.randint(1, 4)
    return rule


def _selector(rng: Random, request: Json) -> Json:
    offer, demand = rng.choice(request["offers"]), rng.choice(request["demand"])
    return rng.choice(
        (
            {"vendors": [offer["vendor"]]},
            {"chips": [offer["chip"]]},
            {"offers": [offer["id"]]},
            {"modes": [offer["mode"]]},
            {"sites": [demand["site"]]},
            {"demands": [demand["id"]], "vendors": [offer["vendor"], "v1"]},
        )
    )


def _hold_within_reach(case: Case) -> None:
    """Stock for an offer without any, where a plan could want more of it than are tried (`brute_force.MOST`)."""
    problem = case.problem()
    driven = any(rule.get("op") in (">=", "==") for rule in case.request["rules"])
    needs = {need.demand: need.amount or 0 for need in problem.needs}
    for offer in case.request["offers"]:
        wanted = sum(math.ceil(needs[u.demand] / u.counts) for u in problem.uses if u.offer == offer["id"])
        wanted = max(wanted, offer["moq"], offer["price_breaks"][-1]["min_qty"]) + offer["multiple"]
        if driven or wanted > MOST:
            offer.setdefault("available_qty", MOST)


def _limit(rng: Random, case: Case) -> None:
    """Give a request a budget and power limits near what its best plan takes."""
    request, problem = case.request, case.problem()
    best = best_plan(problem)
    if best is None or not best.plan:
        return
    uses, lots = {u.pair: u for u in problem.uses}, {lot.offer: lot for lot in problem.lots}
    if rng.random() < 0.45:
        budget: Json = {"id": "b1"}
        if rng.random() < 0.4:
            budget["sites"] = [rng.choice(("s1", "s2"))]
        if rng.random() < 0.3:
            budget["modes"] = ["buy"]
        counted = {
            (offer, demand): n
            for (offer, demand), n in best.plan.items()
            if uses[offer, demand].site in budget.get("sites", ("s1", "s2"))
            and lots[offer].mode in budget.get("modes", ("buy", "lease"))
        }
        spend = sum(n * uses[pair].unit_minor[-1] for pair, n in counted.items())
        spend += sum(lots[offer].charge_minor for offer in {offer for offer, _ in counted})
        minor = max(spend + rng.choice((-1, 0, rng.randint(0, 300_000))), 1)
        request["budgets"] = [{**budget, "max": usd(f"{Decimal(minor) / 100:.2f}")}]
    if rng.random() < 0.4:
        site = rng.choice(request["sites"])
        watts = sum(n * uses[pair].watts for pair, n in best.plan.items() if uses[pair].site == site["id"])
        site["power_kw"] = round(float(watts) / 1000 * rng.choice((0.8, 1.0, 1.0, 1.05)), 3)
