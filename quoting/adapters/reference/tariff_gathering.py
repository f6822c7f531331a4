"""Gathering dated values from tables and files, together with every fault that is met on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from quoting.adapters.reference.cells import Cells, RowError
from quoting.adapters.reference.reading import Fault, Files, Row, read_table, read_yaml
from quoting.adapters.reference.tariff_rows import ValueReader, dated, yaml_row
from quoting.domain.parameters import Dated, Parameter

Rows = list[tuple[Row, Dated]]  # the values of one parameter, each with the row it is from


class Gathering:
    """Reads files; `faults` grows by what is wrong, and what cannot be read is left out."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.faults: list[Fault] = []
        self.path = ""  # of the YAML file that was read last

    def named(self, path: str, document: Any, name: str, read: ValueReader) -> Parameter | None:
        """A parameter of a file that holds several by name."""
        body = document.get(name)
        if not isinstance(body, dict):
            self.faults.append(Fault(path, 1, f"{name} is missing"))
            return None
        try:
            cells = Cells(yaml_row(path, {k: v for k, v in body.items() if k != "values"}))
            description, unit = cells.needed("description"), cells.needed("unit")
            cells.settle()
        except RowError as error:
            self.refused(yaml_row(path, body), error)
            return None
        return self.parameter(path, body, name, description, unit, read)

    def parameter(
        self, path: str, body: dict[str, Any], key: str, description: str, unit: str, read: ValueReader
    ) -> Parameter | None:
        values: Rows = []
        table = [yaml_row(path, value, body["__line__"]) for value in body.get("values") or ()]
        self.each(table, lambda row: values.append((row, dated(row, read))))
        if not values:
            self.faults.append(Fault(path, body["__line__"], f"{key} has no value"))
            return None
        return self.history(key, description, unit, values)

    def history(self, key: str, description: str, unit: str, values: Rows) -> Parameter:
        """One value through time. An open row is ended by the next one; a closed row may not reach into it."""
        for (_, before), (row, after) in pairwise(values):
            if after.start is None or (before.start is not None and after.start <= before.start):
                self.faults.append(row.fault(f"{key}: rows are not in the order of their first days"))
            elif before.end is not None and before.end >= after.start:
                self.faults.append(row.fault(f"{key}: overlaps the row before"))
        return Parameter(key, description, unit, tuple(value for _, value in values))

    def table(self, path: str) -> list[Row]:
        return read_table(self._files, path)

    def yaml(self, path: str, kind: type = dict) -> Any:
        self.path = path
        document = read_yaml(self._files, path)
        if not isinstance(document, kind):
            self.faults.append(Fault(path, 1, f"the file holds no {kind.__name__}"))
            return kind()
        return document

    def each(self, table: Iterable[Row], read: Callable[[Row], object]) -> None:
        for row in table:
            try:
                read(row)
            except RowError as error:
                self.refused(row, error)

    def refused(self, row: Row, error: RowError) -> None:
        self.faults += [row.fault(message) for message in error.messages]
