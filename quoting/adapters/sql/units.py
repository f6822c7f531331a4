"""Units of work: one transaction each, tried again where the database was merely busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from quoting.adapters.sql.dialect import worth_another_try
from quoting.adapters.sql.silence import Silence, silent
from quoting.application.ports import StoreUnavailable

TRIES, TRY_FOR_S = 5, 10.0
_T = TypeVar("_T")


class Units:
    """Runs functions of a connection as transactions on one engine.

    A unit for a caller names the caller's tenant; on PostgreSQL it then sees the rows of no other, whatever it asks.
    """

    def __init__(self, engine: Engine) -> None:
        self._reads = engine
        self._writes = engine.execution_options(writes=True)
        self._silence = Silence()

    def read(self, unit: Callable[[Connection], _T], tenant: str | None = None) -> _T:
        """Run a unit that changes nothing. Raises StoreUnavailable."""
        return self._run(self._reads, unit, tenant)

    def write(self, unit: Callable[[Connection], _T], tenant: str | None = None) -> _T:
        """Run a unit that may change rows; it commits when it returns.

        Raises:
            StoreUnavailable: the database did not answer, or stayed busy through every try.
            IntegrityError: a constraint refused it; nothing was written.
        """
        return self._run(self._writes, unit, tenant)

    def _run(self, engine: Engine, unit: Callable[[Connection], _T], tenant: str | None) -> _T:
        self._silence.refuse()
        ends = time.monotonic() + TRY_FOR_S
        for attempt in range(1, TRIES + 1):
            try:
                with engine.connect().execution_options(tenant=tenant) as connection, connection.begin():
                    answer = unit(connection)
                self._silence.note(False)
                return answer
            except IntegrityError:
                raise
            except DBAPIError as error:
                self._silence.note(silent(error))
                if attempt == TRIES or time.monotonic() > ends or not worth_another_try(error):
                    raise StoreUnavailable(str(error.orig)) from error
            except SQLAlchemyError as error:
                raise StoreUnavailable(str(error)) from error
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  (jitter, no secret)
        raise AssertionError("the last try returns or raises")
