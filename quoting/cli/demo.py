"""`chipquote demo`: the whole system on this machine, the seed request through the HTTP API, its answer as tables."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import httpx2
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quoting.cli.quotes import TerminalWatch, progress_bar
from quoting.cli.remote import post_and_follow
from quoting.cli.render import OUTCOME, VERDICT, money, show
from quoting.cli.up import System, running_system

SEED = Path(__file__).parents[2] / "examples" / "bytedance-2025.json"
OTHER_DAYS = ("2024-10-01", "2025-05-20", "2026-02-01", "2026-11-23")

# What the press reported in January 2025, beside which the plan is set. Source: facts of the story in the README.
REPORTED_RATE = Decimal("7.27")  # yuan to the dollar
REPORTED_DOMESTIC = "about 60 % of the orders in China to Huawei, Cambricon and others"
REPORTED_ABROAD = "USD 6.8 billion abroad, Malaysia and elsewhere"


@click.command()
def demo() -> None:
    """Start everything, ask for the seed request over HTTP, show the answer, end everything."""
    console = Console()
    request = json.loads(SEED.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="chipquote-demo-") as folder:
        click.echo("starting Redis, API, worker and dispatcher ...", err=True)
        with running_system(Path(folder), port=0, workers=1) as system:
            document, seconds = _ask(system.url, system.key, request)
            console.print(f"[bold]POST {system.url}/v1/quotes[/]: answered in {seconds:.1f} s\n", highlight=False)
            show(document, console)
            show_beside_the_report(request, document, console)
            _, again = _ask(system.url, system.key, request)
            console.print(f"\nThe same request again: {again:.1f} s, cache {_cache(system)}.", highlight=False)
            console.print("\n[bold]The same request on other days[/]")
            for day in OTHER_DAYS:
                other, _ = _ask(system.url, system.key, {**request, "as_of": day})
                show_day(day, document, other, console)


def _cache(system: System) -> str:
    """How the newest quote used the cache, as the service tells it."""
    headers = {"Authorization": f"Bearer {system.key}"}
    page = httpx2.get(f"{system.url}/v1/quotes?limit=1", headers=headers, trust_env=False).json()
    return str(page["data"][0]["cache"])


def _ask(url: str, key: str, request: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
    started = time.perf_counter()
    with progress_bar() as progress:
        watch = TerminalWatch(progress)
        text = post_and_follow(url, key, json.dumps(request).encode(), watch.stage)
    document: dict[str, Any] = json.loads(text)
    return document, time.perf_counter() - started


def show_beside_the_report(request: Mapping[str, Any], document: Mapping[str, Any], console: Console) -> None:
    """The split of the plan beside the figures of the press, and both exchange rates."""
    plan = next((p for p in document["plans"] if p["kind"] in ("safe", "partial")), None)
    table = Table(title="Beside what was reported in January 2025", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("what", "reported", "this plan"):
        table.add_column(name, overflow="fold")
    budget = next(b for b in request["budgets"] if b["max"]["currency"] == "CNY")
    limits = {r["id"]: r for r in document["rules_report"] if r["kind"] == "budget"}
    yuan = Decimal(budget["max"]["amount"])
    press = yuan / REPORTED_RATE
    used = Decimal(str(limits[budget["id"]]["limit"])) if budget["id"] in limits else None
    table.add_row(
        f"{money(budget['max'])} in dollars",
        f"USD\u00a0{press:,.0f} at about {REPORTED_RATE}",
        "–" if used is None else f"USD\u00a0{used:,.2f} at the ECB rate, {yuan / used:.4f} yuan to the dollar",
    )
    totals = {row["site"]: row for row in plan["totals_by_site"]} if plan else {}
    for site in request["sites"]:
        row = totals.get(site["id"])
        own = f" = {money(row['own'])}" if row and row.get("own") else ""
        reported = REPORTED_ABROAD if site["country"] != "CN" else money(budget["max"])
        table.add_row(f"spend at {site['id']}", reported, f"{money(row['total'])}{own}" if row else "– nothing")
    share = next((r for r in document["rules_report"] if r["id"] == "domestic-share"), None)
    value = None if share is None or share["value"] is None else Decimal(str(share["value"]))
    table.add_row(
        "with Huawei and Cambricon, of the spend in China",
        REPORTED_DOMESTIC,
        "– nothing is bought in China" if value is None else f"{value * 100:.1f}% (rule: at least 60%)",
    )
    console.print()
    console.print(table)


def show_day(day: str, base: Mapping[str, Any], other: Mapping[str, Any], console: Console) -> None:
    """Verdict, conflict and partial plan of another day, and what the law changed since the first."""
    icon, word, colour = VERDICT[other["verdict"]]
    console.print(f"[bold]{day}[/]  [{colour}]{icon} {word}[/]", highlight=False)
    before, after, interest = _standing(base), _standing(other), _of_interest(base) | _of_interest(other)
    changes: dict[str, list[str]] = {}
    for (chip, demand, mode), (now, rule) in sorted(after.items()):
        then = before.get((chip, demand, mode))
        if then is not None and then[0] != now and chip in interest:
            changes.setdefault(f"{chip} ({mode}): {then[0]} → {now}, by {rule}", []).append(demand)
    for change, demands in changes.items():
        console.print(f"    flipped for {', '.join(demands)}: {change}", highlight=False)
    if other.get("conflict"):
        items = ", ".join(f"{i['kind']} {i['id']}" for i in other["conflict"]["items"])
        console.print(f"    cannot hold together: {escape(items)}", highlight=False)
    for plan in other["plans"]:
        lines = ", ".join(f"{line['qty']:,} {line['chip']} {line['mode']} at {line['site']}" for line in plan["lines"])
        name = plan["kind"].replace("_", "-")
        console.print(f"    {name} plan: {money(plan['total'])}: {lines or '–'}", highlight=False)
    if not other["plans"]:
        console.print("    partial plan: none, not one demand can be met lawfully", highlight=False)


def _of_interest(document: Mapping[str, Any]) -> set[str]:
    named = {"nvidia-h100-sxm-80gb", "nvidia-h200-sxm", "nvidia-h20-96gb", "huawei-ascend-910b2"}
    return named | {line["chip"] for plan in document["plans"] for line in plan["lines"]}


def _standing(document: Mapping[str, Any]) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Chip, demand and mode to the mildest outcome of the law on offers that reach the site, and the deciding rule."""
    determinations = {d["id"]: d for d in document["determinations"]}
    modes = {o["id"]: o["mode"] for o in document["offers"]}
    strictness = list(OUTCOME)
    rows = [line for plan in document["plans"] for line in plan["lines"]] + list(document["why_not"])
    mildest: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in rows:
        d = determinations.get(row.get("determination") or "")
        if d is None or row.get("code") == "NOT_DELIVERED_THERE":
            continue
        key = row["chip"], row["demand"], modes.get(row["offer"], row.get("mode", "buy"))
        held = mildest.get(key)
        if held is None or strictness.index(d["outcome"]) < strictness.index(held["outcome"]):
            mildest[key] = d
    found = {}
    for key, d in mildest.items():
        rule = next((f["rule"] for f in d["findings"] if f["outcome"] == d["outcome"]), "no rule")
        detail = d.get("exception") or d.get("review_policy")
        found[key] = (OUTCOME[d["outcome"]][1] + (f" ({detail.replace('_', ' ')})" if detail else ""), rule)
    return found
