"""The rules of law, country groups and lists from their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from quoting.adapters.reference.reading import Files, Row, read_table, read_yaml
from quoting.adapters.reference.rule_paths import (
    COVERAGE,
    ENTITIES,
    GROUPS,
    IMPORTED,
    IMPORTED_SOURCES,
    day,
    rule_files,
)
from quoting.domain.controls.rulebook import ListedParty, ListSource, Membership, RuleBook
from quoting.domain.parameters import Dated, Evidence, Parameter, Rule, Value


def parse_rules(files: Files) -> RuleBook:
    """The rule book of the reference files.

    Raises:
        KeyError, ValueError, TypeError: a file or field is missing or malformed; `rule_faults` says where.
    """
    rules = [_rule(read_yaml(files, path)) for path in rule_files(files)]
    coverage = read_yaml(files, COVERAGE)
    listed = [_listed(row) for path in (ENTITIES, IMPORTED) if path in files for row in read_table(files, path)]
    return RuleBook(
        rules={rule.id: rule for rule in rules},
        groups=tuple(_membership(row) for row in read_table(files, GROUPS)),
        listed=tuple(listed),
        lists=tuple(_sources(files, coverage["lists"], listed)),
        data_as_of=coverage["data_as_of"],
        not_covered=tuple(coverage["not_covered"]),
    )


def parse_rule(files: Files, rule_id: str) -> Rule:
    """One rule of the reference files, without reading the others.

    Raises:
        LookupError: no file is named after it.
    """
    for path in rule_files(files):
        if path.endswith(f"/{rule_id}.yaml"):
            return _rule(read_yaml(files, path))
    raise LookupError(f"there is no rule {rule_id}")


def _sources(files: Files, shipped: dict[str, Any], listed: Sequence[ListedParty]) -> Iterator[ListSource]:
    """Each list with the day it was seen; an imported one stands beside the shipped one."""
    sizes = Counter(entry.list for entry in listed)
    imported = list(read_table(files, IMPORTED_SOURCES)) if IMPORTED_SOURCES in files else []
    for name, source in shipped.items():
        if name != "__line__":
            brought = sum(int(row.cells["entries"]) for row in imported if row.cells["list"] == name)
            yield ListSource(name, source["as_of"], sizes[name] - brought, source["url"])
    for row in imported:
        seen = date.fromisoformat(row.cells["as_of"])
        yield ListSource(row.cells["list"], seen, int(row.cells["entries"]), row.cells["source_url"], imported=True)


def _rule(document: dict[str, Any]) -> Rule:
    return Rule(
        id=document["id"],
        title=document["title"],
        jurisdiction=document["jurisdiction"],
        periods=tuple(_dated(row) for row in document["periods"]),
        parameters={
            name: Parameter(name, p["description"], p["unit"], tuple(_dated(row) for row in p["values"]))
            for name, p in (document.get("parameters") or {}).items()
            if name != "__line__"
        },
    )


def _dated(row: dict[str, Any]) -> Dated:
    return Dated(
        value=_value(row["value"]),
        start=row.get("from"),
        end=row.get("to"),
        published=row.get("published"),
        citation=row["citation"],
        url=row["url"],
        grade=Evidence(row["grade"]),
        unconfirmed=row.get("unconfirmed", ""),
        note=row.get("note", ""),
    )


def _value(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, bool | int | Decimal | str):
        return value
    raise TypeError(f"{value!r} is no value of a parameter")


def _membership(row: Row) -> Membership:
    return Membership(
        country=row.cells["iso2"],
        group=row.cells["group"],
        start=day(row.get("from")),
        end=day(row.get("to")),
        source=row.cells["source"],
        published=day(row.get("published")),
        end_published=day(row.get("end_published")),
    )


def _listed(row: Row) -> ListedParty:
    return ListedParty(
        name=row.cells["name"],
        aliases=tuple(alias.strip() for alias in (row.get("aliases") or "").split(";") if alias.strip()),
        country=row.cells["country"],
        list=row.cells["list"],
        footnote=row.get("footnote") or "",
        listed_on=day(row.get("listed_on")),
        removed_on=day(row.get("removed_on")),
        review=row.get("review"),
        citation=row.cells["citation"],
        url=row.cells["source_url"],
        licence_scope=row.get("licence_scope") or "",
        note=row.get("note") or "",
    )
