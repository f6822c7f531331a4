"""The table of chips, which law reads without prices, and how rows become values or faults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from quoting.adapters.reference.cells import RowError
from quoting.adapters.reference.chip_rows import chip
from quoting.adapters.reference.reading import Fault, Files, Row, read_table
from quoting.domain.chips import Chip
from quoting.domain.errors import ReferenceDataBroken

CHIPS, VENDORS = "data/chips.csv", "data/vendors.csv"

T = TypeVar("T")


def parse_chips(files: Files) -> dict[str, Chip]:
    """The chips alone, by id, for who needs no prices.

    Raises:
        ReferenceDataBroken: a row cannot be read.
    """
    faults: list[Fault] = []
    chips = read_chips(files, {row.cells["vendor_id"] for row in read_table(files, VENDORS)}, faults)
    if faults:
        raise ReferenceDataBroken("\n".join(str(fault) for fault in faults))
    return chips


def read_chips(files: Files, vendors: Collection[str], faults: list[Fault]) -> dict[str, Chip]:
    """The chips of the rows that can be read; the others add their faults."""
    return by_key(read_rows(files, CHIPS, lambda row: chip(row, vendors), faults), lambda each: each.id, faults)


def read_rows(files: Files, path: str, read: Callable[[Row], T], faults: list[Fault]) -> list[tuple[Row, T]]:
    """What each row reads as; a row that cannot be read is left out and adds its faults."""
    values = []
    for row in read_table(files, path):
        try:
            values.append((row, read(row)))
        except RowError as broken:
            faults += (row.fault(message) for message in broken.messages)
    return values


def by_key(pairs: Iterable[tuple[Row, T]], key: Callable[[T], str], faults: list[Fault]) -> dict[str, T]:
    found: dict[str, T] = {}
    for row, value in pairs:
        if key(value) in found:
            faults.append(row.fault(f"{key(value)!r} stands there twice"))
        found.setdefault(key(value), value)
    return found
