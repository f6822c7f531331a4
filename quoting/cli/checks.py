"""`check-catalogue` and `check-rules`: the integrity of the reference data, fault by fault with file and line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

import quoting
from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import check_catalogue as catalogue_faults
from quoting.adapters.reference.catalogue import parse_catalogue
from quoting.adapters.reference.reading import Fault
from quoting.adapters.reference.rule_faults import check_rules as rule_faults
from quoting.adapters.reference.rules import parse_rules
from quoting.adapters.reference.tariffs import check_tariffs, parse_tariffs

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(quoting.__file__).parent,
    help="The folder that holds data/ and parameters/; default: those of this program.",
)


@click.command("check-catalogue")
@_ROOT
def check_catalogue(root: Path) -> None:
    """Check chips, prices, lead times, vendors, channels and regions."""
    files = read_bundle(root)
    _end_on(catalogue_faults(files))
    catalogue = parse_catalogue(files)
    click.echo(
        f"{len(catalogue.chips)} chips, {len(catalogue.observations)} prices, {len(catalogue.lead_times)} lead times, "
        f"{len(catalogue.supplies)} supply figures, {len(catalogue.vendors)} vendors; data as of {catalogue.data_as_of}"
    )


@click.command("check-rules")
@_ROOT
def check_rules(root: Path) -> None:
    """Check rules, country groups, lists and tariffs, each with its dates and citation."""
    files = read_bundle(root)
    _end_on([*rule_faults(files), *check_tariffs(files)])
    rules, tariffs = parse_rules(files), parse_tariffs(files)
    click.echo(
        f"{len(rules.rules)} rules, {len(rules.groups)} group memberships, {len(rules.listed)} list entries, "
        f"{sum(1 for _ in tariffs.parameters())} tariff parameters; data as of {rules.data_as_of}"
    )


def _end_on(faults: Sequence[Fault]) -> None:
    """Say every fault and end with 1; go on where there is none."""
    for fault in sorted(faults):
        click.echo(str(fault))
    if faults:
        sys.exit(1)
