"""One row of a tariff table or file as a value, with every fault of the row gathered before it is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from quoting.adapters.reference.cells import Cells
from quoting.adapters.reference.reading import Row
from quoting.domain.parameters import Dated, Evidence, Value
from quoting.domain.pricing.tariffs import UNKNOWN, Band, UnionMember

ValueReader = Callable[[Cells], Value]

_KEYS = (
    *("value", "from", "to", "published", "citation", "url", "grade", "unconfirmed", "note"),
    *("id", "title", "description", "unit", "importer", "origins", "headings", "displaces"),
    *("tpp_above", "tpp_below", "bandwidth_above", "bandwidth_below"),
)
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Known:
    """The names that rows may refer to."""

    countries: Collection[str]
    regions: Collection[str]
    unions: Collection[str]
    headings: Collection[str]


def yaml_row(path: str, mapping: Mapping[str, Any], fallback: int = 1) -> Row:
    """A mapping of a YAML file as a row: lists joined by |, all else as it was written; a key may be left out."""
    cells = {key: _text(value) for key, value in mapping.items() if key != "__line__" and value is not None}
    return Row(path, mapping.get("__line__", fallback), {**dict.fromkeys(_KEYS, ""), **cells})


def dated(row: Row, read: ValueReader) -> Dated:
    """The value of a row with its days and its source.

    Raises:
        RowError: a date is none, the last day is before the first, citation or grade is missing, or the value is wrong.
    """
    cells = Cells(row)
    grade = cells.one_of("grade", set(Evidence), "grade")
    found = Dated(
        value=read(cells),
        start=cells.last_day("from"),
        end=cells.last_day("to"),
        published=cells.last_day("published"),
        citation=cells.needed("citation"),
        url=cells.text("url"),
        grade=Evidence(grade) if grade in set(Evidence) else Evidence.D,
        unconfirmed=cells.text("unconfirmed"),
        note=cells.text("note"),
    )
    if found.start is not None and found.end is not None and found.end < found.start:
        cells.refuse(f"ends on {found.end}, before it begins on {found.start}")
    cells.settle()
    return found


def percent(cells: Cells) -> Value:
    """A rate in percent as a fraction, from 0 to 1, or UNKNOWN."""
    return _rate(cells, "percent", Decimal(100))


def fraction(cells: Cells) -> Value:
    """A rate as a fraction, from 0 to 1, or UNKNOWN."""
    return _rate(cells, "value", Decimal(1))


def amount(column: str) -> ValueReader:
    """An exact number above zero."""
    return lambda cells: cells.price(column)


def whole(column: str) -> ValueReader:
    """A whole number of zero or more."""

    def read(cells: Cells) -> Value:
        cells.needed(column)
        return cells.whole(column) or 0

    return read


def countries(known: Known) -> ValueReader:
    """Country codes joined by |."""

    def read(cells: Cells) -> Value:
        codes = tuple(cells.needed("value").split("|"))
        _refuse_unknown(cells, codes, known.countries, "country")
        return codes

    return read


def day(cells: Cells) -> Value:
    """A calendar day, kept as its ISO text."""
    return cells.needed_day("value").isoformat()


def yes(cells: Cells, column: str) -> bool:
    return _YES_NO.get(cells.one_of(column, _YES_NO, "answer, yes or no"), False)


def listed(cells: Cells, column: str, known: Collection[str], what: str) -> tuple[str, ...] | None:
    """Names joined by |, each known; None where the cell is empty."""
    if not cells.text(column):
        return None
    names = tuple(cells.text(column).split("|"))
    _refuse_unknown(cells, names, known, what)
    return names


def place(cells: Cells, column: str, known: Known, *more: str) -> str:
    """An end of a lane: a country, a region or one of the words named."""
    return cells.one_of(column, {*known.countries, *known.regions, *more}, "country or region")


def union_member(row: Row, known: Known) -> tuple[str, UnionMember]:
    """A country and its membership."""
    cells = Cells(row)
    country = cells.one_of("country", known.countries, "country")
    member = UnionMember(cells.needed("union"), cells.last_day("from"), cells.last_day("to"), cells.needed("citation"))
    cells.settle()
    return country, member


def band(row: Row) -> Band:
    """A window of TPP and bandwidth; each lower limit is below its upper one."""
    cells = Cells(row)
    limits = [cells.number(name) for name in ("tpp_above", "tpp_below", "bandwidth_above", "bandwidth_below")]
    low_tpp, high_tpp, low_bandwidth, high_bandwidth = (Decimal(0) if limit is None else limit for limit in limits)
    if None in limits or low_tpp >= high_tpp or low_bandwidth >= high_bandwidth:
        cells.refuse("a band needs tpp_above below tpp_below and bandwidth_above below bandwidth_below")
    cells.settle()
    return Band(low_tpp, high_tpp, low_bandwidth, high_bandwidth)


def _rate(cells: Cells, column: str, whole: Decimal) -> Value:
    if cells.needed(column) == UNKNOWN:
        return UNKNOWN
    rate = (cells.number(column) or Decimal(0)) / whole
    if rate > 1:
        cells.refuse(f"{column}: a rate of {rate} is out of range")
    return rate


def _refuse_unknown(cells: Cells, names: Collection[str], known: Collection[str], what: str) -> None:
    for name in names:
        if name not in known:
            cells.refuse(f"{name!r} is no known {what}")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
