"""Reading the cells of one row: every fault of the row is gathered before the row is refused."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from quoting.adapters.reference.reading import Row, decimal_or_none, last_day


class RowError(ValueError):
    """A row that cannot be used; `messages` say all that is wrong with it."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = tuple(messages)


class Cells:
    """The cells of a row. A reader asks for all it needs, then calls `settle`, which raises what was found wrong.

    What a broken cell reads as is a placeholder that never leaves the reader, as `settle` raises.
    """

    def __init__(self, row: Row) -> None:
        self._row = row
        self._messages: list[str] = []

    def refuse(self, message: str) -> None:
        self._messages.append(message)

    def settle(self) -> None:
        """
        Raises:
            RowError: something was wrong with the row.
        """
        if self._messages:
            raise RowError(self._messages)

    def text(self, column: str) -> str:
        """A text that may be empty."""
        return self._row.get(column) or ""

    def needed(self, column: str) -> str:
        value = self._row.get(column)
        if value is None:
            self.refuse(f"{column} is missing")
        return value or ""

    def one_of(self, column: str, known: Collection[str], what: str) -> str:
        """A text that has to stand among the known ones."""
        value = self.needed(column)
        if value and value not in known:
            self.refuse(f"{column}: {value!r} is no known {what}")
        return value

    def matching(self, column: str, pattern: str, what: str) -> str | None:
        """A text of a given form, None where the cell is empty."""
        value = self._row.get(column)
        if value is not None and not re.fullmatch(pattern, value):
            self.refuse(f"{column}: {value!r} is no {what}")
        return value

    def country(self, column: str) -> str | None:
        return self.matching(column, "[A-Z]{2}", "ISO 3166-1 alpha-2 country")

    def number(self, column: str) -> Decimal | None:
        """A number of zero or more, None where the cell is empty."""
        text = self._row.get(column)
        try:
            value = decimal_or_none(text)
        except ValueError as error:
            self.refuse(f"{column}: {error}")
            return None
        if value is not None and value < 0:
            self.refuse(f"{column}: {value} is negative")
        elif text is not None and not re.fullmatch(r"\d+(\.\d+)?", text):
            self.refuse(f"{column}: {text!r} is no plain number")
        return value

    def whole(self, column: str) -> int | None:
        value = self.number(column)
        if value is not None and value != value.to_integral_value():
            self.refuse(f"{column}: {value} is no whole number")
        return int(value) if value is not None else None

    def price(self, column: str) -> Decimal:
        """A price, which is there and above zero."""
        if not self.needed(column):
            return Decimal(0)
        value = self.number(column)
        if value == 0:
            self.refuse(f"{column}: a price of zero")
        return value or Decimal(0)

    def last_day(self, column: str) -> date | None:
        """The last day of a date of any precision, None where the cell is empty."""
        try:
            return last_day(self._row.get(column))
        except ValueError as error:
            self.refuse(f"{column}: {error}")
            return None

    def needed_day(self, column: str) -> date:
        self.needed(column)
        return self.last_day(column) or date.min

    def source(self, column: str) -> str:
        """The address that a fact is from."""
        value = self.needed(column)
        if value and not re.match(r"https?://\S+", value):
            self.refuse(f"{column}: {value!r} is no address")
        return value
