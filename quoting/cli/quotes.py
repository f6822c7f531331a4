"""`chipquote quote`: a request, computed here or by a service, and its answer."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from quoting.bootstrap import ENGINE, local_market
from quoting.cli.exits import VERDICT
from quoting.cli.remote import post_and_follow
from quoting.cli.render import show
from quoting.domain.quote import make_quote
from quoting.domain.request import dated
from quoting.wire import json_text
from quoting.wire.request import load_request
from quoting.wire.result import result_document

DEFAULT_URL = "http://127.0.0.1:8000"


class TerminalWatch:
    """Shows stage and percent on standard error; Ctrl-C ends the process by itself."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=100)

    def stage(self, name: str, percent: int | None = None) -> None:
        self._progress.update(self._task, description=name, completed=percent)

    def incumbent(self, value: float, bound: float | None) -> None:
        self._progress.update(self._task, advance=0)

    def stopped(self) -> bool:
        return False


def progress_bar() -> Progress:
    """A progress bar on standard error: standard output belongs to the answer."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def compute_locally(text: bytes, today: date, watch: Any = None) -> dict[str, Any]:
    """The result document of a request, computed in this process: no server, no Redis, no database.

    Raises:
        NotJson, RequestInvalid: as the service would refuse it.
    """
    market = local_market()
    started = time.perf_counter()
    snapshot_of_today = market.snapshot(market.pin(today))
    request = dated(load_request(json_text.parse(text), snapshot_of_today.catalogue.chips), today)
    assert request.as_of is not None
    snapshot = market.snapshot(market.pin(request.as_of))
    read = time.perf_counter()
    quote = make_quote(request, snapshot, watch)
    timings = {"read_ms": (read - started) * 1000, "compute_ms": (time.perf_counter() - read) * 1000}
    return result_document(quote, request, ENGINE, timings)


@click.command("quote")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The service to ask.")
@click.option("--local", is_flag=True, help="Compute in this process: no server, no Redis, no database.")
@click.option("--json", "as_json", is_flag=True, help="Print the result document and nothing else.")
@click.option("--key", envvar="CHIPQUOTE_API_KEY", help="API key; by default from CHIPQUOTE_API_KEY.")
def quote(file: Path, url: str, local: bool, as_json: bool, key: str | None) -> None:
    """Send a procurement request, follow it, and print the answer."""
    text = file.read_bytes()
    with progress_bar() as progress:
        watch = TerminalWatch(progress)
        if local:
            document = compute_locally(text, datetime.now(UTC).date(), watch)
        else:
            document = json.loads(post_and_follow(url, key, text, watch.stage))
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show(document, Console())
    sys.exit(VERDICT[document["verdict"]])
