"""`chipquote frontier`: what a buyer could trade, cost against delivery and capability, drawn in the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quoting.cli.quotes import TerminalWatch, compute_locally, progress_bar
from quoting.cli.render import money
from quoting.wire import json_text

_BAR = 16
_TITLES = {"delivery": "Cost against delivery", "capability": "Cost against capability"}


@click.command("frontier")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the frontiers as one JSON document and nothing else.")
def frontier(file: Path, as_json: bool) -> None:
    """Draw what a request could trade, each point the best plan of its kind; computed in this process."""
    request = {**json_text.parse(file.read_bytes()), "explain": "full"}
    with progress_bar() as progress:
        text = json.dumps(request, default=float).encode()
        document = compute_locally(text, datetime.now(UTC).date(), TerminalWatch(progress))
    if as_json:
        click.echo(json.dumps(document["frontier"], ensure_ascii=False, indent=2))
    else:
        draw(document, Console())


def draw(document: Mapping[str, Any], console: Console) -> None:
    """The frontiers of a result document as tables with bars of cost."""
    for each in document["frontier"]:
        if not each["points"]:
            console.print(f"[bold]{_TITLES[each['against']]}[/]: no point: {escape(_why(each))}\n", highlight=False)
            continue
        console.print(_table(each, date.fromisoformat(document["as_of"])))
        if each["note"]:
            console.print(f"  {escape(each['note'])}", highlight=False)
    if not document["frontier"]:
        console.print("There is no plan, so there is nothing to trade.")


def _why(frontier: Mapping[str, Any]) -> str:
    if frontier["note"]:
        return str(frontier["note"])
    return "no lead time is known" if frontier["against"] == "delivery" else "no plan meets any part"


def _table(frontier: Mapping[str, Any], as_of: date) -> Table:
    points: Sequence[Mapping[str, Any]] = frontier["points"]
    table = Table(title=_TITLES[frontier["against"]], box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("point", overflow="fold")
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    most = max(Decimal(point["total"]["amount"]) for point in points) or Decimal(1)
    for point in points:
        part = Decimal(point["total"]["amount"]) / most
        table.add_row(_name(point, as_of), money(point["total"]), "█" * max(1, round(part * _BAR)))
    return table


def _name(point: Mapping[str, Any], as_of: date) -> str:
    words = [] if "part" not in point else [f"{Decimal(str(point['part'])) * 100:.0f} %"]
    if "capability" in point:
        words.append(f"{point['capability']:,} {point['unit']}")
    if point["days"] is not None:
        words.append(f"by {as_of + timedelta(days=point['days'])}")
    return ", ".join(words)
