"""The one place that knows which database it is: clock, durability, locks, begin of a write, what is worth a retry."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Engine, QueuePool, create_engine, event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from quoting.adapters.sql.silence import impatient
from quoting.adapters.sql.tenancy import keep_tenants_apart
from quoting.application.errors import StoreUnavailable

BUSY_TIMEOUT_S = 5.0
# When a writer that waits for another process looks: soon, then at growing distance, so that it does not eat what the
# other needs. SQLite itself would sleep up to 100 ms beside a free lock.
_FIRST_LOOK_S, _GROWTH = 0.0005, 1.1
_SQLITE_FULL = 2
_DURABLE = {"on", "remote_apply"}  # remote_apply waits for more than on does
_SERVER_FIRST = 0.8  # of our patience: a server that waits for a lock says so before we take it for a silent one
_POSTGRESQL = {"connect_timeout": 5, "tcp_user_timeout": 10_000}  # seconds, milliseconds: a silent server is a dead one
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


class WeakDatabase(StoreUnavailable):
    """The database would not keep through a power cut what it has acknowledged; nothing is entrusted to it."""


def connect(url: str, patience_s: float | None = None) -> Engine:
    """An engine whose commits are durable and whose write units begin as writers.

    Every new connection is asked how durable its commits are; with a weak answer it is not used, and who wanted it
    gets WeakDatabase.

    Args:
        patience_s: how long a lock, a free connection and an answer are waited for; None: an answer as long as it
            takes, the rest for five seconds.
    """
    lock_s = BUSY_TIMEOUT_S if patience_s is None else patience_s
    pool = {"pool_size": 8, "max_overflow": 24, "pool_timeout": lock_s}
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": lock_s}, poolclass=QueuePool, **pool)
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "connect", _sqlite_is_durable)
        event.listen(engine, "begin", _sqlite_begin(lock_s))
    else:
        scheme, _, rest = url.partition("://")
        full = f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
        limits = {"lock_timeout": lock_s} | (
            {} if patience_s is None else {"statement_timeout": patience_s * _SERVER_FIRST}
        )
        engine = create_engine(full, connect_args=_POSTGRESQL, pool_pre_ping=True, **pool)
        if patience_s is not None:
            event.listen(engine, "do_connect", impatient(patience_s))
        event.listen(engine, "connect", _postgresql_limits(limits))
        event.listen(engine, "connect", _postgresql_is_durable)
        keep_tenants_apart(engine)
    return engine


def alone(connection: Connection, name: str) -> None:
    """Keep out everybody else who asks for the same name, until this transaction ends.

    In SQLite a write unit is alone from its beginning.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _sqlite_settings(connection: Any, _: Any) -> None:
    """WAL lets readers go on beside a writer; FULL keeps what was acknowledged through a power cut."""
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_is_durable(connection: Any, _: Any) -> None:
    """Read back what was set: a file system may not allow WAL, and SQLite then goes on without a word."""
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or synchronous < _SQLITE_FULL:
        raise WeakDatabase(f"SQLite has journal_mode {mode}, synchronous {synchronous}; wal and {_SQLITE_FULL} are due")


def _postgresql_limits(limits_s: Mapping[str, float]) -> Callable[[Any, Any], None]:
    def settings(connection: Any, _: Any) -> None:
        for name, limit_s in limits_s.items():
            connection.execute(f"SET {name} = {limit_s * 1000:.0f}")
        connection.commit()

    return settings


def _postgresql_is_durable(connection: Any, _: Any) -> None:
    names = ("synchronous_commit", "fsync", "full_page_writes")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    answers = dict(zip(names, connection.execute(f"SELECT {asked}").fetchone(), strict=True))
    connection.rollback()  # the question has begun a transaction
    weak = [f"{name} {value}" for name, value in answers.items() if value not in _DURABLE]
    if weak:
        raise WeakDatabase(f"PostgreSQL has {', '.join(weak)}; on is due")


def _sqlite_begin(lock_s: float) -> Callable[[Connection], None]:
    """A write unit takes the lock at once: the busy timeout does not cover a reader that turns writer."""

    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        driver: Any = connection.connection.driver_connection
        ends, pause = time.monotonic() + lock_s, _FIRST_LOOK_S
        try:
            driver.execute("PRAGMA busy_timeout=0")
            while not _writes_now(driver, last=time.monotonic() >= ends):
                time.sleep(pause)
                pause *= _GROWTH
            driver.execute(f"PRAGMA busy_timeout={lock_s * 1000:.0f}")
        except sqlite3.Error as error:
            raise OperationalError("BEGIN IMMEDIATE", None, error) from error

    return begin


def _writes_now(driver: sqlite3.Connection, *, last: bool) -> bool:
    """Begin as the one writer; False where there is another, and an error where this was the last try."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def takes_one_writer(engine: Engine) -> bool:
    """Whether one writer keeps out all others of the database, whatever they would write."""
    return engine.dialect.name == "sqlite"


def has_dropped_all(connection: Connection) -> bool:
    """Whether an error has ended the whole transaction, not only its statement: SQLite does so on a full disk."""
    driver: Any = connection.connection.driver_connection
    return not driver.in_transaction


def worth_another_try(error: DBAPIError) -> bool:
    """Whether the same unit may go through a moment later."""
    text = str(error.orig)
    if "database is locked" in text or "database table is locked" in text:
        return True
    return getattr(error.orig, "sqlstate", None) in _RETRY_STATES
