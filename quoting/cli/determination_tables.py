"""One determination as tables: the outcome, every finding with its source, what is open and what is ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quoting.cli.render import OUTCOME, outcome
from quoting.domain.transaction import Transaction


def show_determination(document: Mapping[str, Any], transaction: Transaction, console: Console) -> None:
    """The outcome, every finding with its source, and what is open."""
    console.print(f"[bold]{outcome(document)}[/]  {escape(_in_words(transaction))}", highlight=False)
    console.print(f"  classification: {escape(document['classification'])}", highlight=False)
    table = _table("Findings", "rule", "outcome", "because", "in force")
    for finding in document["findings"]:
        icon, word, colour = OUTCOME[finding["outcome"]]
        unconfirmed = f"; not confirmed: {finding['unconfirmed']}" if finding.get("unconfirmed") else ""
        table.add_row(
            escape(finding["rule"]),
            f"[{colour}]{icon} {word}[/]",
            escape(finding["because"] + unconfirmed),
            f"{finding['effective_from'] or '…'} to {finding['effective_to'] or '…'}",
        )
    if document["findings"]:
        console.print(table)
    if document["open_questions"]:
        questions = _table("Open questions", "question", "who can answer", "what it would settle")
        for asked in document["open_questions"]:
            questions.add_row(escape(asked["question"]), escape(asked["who"]), escape(asked["unlocks"]))
        console.print(questions)
    if document["flips"]:
        ahead = _table("Known changes ahead", "on", "then", "because")
        for flip in document["flips"]:
            icon, word, colour = OUTCOME[flip["to"]]
            ahead.add_row(flip["on"], f"[{colour}]{icon} {word}[/]", escape(f"{flip['because']} ({flip['rule']})"))
        console.print(ahead)
    sources = (f"{f['rule']}: {f['citation']} {f['url']} (grade {f['grade']})" for f in document["findings"])
    for title, texts in (
        ("Sources", dict.fromkeys(sources)),
        (
            "Exceptions that are not open",
            (f"{c['exception']}: {c['because']}" for c in document["exceptions_considered"]),
        ),
        ("Conditions of the exception", document["exception_conditions"]),
        ("Conditions", document["conditions"]),
        ("Advisories", document["advisories"]),
        ("Not covered", document["not_covered"]),
    ):
        _list(title, texts, console)
    ages = ", ".join(f"{each['list']} {each['as_of']} ({each['age_days']} days old)" for each in document["lists"])
    console.print(f"\nLists: {ages}", style="dim", highlight=False)
    console.print(f"Rules as seen up to {document['data_as_of']}. This informs; it is not legal advice.", style="dim")


def _in_words(transaction: Transaction) -> str:
    movement = transaction.movement
    item = transaction.item.chip or transaction.item.name or transaction.item.kind.value
    places = f"from {movement.from_country or 'unknown'} to {movement.to_country or 'unknown'}"
    delivery = "" if transaction.deliver_on is None else f", delivered on {transaction.deliver_on}"
    kind = movement.kind.value.replace("_", " ")
    return f"{transaction.id}: {kind} of {item} {places}, as of {transaction.as_of}{delivery}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _list(title: str, texts: Iterable[str], console: Console) -> None:
    texts = list(texts)
    if texts:
        console.print(f"[bold]{title}[/]")
    for text in texts:
        console.print(f"  • {escape(text)}", highlight=False)
