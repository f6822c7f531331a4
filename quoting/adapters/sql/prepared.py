"""Statements of every request, compiled once and handed to the driver as they are.

SQLAlchemy's way to the driver costs up to ten times what SQLite takes for a statement. Where a quote is accepted that
way is not gone: its compiler still writes the SQL, for the database in use, and its exceptions are still raised.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Values = Mapping[str, Any]


class Prepared:
    """Values go in and rows come out as the driver knows them: of types that both drivers have.

    Args:
        columns: what an insert or an update sets, beside the names it asks for.
    """

    def __init__(self, statement: ClauseElement, columns: Collection[str] = ()) -> None:
        self._statement, self._columns = statement, list(columns) or None
        self._forms: dict[str, tuple[str, Callable[[Values], Any]]] = {}  # by database

    def rows(self, c: Connection, values: Values) -> Sequence[Any]:
        """The rows of a query. Raises DBAPIError."""
        sql, arguments = self._form(c)
        rows: Sequence[Any] = _run(c, lambda cursor: cursor.execute(sql, arguments(values)).fetchall())
        return rows

    def run(self, c: Connection, items: Sequence[Values]) -> None:
        """Write once for each item. Raises DBAPIError."""
        sql, arguments = self._form(c)
        if len(items) == 1:
            _run(c, lambda cursor: cursor.execute(sql, arguments(items[0])))
        else:
            _run(c, lambda cursor: cursor.executemany(sql, [arguments(item) for item in items]))

    def _form(self, c: Connection) -> tuple[str, Callable[[Values], Any]]:
        form = self._forms.get(c.dialect.name)
        if form is None:
            compiled: Any = self._statement.compile(dialect=c.dialect, column_keys=self._columns)
            fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
            form = str(compiled), _in_order(compiled.positiontup, fixed) if compiled.positional else _by_name(fixed)
            self._forms[c.dialect.name] = form
        return form


def _in_order(names: Sequence[str], fixed: Values) -> Callable[[Values], Any]:
    return lambda values: [fixed[name] if name in fixed else values[name] for name in names]


def _by_name(fixed: Values) -> Callable[[Values], Any]:
    return lambda values: {**fixed, **values}


def _run(c: Connection, work: Callable[[Any], Any]) -> Any:
    """Let a cursor work; an error of the driver is raised as SQLAlchemy raises it."""
    driver: Any = c.connection.driver_connection
    base: Any = c.dialect.loaded_dbapi.Error
    try:
        with closing(driver.cursor()) as cursor:
            return work(cursor)
    except base as error:
        if c.dialect.is_disconnect(error, driver, None):
            c.invalidate(error)
        raise DBAPIError.instance(None, None, error, base) from error
