"""The rules, lists and chips of this installation, without prices, service or database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from quoting.adapters.feeds.screening_list import imported_lists
from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.chip_table import parse_chips
from quoting.adapters.reference.rules import parse_rules
from quoting.config import Settings
from quoting.domain.chips import Chip
from quoting.domain.controls.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class LocalLaw:
    chips: Mapping[str, Chip]
    rules: RuleBook


def local_law() -> LocalLaw:
    """The package's own files and, beside them, the lists that were imported into the data folder.

    Raises:
        ReferenceDataBroken: a row of the chips cannot be read.
    """
    files = {**read_bundle(), **imported_lists(Settings.from_env(os.environ).data_dir)}
    return LocalLaw(parse_chips(files), parse_rules(files))
