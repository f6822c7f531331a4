"""What is wrong in the files of the law: missing sources, wrong dates, unknown words; each with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

import yaml

from quoting.adapters.reference.reading import Fault, Files, Row, read_table, read_yaml
from quoting.adapters.reference.rule_paths import COVERAGE, ENTITIES, GROUPS, RULES, day, rule_files
from quoting.domain.controls.determination import Review
from quoting.domain.controls.reads import READS
from quoting.domain.parameters import Evidence

_JURISDICTIONS = {"US", "MY", "TW", "CN", "JP", "KR", "SG"}
_GROUPS = {"A:1", "A:5", "A:6", "D:1", "D:4", "D:5", "E:1", "E:2", "AID-T1", "AID-T3"}
_LISTS = {"EL", "TW-SHTC", "NS-CMIC", "NOT-LISTED", "DPL"}
_PLACE_UNITS = {"ISO 3166-1 alpha-2", "ISO 3166-1 alpha-2 or country group", "country group"}
_LISTED_BY_DATE = {"EL", "TW-SHTC", "DPL"}


def check_rules(files: Files) -> list[Fault]:
    """Every fault of the rule files, the country groups and the lists, with file and line; empty when all is well."""
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    parameters: dict[str, set[str]] = {}
    for path in rule_files(files):
        try:
            document = read_yaml(files, path)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            faults.append(Fault(path, line, f"no YAML: {error.problem}"))
            continue
        if not isinstance(document, dict):
            faults.append(Fault(path, 1, "a rule is a mapping"))
            continue
        faults += _rule_faults(path, document)
        rule = str(document.get("id"))
        if rule in seen:
            faults.append(Fault(path, 1, f"the id {rule} stands in {seen[rule]} already"))
        seen.setdefault(rule, path)
        parameters[rule] = set(document.get("parameters") or ()) - {"__line__"}
    for rule, names in READS.items():
        if rule not in seen:
            faults.append(Fault(RULES, 1, f"the rule {rule}, which determinations read, is missing"))
            continue
        faults += [
            Fault(seen[rule], 1, f"the parameter {n}, which determinations read, is missing")
            for n in names
            if n not in parameters[rule]
        ]
    return sorted(faults + _coverage_faults(files) + _group_faults(files) + _entity_faults(files))


def _rule_faults(path: str, document: dict[str, Any]) -> Iterator[Fault]:
    for key in ("id", "title", "jurisdiction"):
        if not document.get(key):
            yield Fault(path, 1, f"{key} is missing")
    if document.get("id") != PurePosixPath(path).stem:
        yield Fault(path, 1, f"the file of rule {document.get('id')} is not named after it")
    if document.get("jurisdiction") not in _JURISDICTIONS:
        yield Fault(path, 1, f"unknown jurisdiction {document.get('jurisdiction')!r}")
    yield from _history_faults(path, 1, document.get("periods"), "periods")
    for name, parameter in (document.get("parameters") or {}).items():
        if name == "__line__":
            continue
        line = parameter.get("__line__", 1)
        yield from (
            Fault(path, line, f"{name}: {k} is missing") for k in ("description", "unit") if not parameter.get(k)
        )
        yield from _history_faults(path, line, parameter.get("values"), name)
        if parameter.get("unit") in _PLACE_UNITS:
            yield from _place_faults(path, parameter.get("values") or [])
        if parameter.get("unit") == "review policy":
            yield from (
                Fault(path, row["__line__"], f"{row.get('value')!r} is no review policy")
                for row in parameter.get("values") or []
                if row.get("value") not in set(Review)
            )


def _history_faults(path: str, line: int, rows: Any, what: str) -> Iterator[Fault]:
    """Faults of one value through time. An open row is ended by the next one; a closed row may not reach into it."""
    if not isinstance(rows, list) or not rows:
        yield Fault(path, line, f"{what}: no row")
        return
    last: dict[str, Any] | None = None
    for row in rows:
        at = row.get("__line__", line) if isinstance(row, dict) else line
        if not isinstance(row, dict):
            yield Fault(path, at, f"{what}: a row is a mapping")
            continue
        for key in ("value", "citation", "url", "grade"):
            if row.get(key) in (None, "", []):
                yield Fault(path, at, f"{what}: {key} is missing")
        if row.get("grade") is not None and row["grade"] not in set(Evidence):
            yield Fault(path, at, f"{what}: unknown grade {row['grade']!r}")
        if row.get("url") and not str(row["url"]).startswith("https://"):
            yield Fault(path, at, f"{what}: the url is no https address")
        days = {key: row.get(key) for key in ("from", "to", "published")}
        wrong = [key for key, day in days.items() if day is not None and not isinstance(day, date)]
        if wrong:
            yield from (Fault(path, at, f"{what}: {key} is no day") for key in wrong)
            continue
        if days["from"] and days["to"] and days["to"] < days["from"]:
            yield Fault(path, at, f"{what}: ends before it begins")
        if last is not None:
            before, start = last.get("from"), days["from"]
            if start is None or (before is not None and start <= before):
                yield Fault(path, at, f"{what}: rows are not in the order of their first days")
            elif last.get("to") is not None and last["to"] >= start:
                yield Fault(path, at, f"{what}: overlaps the row before")
        last = row


def _place_faults(path: str, rows: list[dict[str, Any]]) -> Iterator[Fault]:
    for row in rows:
        for place in row.get("value") or ():
            is_country = isinstance(place, str) and len(place) == 2 and place.isupper() and place.isalpha()
            if place not in _GROUPS and not is_country:
                yield Fault(path, row["__line__"], f"unknown country or group {place!r}")


def _coverage_faults(files: Files) -> list[Fault]:
    if COVERAGE not in files:
        return [Fault(COVERAGE, 1, "the file is missing")]
    coverage = read_yaml(files, COVERAGE)
    faults = []
    if not isinstance(coverage.get("data_as_of"), date):
        faults.append(Fault(COVERAGE, 1, "data_as_of is no day"))
    if not coverage.get("not_covered"):
        faults.append(Fault(COVERAGE, 1, "not_covered is missing"))
    return faults


def _days(row: Row, faults: list[Fault], *columns: str) -> dict[str, date | None]:
    days: dict[str, date | None] = {}
    for column in columns:
        try:
            days[column] = day(row.get(column))
        except ValueError:
            days[column] = None
            faults.append(row.fault(f"{column} is no day"))
    return days


def _group_faults(files: Files) -> list[Fault]:
    if GROUPS not in files:
        return [Fault(GROUPS, 1, "the file is missing")]
    faults: list[Fault] = []
    ends: dict[tuple[str, str], date | None] = {}
    for row in read_table(files, GROUPS):
        country, group = row.get("iso2") or "", row.get("group") or ""
        days = _days(row, faults, "from", "to", "published", "end_published")
        if len(country) != 2 or not country.isupper():
            faults.append(row.fault(f"{country!r} is no country code"))
        if group not in _GROUPS:
            faults.append(row.fault(f"unknown group {group!r}"))
        if not row.get("source"):
            faults.append(row.fault("source is missing"))
        start, end = days["from"], days["to"]
        if start and end and end < start:
            faults.append(row.fault("ends before it begins"))
        key = (country, group)
        if key in ends:
            earlier = ends[key]
            if earlier is None or start is None or start < earlier + timedelta(days=1):
                faults.append(row.fault(f"{country} stands in {group} already on these days"))
        ends[key] = end
    return faults


def _entity_faults(files: Files) -> list[Fault]:
    if ENTITIES not in files:
        return [Fault(ENTITIES, 1, "the file is missing")]
    faults: list[Fault] = []
    seen: set[tuple[str | None, ...]] = set()
    for row in read_table(files, ENTITIES):
        faults += [
            row.fault(f"{c} is missing")
            for c in ("name", "country", "list", "citation", "source_url")
            if not row.get(c)
        ]
        days = _days(row, faults, "listed_on", "removed_on")
        if row.get("list") not in _LISTS:
            faults.append(row.fault(f"unknown list {row.get('list')!r}"))
        if row.get("review") is not None and row.get("review") not in set(Review):
            faults.append(row.fault(f"{row.get('review')!r} is no review policy"))
        if row.get("list") == "EL" and not row.get("review"):
            faults.append(row.fault("an entry of the Entity List has no review policy"))
        if (
            row.get("list") in _LISTED_BY_DATE
            and not days["listed_on"]
            and "UNCONFIRMED" not in (row.get("note") or "")
        ):
            faults.append(row.fault("listed_on is missing and not said to be unconfirmed"))
        if days["listed_on"] and days["removed_on"] and days["removed_on"] < days["listed_on"]:
            faults.append(row.fault("removed before it was listed"))
        key = (row.get("name"), row.get("country"), row.get("list"))
        if key in seen:
            faults.append(row.fault(f"{row.get('name')} stands in {row.get('list')} already"))
        seen.add(key)
    return faults
