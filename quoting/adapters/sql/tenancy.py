"""PostgreSQL keeps tenants apart by itself, beside the filter of every statement: row level security, and roles.

A transaction says as it begins for which tenant it is, and sees the rows of this one alone. One that names none sees
nothing, unless its role may read the view `every_tenant`: the owner may, and the role of workers and dispatcher.
SQLite has no such thing; there the filter stands alone.
"""

from __future__ import annotations

from typing import Any

from psycopg import Error, sql
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError


def keep_tenants_apart(engine: Engine) -> None:
    """Let every transaction of an engine on PostgreSQL name its tenant, if it has one, in the trip of its BEGIN."""
    event.listen(engine, "connect", _we_say_begin)
    event.listen(engine, "begin", _begin)


def _we_say_begin(connection: Any, _: Any) -> None:
    connection.autocommit = True


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":  # a migration that must not be in a transaction
        return
    begin, tenant = sql.Composed([sql.SQL("BEGIN")]), options.get("tenant")
    if tenant is not None:
        begin += sql.SQL("; SET LOCAL chipquote.tenant = {}").format(sql.Literal(tenant))
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.execute(begin, prepare=False)  # two statements in one trip cannot be prepared
    except Error as error:
        raise OperationalError("BEGIN", None, error) from error
