"""The quote store in SQL: one class for the port, three parts for its three kinds of user."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from quoting.adapters.reference.reading import Files
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.archive import pack
from quoting.adapters.sql.callers_quotes import CallersQuotes
from quoting.adapters.sql.dispatchers_quotes import DispatchersQuotes
from quoting.adapters.sql.fairness import Turns
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.units import Units
from quoting.adapters.sql.workers_quotes import WorkersQuotes
from quoting.config import Settings
from quoting.domain.record import KEEPING_RULE


class SqlQuoteStore(CallersQuotes, WorkersQuotes, DispatchersQuotes, Turns):
    """Args:
    engine: name and version of the program, printed in every result.
    reference: reference files that quotes of this process are pinned to, by digest.
    """

    def __init__(self, units: Units, settings: Settings, engine: str, reference: Mapping[str, Files]) -> None:
        recorder = Recorder(parse_rule(next(iter(reference.values())), KEEPING_RULE), engine)
        packed = {digest: pack(files) for digest, files in reference.items()}
        CallersQuotes.__init__(
            self, units, recorder, packed, settings.dispatch_after_s, settings.max_attempts, settings.waiting_quotes
        )
        WorkersQuotes.__init__(self, units, recorder, engine, settings.lease_s)
        Turns.__init__(self, units, settings.large_from)
        DispatchersQuotes.__init__(
            self,
            units,
            recorder,
            settings.dispatch_after_s,
            settings.redispatch_max_s,
            settings.expire_after_s,
            settings.large_from,
        )

    def ping(self) -> None:
        self._units.read(lambda c: c.execute(text("SELECT count(*) FROM quotes WHERE 1 = 0")))
