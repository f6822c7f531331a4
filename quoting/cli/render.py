"""The answer as tables for people. It reads the result document alone, so local and remote answers look the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quoting.domain.money import minor_digits

Document = Mapping[str, Any]

# Icon and word, never colour alone; unknown is never a lighter allowed.
OUTCOME = {
    "allowed": ("✓", "allowed", "green"),
    "allowed_with_advisory": ("✓", "allowed with advisory", "green"),
    "licence_exception": ("◐", "licence exception", "yellow"),
    "cannot_determine": ("?", "cannot determine", "magenta"),
    "licence_required": ("◐", "licence required", "yellow"),
    "prohibited": ("⊘", "prohibited", "red"),
}
VERDICT = {
    "feasible_safe": ("✓", "feasible, lawful as things stand", "green"),
    "feasible_if_cleared": ("◐", "feasible only if what is open is cleared", "yellow"),
    "infeasible": ("⊘", "infeasible: no plan meets every demand", "red"),
}


_NEAREST = 10  # unused offers that are shown with their entry price
_STOPPING = ("licence_required", "prohibited", "cannot_determine")


def money(value: Mapping[str, str] | None) -> str:
    """Currency code, no-break space, grouping, the currency's own decimals; finer prices keep their digits."""
    if value is None:
        return "–"
    amount, currency = Decimal(value["amount"]), value["currency"]
    digits = max(minor_digits(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{currency}\u00a0{amount:,.{digits}f}"


def outcome(determination: Mapping[str, Any]) -> str:
    """The outcome with icon, word, exception and review policy, as markup."""
    icon, word, colour = OUTCOME[determination["outcome"]]
    extra = determination.get("exception") or determination.get("review_policy")
    return f"[{colour}]{icon} {word}{f' ({extra.replace(chr(95), chr(32))})' if extra else ''}[/{colour}]"


def show(document: Document, console: Console) -> None:
    """Print the whole answer."""
    icon, word, colour = VERDICT[document["verdict"]]
    console.print(f"[bold {colour}]{icon} {word}[/]  as of {document['as_of']}, rules known on {document['known_on']}")
    console.print(escape(document["answer"]), highlight=False)
    determinations = {d["id"]: d for d in document["determinations"]}
    shown: list[Document] = []
    for plan in document["plans"]:
        twin = next((p for p in shown if p["lines"] == plan["lines"] and p["unserved"] == plan["unserved"]), None)
        if twin is None:
            show_plan(plan, determinations, console)
        else:
            name = plan["name"] or plan["kind"].replace("_", "-")
            console.print(f"\n[bold]Plan: {escape(name)}[/]: the same lines as the {twin['kind']} plan.")
        shown.append(plan)
    if document.get("conflict"):
        items = ", ".join(f"{i['kind']} {i['id']}" for i in document["conflict"]["items"])
        console.print(f"\n[bold]What cannot hold together[/] (law is fixed and never repaired): {escape(items)}")
        show_repairs(document["conflict"], console)
    show_limits(document, console)
    show_entries(document, console)
    show_stopped_by_law(document, determinations, console)
    show_questions(document, console)
    console.print(
        f"\nRules and lists as seen up to {document['data_as_of']}. "
        f"Result digest {document['reproducibility']['result'][:16]}. This informs; it is not legal advice.",
        style="dim",
    )


def show_repairs(conflict: Document, console: Console) -> None:
    """One change each that makes a plan possible, cheapest first, and what is to be said beside them."""
    for repair in conflict["repairs"]:
        console.print(f"  • {escape(repair['because'])}", highlight=False)
    for note in conflict["notes"]:
        console.print(f"  {escape(note)}", highlight=False)


def show_limits(document: Document, console: Console) -> None:
    """What the rules and budgets of the leading plan cost, where that was found out by solving again."""
    costs = [row for row in document["rules_report"] if "cost" in row]
    if not costs:
        return
    console.print("\n[bold]What each limit costs[/] (the plan solved again without it)")
    for row in costs:
        cost = row["cost"]
        said = money(cost) if "currency" in cost else f"{cost['amount']:,} {cost['unit']}"
        words = f"{said} of {cost['objective']}" if cost["amount"] not in (0, "0.00", "0") else "nothing"
        console.print(f"  {row['kind']} {escape(row['id'])}: {words}", highlight=False)


def show_entries(document: Document, console: Console) -> None:
    """The unused offers that are nearest to being used, by how far their prices are from entering."""
    near: dict[str, Document] = {}
    for row in document["why_not"]:
        change = row.get("nearest_change")
        if change is not None and change["kind"] == "price":
            near.setdefault(row["offer"], change)
    if not near:
        return
    console.print("\n[bold]Offers nearest to being used[/]")
    for name, change in sorted(near.items(), key=lambda item: float(item[1]["below_percent"]))[:_NEAREST]:
        proof = "" if change["proof"] == "exact" else " (a bound)"
        console.print(f"  {escape(name)}: {escape(change['because'])}{proof}", highlight=False)


def show_plan(plan: Document, determinations: Mapping[str, Document], console: Console) -> None:
    """One plan: its lines, and what they add up to."""
    title = plan["name"] or plan["kind"].replace("_", "-")
    proof = ", ".join(f"{o['name']} gap {float(o['gap']):.2g}" for o in plan["objectives"])
    state = "proven optimal" if plan["proven_optimal"] else f"not proven optimal (stopped: {plan['stopped']})"
    console.print(
        f"\n[bold]Plan: {escape(title)}[/] ({plan['basis'].replace('_', '-')} basis), {state}: {proof}", highlight=False
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("site")
    table.add_column("what", overflow="fold")
    for name in ("qty", "line total"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in plan["lines"]:
        table.add_row(
            escape(line["site"]),
            _what(line, determinations[line["determination"]]),
            f"{line['qty']:,}",
            money(line["total"]),
        )
    for charge in plan["order_charges"]:
        table.add_row("", f"order charge of {escape(charge['offer'])}", "", money(charge["amount"]))
    table.add_section()
    table.add_row("total", "", "", money(plan["total"]))
    console.print(table)
    _show_sums(plan, console)
    for missed in plan["unserved"]:
        console.print(f"  not served: {escape(missed['demand'])}: {escape(missed['because'])}")
    for item in plan["not_priced"]:
        console.print(f"  not priced: {item['kind']} of {escape(item['offer'])}: {escape(item['because'])}")
    if plan["conditions"]:
        console.print("  [bold]Conditions[/]")
        for condition in plan["conditions"]:
            source = f" [dim]\\[{escape(condition['citation'])}][/dim]" if condition.get("citation") else ""
            console.print(f"  • {escape(condition['text'])}{source}", highlight=False)


def _what(line: Document, determination: Document) -> str:
    """Chip, vendor, price and what is known of supply and delivery, over the verdict of the law."""
    delivery = f"delivery {line['delivery_date']}" if line["delivery_date"] else "lead time unknown"
    month = " a month" if line["mode"] == "lease" else ""
    least = "at least " if line.get("lower_bound") else ""
    return (
        f"[bold]{escape(line['chip'])}[/] {line['mode']} from {escape(line['vendor'])}\n"
        f"{money(line['unit_price'])}{month}, price grade {line['grade']}; {least}{money(line['unit_landed'])} landed\n"
        f"supply {line.get('supply') or 'stated'}, {delivery}\n"
        f"{outcome(determination)}"
    )


def _show_sums(plan: Document, console: Console) -> None:
    for row in plan["totals_by_site"]:
        own = f" = {money(row['own'])}" if row.get("own") else ""
        console.print(f"  at {row['site']}: {money(row['total'])}{own}", highlight=False)
    spent = Decimal(plan["total"]["amount"]) or Decimal(1)
    for title, key in (("vendor", "vendor"), ("price grade", "grade")):
        sums = plan[f"spend_by_{key}"]
        parts = [f"{row[key]} {money(row['total'])} ({_percent(row['total'], spent)})" for row in sums]
        console.print(f"  by {title}: {escape('; '.join(parts)) or '–'}", highlight=False)
    capability = "; ".join(f"{name} {value:,}" for name, value in plan["capability"].items())
    if capability:
        console.print(f"  capability: {capability}", highlight=False)


def _percent(part: Mapping[str, str], whole: Decimal) -> str:
    return f"{Decimal(part['amount']) / whole * 100:.1f}%"


def show_stopped_by_law(document: Document, determinations: Mapping[str, Document], console: Console) -> None:
    """What the law stops or holds, chip by chip, with the citation; also where the catalogue has no price that day."""
    held: dict[tuple[str, str, str], dict[str, bool]] = {}
    for row in document.get("why_not", []):
        determination = determinations.get(row.get("determination") or "")
        if determination is None or determination["outcome"] not in _STOPPING:
            continue
        cited = "; ".join(_winning_citations(determination)) or "–"
        chips = held.setdefault((row["demand"], outcome(determination), cited), {})
        chips[row["chip"]] = chips.get(row["chip"], False) or row["offer"] is not None
    if not held:
        return
    table = Table(title="Stopped or held by law (* no price that day)", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("for", "chips", "law, citation"):
        table.add_column(name, overflow="fold")
    for (demand, law, cited), chips in sorted(held.items()):
        names = ", ".join(chip if priced else f"{chip}*" for chip, priced in sorted(chips.items()))
        table.add_row(escape(demand), escape(names), f"{law}\n{escape(cited)}")
    console.print()
    console.print(table)


def _winning_citations(determination: Document) -> list[str]:
    cited = [f["citation"] for f in determination["findings"] if f["outcome"] == determination["outcome"]]
    return list(dict.fromkeys(c for c in cited if c))


def _worth(worth: Any) -> str:
    if not isinstance(worth, Mapping):
        return worth or "–"
    return money(worth) if "currency" in worth else f"{worth['amount']:,} {worth['unit']}"


def show_questions(document: Document, console: Console) -> None:
    questions: Iterable[Document] = document.get("open_questions", [])
    shown = list(dict.fromkeys((q["question"], q["who"], q["unlocks"], _worth(q.get("worth"))) for q in questions))
    if not shown:
        return
    table = Table(title="Open questions", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("question", "who can answer", "what it would settle", "worth"):
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(*(escape(cell) for cell in row))
    console.print()
    console.print(table)
