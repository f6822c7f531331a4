"""`chipquote explain`: one determination as prose that a person can check, sentence by sentence."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import click

from quoting.cli.local_law import local_law
from quoting.cli.prose import Language, paragraphs
from quoting.cli.prose_en import TEXTS, WORDS
from quoting.domain.controls.sentences_en import SENTENCES
from quoting.wire import json_text
from quoting.wire.determination import determination_with_flips
from quoting.wire.export_check import load_transaction

ENGLISH = Language(TEXTS, WORDS, SENTENCES)
_WIDTH = 100


@click.command("explain")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def explain(file: Path) -> None:
    """Explain the determination of one transaction (the FILE of check-export) in prose."""
    law = local_law()
    transaction = load_transaction(json_text.parse(file.read_bytes()), law.chips, datetime.now(UTC).date())
    document = determination_with_flips(transaction, law.rules)
    for paragraph in paragraphs(document, transaction, ENGLISH):
        if paragraph:
            click.echo(textwrap.fill(paragraph, _WIDTH) + "\n")
