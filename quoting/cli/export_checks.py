"""`chipquote check-export`: one export determination as tables, or many, line by line, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quoting.bootstrap import local_market
from quoting.cli.exits import Exit
from quoting.cli.render import OUTCOME, outcome
from quoting.domain.controls.determine import determine
from quoting.domain.errors import NotJson, RequestInvalid
from quoting.domain.snapshot import Snapshot
from quoting.domain.transaction import Transaction
from quoting.wire import json_text
from quoting.wire.export_check import dump_determination, load_transaction

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("check-export")
@click.argument("file", type=_FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the determination as JSON and nothing else.")
@click.option("--jsonl", "lines", type=_FILE, help="Many: one transaction a line; fields of other uses are ignored.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the answers to --jsonl go.")
def check_export(file: Path | None, as_json: bool, lines: Path | None, out: Path | None) -> None:
    """Determine whether a transaction may happen under export law, and why."""
    if (file is None) == (lines is None):
        raise click.UsageError("name either a FILE or --jsonl with --out")
    if (lines is None) != (out is None) or (lines is not None and as_json):
        raise click.UsageError("--jsonl and --out go together, and without --json")
    today = datetime.now(UTC).date()
    market = local_market()
    reference = market.snapshot(market.pin(today))
    if file is not None:
        transaction = load_transaction(json_text.parse(file.read_bytes()), reference.catalogue.chips, today)
        document = dump_determination(determine(transaction, reference.rules))
        if as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            show_determination(document, transaction, Console())
    elif lines is not None and out is not None:
        if out.exists() and out.samefile(lines):
            raise click.UsageError("--out would overwrite the file that is read")
        sys.exit(determine_lines(lines, out, reference, today))


def determine_lines(lines: Path, out: Path, reference: Snapshot, today: date) -> Exit:
    """One answer for each line that is not blank, in their order; a wrong line is answered by its error."""
    done, wrong = 0, 0
    with lines.open("rb") as source, out.open("w", encoding="utf-8", newline="\n") as target:
        for line in source:
            if not line.strip():
                continue
            answer = _answer(line.rstrip(b"\r\n"), reference, today)
            target.write(json.dumps(answer, ensure_ascii=False) + "\n")
            done, wrong = done + 1, wrong + ("error" in answer)
    click.echo(f"{done - wrong:,} determined, {wrong:,} wrong", err=True)
    return Exit.INVALID if wrong else Exit.DONE


def _answer(line: bytes, reference: Snapshot, today: date) -> dict[str, Any]:
    name: Any = None
    try:
        document = json_text.parse(line)
        name = document.get("id") if isinstance(document, Mapping) else None
        transaction = load_transaction(document, reference.catalogue.chips, today, lenient=True)
    except NotJson as error:
        return {"id": None, "error": f"not JSON: column {error.column}: {error.detail}"}
    except RequestInvalid as error:
        return {"id": name if isinstance(name, str) else None, "error": str(error)}
    return dump_determination(determine(transaction, reference.rules))


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
    sources = (f"{f['rule']}: {f['citation']} {f['url']} (grade {f['grade']})" for f in document["findings"])
    for title, texts in (
        ("Sources", dict.fromkeys(sources)),
        ("Conditions of the exception", document["exception_conditions"]),
        ("Conditions", document["conditions"]),
        ("Advisories", document["advisories"]),
        ("Not covered", document["not_covered"]),
    ):
        _list(title, texts, console)
    console.print(
        f"\nRules and lists as seen up to {document['data_as_of']}. This informs; it is not legal advice.", style="dim"
    )


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
