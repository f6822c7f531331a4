"""A frozen PostgreSQL takes what it is sent and says nothing: who answers callers does not wait for it for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy.exc import DBAPIError

from quoting.application.errors import StoreUnavailable

PAUSE_S = 1.0


class ImpatientConnection(Connection[Any]):
    """Given up, and closed, when a statement has had no answer for `patience_s`: no limit of the server's own counts
    while it is frozen, and its kernel goes on to acknowledge what arrives."""

    patience_s: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except OperationalError:
            if self.patience_s is None or time.monotonic() - began < self.patience_s:
                raise
            self.close()
            raise ConnectionTimeout("the server says nothing") from None


def impatient(patience_s: float) -> Callable[..., Connection[Any]]:
    """Makes connections of an engine, where SQLAlchemy would."""

    def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Connection[Any]:
        connection = ImpatientConnection.connect(*arguments, **named)
        connection.patience_s = patience_s
        return connection

    return connect


def silent(error: DBAPIError) -> bool:
    return isinstance(error.orig, ConnectionTimeout)


class Silence:
    """Once the server was silent, one caller at a time finds out whether it still is; the others are told at once."""

    def __init__(self) -> None:
        self._lock, self._ask_again_at = threading.Lock(), float("-inf")
        self._lasts = False

    def refuse(self) -> None:
        """Raises StoreUnavailable where it is not yet time to ask again."""
        if not self._lasts:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._ask_again_at:
                raise StoreUnavailable("the database was silent a moment ago")
            self._ask_again_at = now + PAUSE_S

    def note(self, silent: bool) -> None:
        """What became of asking."""
        if silent or self._lasts:
            with self._lock:
                self._lasts, self._ask_again_at = silent, time.monotonic() + PAUSE_S
