"""A linear model in whole numbers: columns with bounds, rows of exact coefficients. Knows no solver and no plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import chain

from quoting.domain.errors import Cancelled
from quoting.domain.watch import Watch

Number = int | Fraction
Terms = Mapping[int, Number]  # column to coefficient


class LinearModel:
    """Integer columns `lower <= x <= upper` and rows `row_lower <= a x <= row_upper`; a bound None is none.

    Rows are kept in compressed form: row i has the entries `starts[i]` to `starts[i + 1]` of `index` and `value`.
    The watch is asked at each row: a wide model takes seconds to build.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.lower: list[int] = []
        self.upper: list[int] = []
        self.sums: set[int] = set()  # columns that an equation makes whole
        self.row_lower: list[int | None] = []
        self.row_upper: list[int | None] = []
        self.starts: list[int] = [0]
        self.index: list[int] = []
        self.value: list[int] = []

    def column(self, upper: int, lower: int = 0) -> int:
        """Add a column and return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def total(self, terms: Terms) -> dict[int, Number]:
        """A new column for the sum of terms, so that many rows can speak of it in one entry each."""
        parts = math.lcm(*(v.denominator for v in terms.values()))
        whole = scaled(terms, parts)
        column = self.column(int(greatest(self, whole)))
        self.sums.add(column)
        self.row(added(whole, {column: -1}), lower=0, upper=0)
        return {column: Fraction(1, parts)}

    def row(self, terms: Terms, lower: Number | None = None, upper: Number | None = None) -> int:
        """Add a row and return its number.

        Denominators are cleared, the greatest common divisor is taken out and the bounds are rounded inwards to whole
        numbers: exact, because all columns are whole.

        Raises:
            Cancelled: the watch said stop.
        """
        if self._watch.stopped():
            raise Cancelled("stopped by the watch")
        scale = math.lcm(*(v.denominator for v in terms.values()))
        values = [v.numerator * (scale // v.denominator) for v in terms.values()]
        divisor = math.gcd(*values) or 1
        self.row_lower.append(None if lower is None else math.ceil(Fraction(lower * scale) / divisor))
        self.row_upper.append(None if upper is None else math.floor(Fraction(upper * scale) / divisor))
        self.index.extend(terms)
        self.value.extend(v // divisor for v in values)
        self.starts.append(len(self.index))
        return len(self.row_lower) - 1


def countable(model: LinearModel) -> list[bool]:
    """The columns that may be left free to be fractions, because they are likely to come out whole by themselves.

    Once the 0-1 columns are decided, pieces that are only ever counted one by one form, as a rule, a network, and the
    corners of a network are whole. Columns that share rows stand and fall together.
    """
    parent = list(range(len(model.lower)))

    def root(column: int) -> int:
        while parent[column] != column:
            parent[column] = parent[parent[column]]
            column = parent[column]
        return column

    weighed: list[int] = list(model.sums)
    for begin, end in zip(model.starts, model.starts[1:], strict=False):
        members = [
            (c, v) for c, v in zip(model.index[begin:end], model.value[begin:end], strict=True) if model.upper[c] > 1
        ]
        if members:
            first = root(members[0][0])
            for column, _ in members:
                parent[root(column)] = first
            if any(abs(value) != 1 for _, value in members):
                weighed.append(first)
    barred = {root(column) for column in weighed}
    return [model.upper[c] > 1 and root(c) not in barred for c in range(len(parent))]


def scaled(terms: Terms, factor: Number) -> dict[int, Number]:
    """The terms times a factor."""
    return {column: factor * value for column, value in terms.items()}


def added(*parts: Terms) -> dict[int, Number]:
    """The sum of terms, columns of no weight left out."""
    total: dict[int, Number] = {}
    for column, value in chain.from_iterable(part.items() for part in parts):
        total[column] = total.get(column, 0) + value
    return {column: value for column, value in total.items() if value}


def greatest(model: LinearModel, terms: Terms) -> Number:
    """The most that terms can come to within the bounds of their columns."""
    return sum((v * (model.upper[c] if v > 0 else model.lower[c]) for c, v in terms.items()), 0)


def least(model: LinearModel, terms: Terms) -> Number:
    """The least that terms can come to within the bounds of their columns."""
    return sum((v * (model.lower[c] if v > 0 else model.upper[c]) for c, v in terms.items()), 0)
