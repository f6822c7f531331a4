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
    for plan in document["plans"]:
        show_plan(plan, document, determinations, console)
    if document.get("conflict"):
        items = ", ".join(f"{i['kind']} {i['id']}" for i in document["conflict"]["items"])
        console.print(f"\n[bold]What cannot hold together[/] (law is fixed and never repaired): {escape(items)}")
    show_stopped_by_law(document, determinations, console)
    show_questions(document, console)
    console.print(
        f"\nRules and lists as seen up to {document['data_as_of']}. "
        f"Result digest {document['reproducibility']['result'][:16]}. This informs; it is not legal advice.",
        style="dim",
    )


def show_plan(plan: Document, document: Document, determinations: Mapping[str, Document], console: Console) -> None:
    """One plan: its lines, and what they add up to."""
    title = plan["name"] or plan["kind"].replace("_", "-")
    proof = ", ".join(f"{o['name']} gap {float(o['gap']):.2g}" for o in plan["objectives"])
    state = "proven optimal" if plan["proven_optimal"] else f"not proven optimal (stopped: {plan['stopped']})"
    table = Table(
        title=f"Plan: {title} ({plan['basis']} basis), {state}; {proof}", box=box.SIMPLE_HEAD, title_justify="left"
    )
    for name in ("site", "chip", "vendor", "mode"):
        table.add_column(name)
    for name in ("qty", "unit price", "unit landed", "line total"):
        table.add_column(name, justify="right")
    for name in ("delivery", "grade", "supply", "law"):
        table.add_column(name)
    grades = {o["id"]: o["grade"] for o in document["offers"]}
    for line in plan["lines"]:
        table.add_row(
            line["site"],
            line["chip"],
            line["vendor"],
            line["mode"],
            f"{line['qty']:,}",
            money(line["unit_price"]),
            ("≥ " if line.get("lower_bound") else "") + money(line["unit_landed"]),
            money(line["total"]),
            line["delivery_date"] or "– unknown",
            line.get("grade") or grades.get(line["offer"], "A"),
            line.get("supply") or "stated",
            outcome(determinations[line["determination"]]),
        )
    for charge in plan["order_charges"]:
        table.add_row("", "order charge", charge["offer"], "", "", "", "", money(charge["amount"]), "", "", "", "")
    table.add_section()
    table.add_row("total", "", "", "", "", "", "", money(plan["total"]), plan["latest_delivery"] or "", "", "", "")
    console.print()
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


def _show_sums(plan: Document, console: Console) -> None:
    for row in plan["totals_by_site"]:
        own = f" = {money(row['own'])}" if row.get("own") else ""
        console.print(f"  at {row['site']}: {money(row['total'])}{own}", highlight=False)
    spent = Decimal(plan["total"]["amount"]) or Decimal(1)
    for title, sums in (("vendor", plan["spend_by_vendor"]), ("price grade", plan["spend_by_grade"])):
        parts = [f"{row[next(iter(row))]} {money(row['total'])} ({_percent(row['total'], spent)})" for row in sums]
        console.print(f"  by {title}: {'; '.join(parts) or '–'}", highlight=False)
    capability = "; ".join(f"{name} {value:,}" for name, value in plan["capability"].items())
    if capability:
        console.print(f"  capability: {capability}", highlight=False)


def _percent(part: Mapping[str, str], whole: Decimal) -> str:
    return f"{Decimal(part['amount']) / whole * 100:.1f}%"


def show_stopped_by_law(document: Document, determinations: Mapping[str, Document], console: Console) -> None:
    """What the law stopped, chip by chip and demand by demand, with the citation."""
    rows: dict[tuple[str, str, str], tuple[str, str, int]] = {}
    for row in document.get("why_not", []):
        determination = determinations.get(row.get("determination") or "")
        if determination is None or determination["outcome"] not in (
            "licence_required",
            "prohibited",
            "cannot_determine",
        ):
            continue
        key = row["chip"], row["demand"], outcome(determination)
        cited = "; ".join(_winning_citations(determination)) or "–"
        priced = "no price on the day" if row["offer"] is None else "offer"
        before = rows.get(key)
        rows[key] = (cited, priced if before is None else before[1], 1 if before is None else before[2] + 1)
    if not rows:
        return
    table = Table(title="Stopped or held by law", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("chip", "demand", "law", "goods", "citation"):
        table.add_column(name, overflow="fold")
    for (chip, demand, law), (cited, priced, count) in sorted(rows.items()):
        table.add_row(chip, demand, law, priced if priced != "offer" else f"{count} offer(s)", escape(cited))
    console.print()
    console.print(table)


def _winning_citations(determination: Document) -> list[str]:
    cited = [f["citation"] for f in determination["findings"] if f["outcome"] == determination["outcome"]]
    return list(dict.fromkeys(c for c in cited if c))


def show_questions(document: Document, console: Console) -> None:
    questions: Iterable[Document] = document.get("open_questions", [])
    shown = list(dict.fromkeys((q["question"], q["who"], q["unlocks"]) for q in questions))
    if not shown:
        return
    table = Table(title="Open questions", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("question", "who can answer", "what it would settle"):
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(*(escape(cell) for cell in row))
    console.print()
    console.print(table)
