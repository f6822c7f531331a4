"""`chipquote check-export`: one export determination as tables, or many, line by line, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from quoting.cli.determination_tables import show_determination
from quoting.cli.exits import Exit
from quoting.cli.local_law import LocalLaw, local_law
from quoting.domain.controls.determine import determine
from quoting.domain.errors import NotJson, RequestInvalid
from quoting.wire import json_text
from quoting.wire.determination import determination_with_flips, dump_determination
from quoting.wire.export_check import load_transaction

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
    law = local_law()
    if file is not None:
        transaction = load_transaction(json_text.parse(file.read_bytes()), law.chips, today)
        document = determination_with_flips(transaction, law.rules)
        if as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            show_determination(document, transaction, Console())
    elif lines is not None and out is not None:
        if out.exists() and out.samefile(lines):
            raise click.UsageError("--out would overwrite the file that is read")
        sys.exit(determine_lines(lines, out, law, today))


def determine_lines(lines: Path, out: Path, law: LocalLaw, today: date) -> Exit:
    """One answer for each line that is not blank, in their order; a wrong line is answered by its error."""
    done, wrong = 0, 0
    with lines.open("rb") as source, out.open("w", encoding="utf-8", newline="\n") as target:
        for line in source:
            if not line.strip():
                continue
            answer = answer_of(line.rstrip(b"\r\n"), law, today)
            target.write(json.dumps(answer, ensure_ascii=False) + "\n")
            done, wrong = done + 1, wrong + ("error" in answer)
    click.echo(f"{done - wrong:,} determined, {wrong:,} wrong", err=True)
    return Exit.INVALID if wrong else Exit.DONE


def answer_of(line: bytes, law: LocalLaw, today: date) -> dict[str, Any]:
    name: Any = None
    try:
        document = json_text.parse(line)
        name = document.get("id") if isinstance(document, Mapping) else None
        transaction = load_transaction(document, law.chips, today, lenient=True)
    except NotJson as error:
        return {"id": None, "error": f"not JSON: column {error.column}: {error.detail}"}
    except RequestInvalid as error:
        return {"id": name if isinstance(name, str) else None, "error": str(error)}
    return dump_determination(determine(transaction, law.rules))
