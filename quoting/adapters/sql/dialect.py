"""The one place that knows which database it is: the clock, how a write begins, and what is worth another try."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BUSY_TIMEOUT_S = 5.0
_RETRY_STATES = {"40001", "40P01", "55P03"}  # PostgreSQL: serialisation failure, deadlock, lock not available


class now_ms(FunctionElement[int]):  # noqa: N801  (reads as the SQL function it is)
    """Milliseconds since 1970 by the clock of the database: leases of many machines are compared by one clock."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_ms, "sqlite")
def _now_sqlite(element: Any, compiler: Any, **_: Any) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _now_postgresql(element: Any, compiler: Any, **_: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


def connect(url: str) -> Engine:
    """An engine whose commits are durable and whose write units begin as writers."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24, pool_timeout=BUSY_TIMEOUT_S)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_S}, pool_size=8, max_overflow=24, pool_timeout=BUSY_TIMEOUT_S
    )
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: Any, _: Any) -> None:
    """WAL lets readers go on beside a writer; FULL keeps what was acknowledged through a power cut."""
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """A write unit takes the lock at once: the busy timeout does not cover a reader that turns writer."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def worth_another_try(error: DBAPIError) -> bool:
    """Whether the same unit may go through a moment later."""
    text = str(error.orig)
    if "database is locked" in text or "database table is locked" in text:
        return True
    return getattr(error.orig, "sqlstate", None) in _RETRY_STATES
