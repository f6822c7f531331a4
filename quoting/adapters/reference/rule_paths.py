"""Where the files of the law stand."""

from __future__ import annotations

from datetime import date

from quoting.adapters.reference.reading import Files

RULES = "parameters/controls/"
COVERAGE = RULES + "coverage.yaml"
GROUPS = "data/country_groups.csv"
ENTITIES = "data/entities.csv"
IMPORTED, IMPORTED_SOURCES = "data/lists/entries.csv", "data/lists/sources.csv"  # of this installation; not shipped


def rule_files(files: Files) -> list[str]:
    return sorted(p for p in files if p.startswith(RULES) and p.endswith(".yaml") and p != COVERAGE)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
