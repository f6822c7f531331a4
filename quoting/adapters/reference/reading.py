"""Reading reference files with their line numbers, so that a fault can name file and line."""

from __future__ import annotations

import calendar
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

Files = Mapping[str, str]  # path below quoting/, with forward slashes, to text: "data/chips.csv"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A broken row. Lines count from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a CSV table; an empty cell reads as None."""

    file: str
    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str | None:
        value = self.cells.get(column)
        value = value.strip() if value else ""
        return value or None

    def fault(self, message: str) -> Fault:
        return Fault(self.file, self.line, message)


def read_table(files: Files, path: str) -> list[Row]:
    """The rows of a CSV file with the line each begins on.

    Raises:
        KeyError: there is no such file.
    """
    reader = csv.DictReader(io.StringIO(files[path]))
    rows, line = [], 2
    for cells in reader:
        rows.append(Row(path, line, {k: v or "" for k, v in cells.items() if k is not None}))
        line = reader.line_num + 1
    return rows


class _LineLoader(yaml.CSafeLoader):
    """Plain YAML by libyaml, numbers kept exact, with the line of every mapping under the key `__line__`."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping = loader.construct_mapping(node, deep=True)
    mapping["__line__"] = node.start_mark.line + 1
    return mapping


def _decimal(loader: _LineLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_LineLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read_yaml(files: Files, path: str) -> Any:
    """A YAML document; every mapping in it carries its line as `__line__`, decimals stay exact."""
    return yaml.load(files[path], Loader=_LineLoader)  # noqa: S506  (a SafeLoader with two constructors)


def last_day(text: str | None) -> date | None:
    """A day known to the day, month, quarter or year, counted from its last day; None where there is none.

    "2024-06-11", "2024-06", "2024-Q2", "2024-H1", "2024"; words in brackets after it are a remark.

    Raises:
        ValueError: the text is no such date.
    """
    if not text:
        return None
    match = re.fullmatch(r"(\d{4})(?:-(?:(\d{2})(?:-(\d{2}))?|Q([1-4])|H([12])))?(?:\s*\(.*\))?", text.strip())
    if not match:
        raise ValueError(f"{text!r} is no date")
    year, month, day, quarter, half = (int(g) if g else None for g in match.groups())
    assert year is not None
    if day is not None and month is not None:
        return date(year, month, day)
    month = month or (quarter * 3 if quarter else half * 6 if half else 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def decimal_or_none(text: str | None) -> Decimal | None:
    """An exact number, None where the cell is empty.

    Raises:
        ValueError: the text is no plain number.
    """
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is no number")
    return value
