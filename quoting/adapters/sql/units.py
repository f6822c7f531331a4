"""Units of work: one transaction each, tried again where the database was merely busy.

Where a database takes one writer at a time, writing threads of a process would stand in line for it. The first in line
then takes all that wait into its transaction, each in a savepoint of its own, and one durable commit serves them all.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from quoting.adapters.sql.dialect import has_dropped_all, takes_one_writer, worth_another_try
from quoting.adapters.sql.silence import Silence, silent
from quoting.application.errors import StoreUnavailable

TRIES, TRY_FOR_S = 5, 10.0
GATHERING_S, LONGEST_GATHERING_S = 0.001, 0.01  # how long nobody may come, and how long they may go on coming
_I = TypeVar("_I")
_T = TypeVar("_T")

# For each item its result, or why it is refused: then the unit has written nothing for it.
Each = Callable[[Connection, Sequence[_I]], Sequence[_T | Exception]]


class Units:
    """Runs functions of a connection as transactions on one engine.

    A unit for a caller names the caller's tenant; on PostgreSQL it then sees the rows of no other, whatever it asks.
    A unit never begins another.
    """

    def __init__(self, engine: Engine) -> None:
        self._reads = engine
        self._writes = engine.execution_options(writes=True)
        self._silence = Silence()
        self._in_line = takes_one_writer(engine)
        self._line: deque[_Waiting[Any]] = deque()
        self._writing, self._crowded = threading.Lock(), False

    def read(self, unit: Callable[[Connection], _T], tenant: str | None = None) -> _T:
        """Run a unit that changes nothing. Raises StoreUnavailable."""
        return self._run(self._reads, unit, tenant)

    def write(self, unit: Callable[[Connection], _T], tenant: str | None = None) -> _T:
        """Run a unit that may change rows, perhaps in another thread; it has committed when this returns.

        Raises:
            StoreUnavailable: the database did not answer, or stayed busy through every try.
            IntegrityError: a constraint refused it; nothing was written.
        """
        return self._write(_Waiting(unit), tenant)

    def write_each(self, unit: Each[_I, _T], item: _I, tenant: str | None = None) -> _T:
        """As `write`, of a unit over items that serves at once all items that wait for it.

        Raises:
            Exception: what the unit has in the place of this item's result; nothing was written for it.
        """
        return self._write(_WaitingItem(unit, item), tenant)

    def _write(self, mine: _Waiting[_T], tenant: str | None) -> _T:
        if not self._in_line:
            return self._run(self._writes, mine.unit, tenant)
        self._line.append(mine)
        with self._writing:
            if not mine.served:
                if self._crowded:
                    self._let_others_come()
                waiting = self._leave_line()
                self._crowded = len(waiting) > 1
                self._serve(waiting)
        return mine.outcome()

    def _let_others_come(self) -> None:
        """Where several came together a moment ago more are on their way: a commit costs more than the time they take.

        Who writes alone never waits.
        """
        ends, seen = time.monotonic() + LONGEST_GATHERING_S, 0
        while len(self._line) > seen and time.monotonic() < ends:
            seen = len(self._line)
            time.sleep(GATHERING_S)

    def _leave_line(self) -> list[_Waiting[Any]]:
        return [self._line.popleft() for _ in range(len(self._line))]

    def _serve(self, waiting: list[_Waiting[Any]]) -> None:
        try:
            if len(waiting) == 1:
                waiting[0].keep(self._run(self._writes, waiting[0].unit, None))
            else:
                self._run(self._writes, partial(_run_all, waiting), None)
        except BaseException as error:
            if isinstance(error, StoreUnavailable):
                waiting += self._leave_line()  # who came in the meantime need not find it out once more
            for each in waiting:
                each.fail(error)
        for each in waiting:
            each.served = True

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


def _run_all(waiting: Sequence[_Waiting[Any]], connection: Connection) -> None:
    items: dict[Each[Any, Any], list[_WaitingItem[Any, Any]]] = {}
    for each in waiting:
        if isinstance(each, _WaitingItem):
            items.setdefault(each.of_items, []).append(each)
        else:
            each.run_beside_others(connection)
    for unit, some in items.items():
        if len(some) == 1 or not _run_at_once(unit, some, connection):
            for one in some:
                one.run_beside_others(connection)


def _run_at_once(unit: Each[_I, _T], waiting: Sequence[_WaitingItem[_I, _T]], connection: Connection) -> bool:
    """Whether it went through; where it did not, nobody knows yet on whose account, and nothing is written."""
    try:
        with connection.begin_nested():
            outcomes = unit(connection, [each.item for each in waiting])
    except Exception:
        if has_dropped_all(connection):
            raise
        return False
    for each, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, Exception):
            each.fail(outcome)
        else:
            each.keep(outcome)
    return True


class _Waiting(Generic[_T]):
    """A unit that stands in line, and what came of it; `served` when that is final."""

    def __init__(self, unit: Callable[[Connection], _T]) -> None:
        self.unit, self.served = unit, False
        self._results: tuple[_T, ...] = ()
        self._error: BaseException | None = None

    def keep(self, result: _T) -> None:
        self._results, self._error = (result,), None

    def fail(self, error: BaseException) -> None:
        self._results, self._error = (), error

    def outcome(self) -> _T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def run_beside_others(self, connection: Connection) -> None:
        """Run in a savepoint: what goes wrong here undoes nothing of the others, and is told here only."""
        try:
            with connection.begin_nested():
                self.keep(self.unit(connection))
        except Exception as error:
            if has_dropped_all(connection):
                raise
            told = isinstance(error, IntegrityError) or not isinstance(error, SQLAlchemyError)
            self.fail(error if told else StoreUnavailable(str(error)))


class _WaitingItem(_Waiting[_T], Generic[_I, _T]):
    """An item that stands in line for a unit over items."""

    def __init__(self, unit: Each[_I, _T], item: _I) -> None:
        super().__init__(partial(_only, unit, item))
        self.of_items, self.item = unit, item


def _only(unit: Each[_I, _T], item: _I, connection: Connection) -> _T:
    outcome = unit(connection, [item])[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
