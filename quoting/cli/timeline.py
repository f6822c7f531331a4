"""`chipquote timeline`: what the law said of a chip on its way to a buyer, on each day since August 2022."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from quoting.cli.local_law import local_law
from quoting.cli.render import OUTCOME, outcome
from quoting.domain.chips import Chip
from quoting.domain.controls.deal import of_countries
from quoting.domain.controls.groups import place
from quoting.domain.controls.items import item_from_chip
from quoting.domain.controls.timeline import Interval, decisive, timeline
from quoting.domain.transaction import EndUse, Movement, Role, Transaction, TransactionParty
from quoting.wire.determination import dump_determination, iso
from quoting.wire.fields import COUNTRIES

FIRST = date(2022, 8, 1)  # the day from which the rules are carried
_BAR = 24  # characters for the whole span


class CountryCode(click.ParamType[str]):
    """ISO 3166-1 alpha-2."""

    name = "CC"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        code = str(value).upper()
        if code not in COUNTRIES:
            self.fail(f"{value!r} is no country code of ISO 3166-1 alpha-2", param, ctx)
        return code


@click.command("timeline")
@click.argument("chip")
@click.option("--to", "goal", type=CountryCode(), required=True, help="Where the chip goes.")
@click.option("--hq", type=CountryCode(), required=True, help="Where the buyer, and its parent, are headquartered.")
@click.option("--from-country", "start", type=CountryCode(), default="US", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def show_timeline(chip: str, goal: str, hq: str, start: str, as_json: bool) -> None:
    """What the status of CHIP was on each day: an unlisted buyer with no end use that the rules name."""
    law = local_law()
    if chip not in law.chips:
        raise click.BadParameter(f"the catalogue has no chip {chip!r}", param_hint="CHIP")
    today = datetime.now(UTC).date()
    intervals = timeline(_purchase(law.chips[chip], start, goal, hq), law.rules, FIRST, today)
    if as_json:
        document: dict[str, Any] = {"chip": chip, "from_country": start, "to_country": goal, "hq_country": hq}
        document["as_of"] = iso(today)
        click.echo(
            json.dumps({**document, "intervals": [_document(i) for i in intervals]}, ensure_ascii=False, indent=2)
        )
    else:
        _draw(intervals, f"{chip} from {start} to {goal} for a buyer headquartered in {hq}", today, Console())


def _purchase(chip: Chip, start: str, goal: str, hq: str) -> Transaction:
    kind = of_countries(place(start) or start, place(goal) or goal)
    buyer = [
        TransactionParty(role, "Buyer of the timeline", goal, hq, hq, Decimal(0))
        for role in (Role.PURCHASER, Role.CONSIGNEE, Role.END_USER)
    ]
    return Transaction(
        id=chip.id,
        as_of=FIRST,
        known_on=FIRST,
        item=item_from_chip(chip),
        movement=Movement(kind, start, goal),
        parties=tuple(buyer),
        end_use=EndUse(False, False, False, False, False),
    )


def _document(interval: Interval) -> dict[str, Any]:
    made, why = dump_determination(interval.determination), decisive(interval.determination)
    answer = {name: made[name] for name in ("outcome", "review_policy", "exception", "classification")}
    reason = {"rule": why.rule, "because": why.because, "citation": why.citation, "url": why.url}
    return {
        "from": iso(interval.start),
        "to": iso(interval.end),
        **answer,
        **reason,
        "unconfirmed": why.unconfirmed or None,
    }


def _draw(intervals: Sequence[Interval], title: str, today: date, console: Console) -> None:
    """A line an interval, its bar where it lies between the first day and the last known change; below it, why."""
    last = max(today, intervals[-1].start) + timedelta(days=90)
    console.print(title, style="bold", highlight=False)
    for interval in intervals:
        made, why = dump_determination(interval.determination), decisive(interval.determination)
        bar = f"[{OUTCOME[made['outcome']][2]}]{_bar(interval, last)}[/]"
        ahead = " (ahead)" if interval.start > today else ""
        end = interval.end or "          "
        console.print(f"{interval.start} … {end}  {bar}  {outcome(made)}{ahead}", highlight=False)
        because = Text(f"{why.because} ({why.rule}, {why.citation})", style="dim")
        console.print(Padding(because, (0, 0, 0, 4)))
    console.print("Each day by what was public on it. This informs; it is not legal advice.", style="dim")


def _bar(interval: Interval, last: date) -> str:
    span = (last - FIRST).days
    start = (interval.start - FIRST).days * _BAR // span
    end = ((interval.end or last) - FIRST).days * _BAR // span
    return "·" * start + "█" * max(end - start, 1) + "·" * (_BAR - max(end, start + 1))
