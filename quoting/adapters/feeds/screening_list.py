"""The US Consolidated Screening List in its official bulk format, brought into the data folder. Never fetched here.

The file is `consolidated.json`: `{"results": [{"id", "name", "alt_names", "source", "addresses", "programs",
"federal_register_notice", "start_date", "end_date", "license_policy", "license_requirement", ...}]}`. What is read of
it is kept as the project's own table of entries; the last good copy stays until a better one has been checked whole.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from quoting.adapters.reference.reading import read_table
from quoting.adapters.reference.rule_paths import IMPORTED, IMPORTED_SOURCES
from quoting.domain.controls.determination import Review

URL = "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.json"
FOLDER = "lists"  # below the data folder
_ENTRIES, _SOURCES = "entries.csv", "sources.csv"
_COLUMNS = (
    "name aliases country list footnote listed_on removed_on review licence_scope citation note source_url".split()
)
_NAMES = {"CMIC": "NS-CMIC"}  # the list's code, where the project has another name for it
_CODE = re.compile(r"\(([A-Z]{2,4})\)")
_CODES = frozenset("EL DPL UVL MEU SDN SSI CMIC ISN DTC CAP MBS PLC FSE".split())
_BY_DENIAL = ("policy of denial", Review.POLICY_OF_DENIAL), ("presumption of denial", Review.DENIAL)
_MILDER = ("case-by-case", Review.CASE_BY_CASE), ("case by case", Review.CASE_BY_CASE)
_UNKNOWN_COUNTRY = "ZZ"


class ListRefused(Exception):
    """The file is not what it should be, or has lost more entries than a list ever loses at once."""


@dataclass(frozen=True, slots=True)
class Import:
    """What an import brought, by list, and how many entries each list held before."""

    as_of: date
    entries: Mapping[str, int]
    before: Mapping[str, int]


def import_list(text: bytes, as_of: date, data_dir: Path, least_share: int) -> Import:
    """Read a bulk file, check it whole, and put it in the place of the last good copy.

    Args:
        as_of: the day on which the file was made or fetched.
        least_share: percent of the entries of the last good copy, of each list, that have to be there again.

    Raises:
        ListRefused: nothing was changed; the message says why.
    """
    rows = list(_rows(text))
    entries, before = Counter(row["list"] for row in rows), _before(data_dir)
    if not rows:
        raise ListRefused("no entry was found in the file")
    for name, count in before.items():
        if entries[name] * 100 < count * least_share:
            raise ListRefused(
                f"{name} would shrink from {count:,} to {entries[name]:,} entries, below {least_share} percent: "
                "the last good copy stays"
            )
    sources = [
        {"list": name, "as_of": as_of.isoformat(), "entries": str(count), "source_url": URL}
        for name, count in sorted(entries.items())
    ]
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / _ENTRIES, _table(_COLUMNS, rows))
    _put(folder / _SOURCES, _table(("list", "as_of", "entries", "source_url"), sources))
    return Import(as_of, dict(entries), before)


def imported_lists(data_dir: Path) -> dict[str, str]:
    """The last good copy as reference files; empty where nothing was ever imported."""
    folder = data_dir / FOLDER
    pairs = ((IMPORTED, folder / _ENTRIES), (IMPORTED_SOURCES, folder / _SOURCES))
    if not all(file.is_file() for _, file in pairs):
        return {}
    return {path: file.read_text(encoding="utf-8") for path, file in pairs}


def _before(data_dir: Path) -> dict[str, int]:
    files = imported_lists(data_dir)
    rows = read_table(files, IMPORTED_SOURCES) if files else []
    return {row.cells["list"]: int(row.cells["entries"]) for row in rows}


def _rows(text: bytes) -> Iterator[dict[str, str]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ListRefused(f"no JSON: {error}") from None
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        raise ListRefused("no list of results in the file")
    for number, entry in enumerate(results):
        try:
            yield _row(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ListRefused(f"results[{number}]: {error!r}") from None


def _row(entry: Mapping[str, Any]) -> dict[str, str]:
    code = _code(str(entry["source"]))
    name = str(entry["name"]).strip()
    if not name:
        raise ValueError("an entry has no name")
    listed_on = _day(entry.get("start_date"))
    policy = _text(entry.get("license_policy"))
    return {
        "name": name,
        "aliases": "; ".join(a.replace(";", ",") for a in _aliases(entry.get("alt_names"))),
        "country": _country(entry),
        "list": _NAMES.get(code, code),
        "footnote": "",
        "listed_on": listed_on,
        "removed_on": _day(entry.get("end_date")) if code == "DPL" else "",
        "review": _review(policy) if code == "EL" else "",
        "licence_scope": _text(entry.get("license_requirement")),
        "citation": _text(entry.get("federal_register_notice")) or f"Consolidated Screening List, {code}",
        "note": "" if listed_on else "UNCONFIRMED: the list gives no day of listing",
        "source_url": _text(entry.get("source_list_url")) or URL,
    }


def _code(source: str) -> str:
    found = source if source in _CODES else next(iter(_CODE.findall(source)), "")
    if found not in _CODES:
        raise ValueError(f"unknown source {source!r}")
    return found


def _aliases(value: Any) -> list[str]:
    texts = value.split(";") if isinstance(value, str) else list(value or ())
    return [str(text).strip() for text in texts if str(text).strip()]


def _country(entry: Mapping[str, Any]) -> str:
    """The entry's country, else that of its first address that has one; "ZZ" where none is told."""
    told = [entry.get("country"), *(a.get("country") for a in entry.get("addresses") or () if isinstance(a, Mapping))]
    return next((str(c) for c in told if c and len(str(c)) == 2), _UNKNOWN_COUNTRY)


def _review(policy: str) -> str:
    """The review policy in an entry's words; where several stand there the strictest, where none does denial."""
    words = policy.casefold()
    return next((review.value for text, review in (*_BY_DENIAL, *_MILDER) if text in words), Review.DENIAL.value)


def _day(value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat() if value else ""


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value else ""


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _put(path: Path, text: str) -> None:
    """Written aside and renamed: a reader sees the old file or the new one."""
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
