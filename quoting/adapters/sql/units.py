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
from quoting.application.ports import StoreUnavailable

TRIES = 5
_T = TypeVar("_T")


class Units:
    """Runs functions of a connection as transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine
        self._writes = engine.execution_options(writes=True)

    def read(self, unit: Callable[[Connection], _T]) -> _T:
        """Run a unit that changes nothing. Raises StoreUnavailable."""
        return self._run(self._reads, unit)

    def write(self, unit: Callable[[Connection], _T]) -> _T:
        """Run a unit that may change rows; it commits when it returns.

        Raises:
            StoreUnavailable: the database did not answer, or stayed busy through every try.
            IntegrityError: a constraint refused it; nothing was written.
        """
        return self._run(self._writes, unit)

    def _run(self, engine: Engine, unit: Callable[[Connection], _T]) -> _T:
        for attempt in range(1, TRIES + 1):
            try:
                with engine.begin() as connection:
                    return unit(connection)
            except IntegrityError:
                raise
            except DBAPIError as error:
                if attempt == TRIES or not worth_another_try(error):
                    raise StoreUnavailable(str(error.orig)) from error
            except SQLAlchemyError as error:
                raise StoreUnavailable(str(error)) from error
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  (jitter, no secret)
        raise AssertionError("the last try returns or raises")
