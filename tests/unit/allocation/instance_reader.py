"""Reads a sourcing request whose offers are all DDP in USD into an allocation problem, as the contract reads.

Freight and exchange are left out: nothing in these requests asks for them. Of law it is told which chips need a
licence; what the catalogue offers beside is told as offers that name a `supply_pool`.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from quoting.domain.allocation.problem import (
    AllocationProblem,
    Lot,
    MoneyLimit,
    Need,
    Pair,
    PlanRule,
    PowerLimit,
    UnitCap,
    Use,
)
from quoting.domain.money import round_half_up

Json = dict[str, Any]
Figures = Mapping[str, Mapping[str, Fraction]]  # chip to metric (or "tdp_w") to figure
SOURCING = Path(__file__).parents[2] / "data" / "sourcing"


def read_figures(path: Path = SOURCING / "chips.csv") -> dict[str, dict[str, Fraction]]:
    with path.open(newline="", encoding="utf-8") as table:
        return {
            row["id"]: {name: Fraction(text) for name, text in row.items() if text and name != "id"}
            for row in csv.DictReader(table)
        }


def read_request(path: Path) -> Json:
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")
    request: Json = json.loads(text)
    return request


def read_problem(request: Json, figures: Figures, needing_licence: Collection[str] = ()) -> AllocationProblem:
    """The problem of a request. `needing_licence`: chips that only a declared licence lets through, at every site."""
    demands = {d["id"]: d for d in request["demand"]}
    sites = {s["id"]: s for s in request["sites"]}
    offers = {o["id"]: o for o in request["offers"]}
    as_of = date.fromisoformat(request["as_of"])
    greedy = any(d.get("maximise") for d in demands.values())
    objective = request.get("objective") or (["max_capability", "min_cost"] if greedy else "min_cost")
    timed = "min_time" in objective
    pairs = [
        (o, d)
        for o in offers.values()
        for d in demands.values()
        if _counts(o, d, figures) and _serves(o, d, sites[d["site"]], as_of, figures)
        if not (timed and o.get("lead_days") is None)
        if o["chip"] not in needing_licence or _licences(request, o, d)
    ]
    return AllocationProblem(
        lots=tuple(_lot(o) for o in offers.values()),
        uses=tuple(_use(o, d, sites[d["site"]], request, figures) for o, d in pairs),
        needs=tuple(Need(d["id"], d["site"], _amount(d)) for d in demands.values()),
        objectives=tuple([objective] if isinstance(objective, str) else objective),
        budgets=tuple(
            MoneyLimit(b["id"], _minor(b["max"]), frozenset((o["id"], d["id"]) for o, d in pairs if _budgeted(b, o, d)))
            for b in request.get("budgets", ())
        ),
        powers=tuple(
            PowerLimit(s["id"], Fraction(str(s["power_kw"])) * 1000) for s in sites.values() if "power_kw" in s
        ),
        rules=tuple(_rule(r, pairs) for r in request.get("rules", ()) if r["kind"] != "prefer"),
        unit_caps=tuple(_unit_caps(request, [(o, d) for o, d in pairs if o["chip"] in needing_licence])),
        pool_stock={o["supply_pool"]: o["available_qty"] for o in offers.values() if "supply_pool" in o},
    )


def _licences(request: Json, offer: Json, demand: Json) -> set[str]:
    return {
        li["id"]
        for li in request.get("licences", ())
        if offer["chip"] in li.get("chips", [offer["chip"]]) and demand["site"] in li.get("sites", [demand["site"]])
    }


def _unit_caps(request: Json, pairs: list[tuple[Json, Json]]) -> Iterator[UnitCap]:
    """What may draw only on some of the licences gets no more than those have, for every choice of licences."""
    units = {li["id"]: li["units"] for li in request.get("licences", ())}
    for number in range(1, len(units) + 1):
        for some in itertools.combinations(sorted(units), number):
            held = frozenset((o["id"], d["id"]) for o, d in pairs if _licences(request, o, d) <= set(some))
            if held:
                yield UnitCap("+".join(some), sum(units[name] for name in some), held)


def _lot(offer: Json) -> Lot:
    return Lot(
        offer=offer["id"],
        vendor=offer["vendor"],
        chip=offer["chip"],
        mode=offer["mode"],
        thresholds=tuple(b["min_qty"] for b in offer["price_breaks"]),
        moq=offer.get("moq", 1),
        multiple=offer.get("multiple", 1),
        stock=offer.get("available_qty"),
        group=offer.get("volume_group"),
        pool=offer.get("supply_pool"),
        charge_minor=_minor(offer["order_charge"]) if "order_charge" in offer else 0,
    )


def _use(offer: Json, demand: Json, site: Json, request: Json, figures: Figures) -> Use:
    months = demand["term_months"] if offer["mode"] == "lease" else 1
    prices = [Fraction(b["unit_price"]["amount"]) * 100 for b in offer["price_breaks"]]
    unit = tuple(round_half_up(price * months) for price in prices)
    known = figures[offer["chip"]]
    tdp, effectiveness = known.get("tdp_w", Fraction(0)), Fraction(str(site.get("power_usage_effectiveness", "1.3")))
    weight = None
    prefer = Fraction(1)
    for rule in request.get("rules", ()):
        if (
            rule["kind"] == "prefer"
            and _selects(rule, "select", offer, demand)
            and _selects(rule, "within", offer, demand)
        ):
            prefer *= 1 - Fraction(str(rule["value"]))
    if {"buy", "lease"} <= set(demand.get("acquisition", ["buy"])):
        monthly = 1 + Fraction(str(request.get("discount_rate", 0))) / 12
        worth = [monthly**-m for m in range(1, demand["term_months"] + 1)]  # of one in each month
        if offer["mode"] == "lease":
            weight = tuple(prefer * price * sum(worth) for price in prices)
        else:
            kwh = 730 * tdp * effectiveness / 1000
            energy = kwh * Fraction(site["electricity_price"]["amount"]) * 100 if "electricity_price" in site else 0
            residual = Fraction(str(demand.get("residual_percent", 0))) / 100
            weight = tuple(
                prefer * u + energy * sum(worth) - residual * price * worth[-1]
                for u, price in zip(unit, prices, strict=True)
            )
    elif prefer != 1:
        weight = tuple(prefer * u for u in unit)
    return Use(
        offer=offer["id"],
        demand=demand["id"],
        site=demand["site"],
        counts=_counts(offer, demand, figures) or Fraction(0),
        unit_minor=unit,
        weight_minor=weight,
        days=offer.get("lead_days"),
        watts=tdp * effectiveness if offer["mode"] == "buy" else Fraction(0),
        figures={**known, "units": Fraction(1)},
    )


def _minor(money: Json) -> int:
    return round_half_up(Fraction(money["amount"]) * 100)


def _amount(demand: Json) -> Fraction | None:
    if demand.get("maximise"):
        return None
    return Fraction(str(demand["capability"]["amount"] if "capability" in demand else demand["qty"]))


def _counts(offer: Json, demand: Json, figures: Figures) -> Fraction | None:
    if "capability" in demand:
        metric = demand["capability"]["metric"]
        return Fraction(1) if metric == "units" else figures[offer["chip"]].get(metric)
    if offer["chip"] == demand["chip"]:
        return Fraction(1)
    rates = {s["chip"]: Fraction(str(s.get("rate", 1))) for s in demand.get("substitutes", ())}
    return rates.get(offer["chip"])


def _serves(offer: Json, demand: Json, site: Json, as_of: date, figures: Figures) -> bool:
    known = figures[offer["chip"]]
    where = site["country"]
    if offer["mode"] == "lease":
        reaches = where in (offer["data_centre"]["country"], *offer.get("delivers_to", ()))
    else:
        reaches = where in offer.get("delivers_to", [where])
    lead = offer.get("lead_days")
    late = "needed_by" in demand and (lead is None or (date.fromisoformat(demand["needed_by"]) - as_of).days < lead)
    valid = offer.get("valid_from", "0001") <= as_of.isoformat() <= offer.get("valid_until", "9999")
    floors = all(known.get(m, Fraction(-1)) >= Fraction(str(v)) for m, v in demand.get("requires", {}).items())
    return offer["mode"] in demand.get("acquisition", ["buy"]) and reaches and not late and valid and floors


def _budgeted(budget: Json, offer: Json, demand: Json) -> bool:
    return demand["site"] in (budget.get("sites") or [demand["site"]]) and offer["mode"] in (
        budget.get("modes") or [offer["mode"]]
    )


def _selects(rule: Json, key: str, offer: Json, demand: Json) -> bool:
    found = {
        "vendors": offer["vendor"],
        "chips": offer["chip"],
        "modes": offer["mode"],
        "sites": demand["site"],
        "demands": demand["id"],
        "offers": offer["id"],
    }
    return all(found[name] in wanted for name, wanted in rule.get(key, {}).items())


def _rule(rule: Json, pairs: Iterable[tuple[Json, Json]]) -> PlanRule:
    within = [(o, d) for o, d in pairs if _selects(rule, "within", o, d)]
    ids: list[Pair] = [(o["id"], d["id"]) for o, d in within]
    value = rule.get("value", 0)
    return PlanRule(
        id=rule["id"],
        kind=rule["kind"],
        select=frozenset((o["id"], d["id"]) for o, d in within if _selects(rule, "select", o, d)),
        within=frozenset(ids),
        measure=rule.get("measure"),
        op=rule.get("op"),
        of=rule.get("of"),
        value=Fraction(_minor(value)) if isinstance(value, dict) else Fraction(str(value)),
        priority=0 if rule.get("priority", "mandatory") == "mandatory" else rule["priority"],
    )
