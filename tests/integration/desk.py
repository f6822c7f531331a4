"""Everything between a request and its answer but HTTP, Redis and the solver: a real store, fakes around it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Engine, text

from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.archive import SqlArchive
from quoting.adapters.sql.store import SqlQuoteStore
from quoting.adapters.sql.units import Units
from quoting.application.compute_quote import compute_quote
from quoting.application.ports import MakeQuote
from quoting.application.quotes import Idempotency, QuoteRecord
from quoting.application.submit_quote import submit_quote
from quoting.config import Settings
from quoting.wire.request import load_request, print_request
from tests.builders import a_request
from tests.fakes import FakeCache, FakeMeter, FakeQueue, FixedClock, RememberedLog, StillPulse, quick_quote

TENANT = "acme"


class Desk:
    def __init__(self, engine: Engine, market: PackagedMarket, **settings: Any) -> None:
        self.engine, self.market = engine, market
        self.store = self.store_with(**settings)
        self.archive = SqlArchive(Units(engine))
        self.queue, self.cache, self.meter, self.log = FakeQueue(), FakeCache(), FakeMeter(), RememberedLog()

    def store_with(self, **settings: Any) -> SqlQuoteStore:
        """Another store on the same database, as another process has one."""
        files = {self.market.reference: self.market.files}
        return SqlQuoteStore(Units(self.engine), Settings(**settings), "chipquote test", files)

    def submit(self, *, tenant: str = TENANT, key: tuple[str, str] | None = None, **changes: Any) -> QuoteRecord:
        return self.submitted(tenant=tenant, key=key, **changes)[0]

    def submitted(
        self, *, tenant: str = TENANT, key: tuple[str, str] | None = None, **changes: Any
    ) -> tuple[QuoteRecord, bool]:
        """Submit a request; `key` is an idempotency key and the fingerprint of what was sent."""
        return submit_quote(
            load_request(a_request(**changes)),
            tenant,
            None if key is None else Idempotency(*key),
            store=self.store,
            market=self.market,
            cache=self.cache,
            queue=self.queue,
            clock=FixedClock(),
            printed=print_request,
        )

    def compute(self, quote_id: str, make: MakeQuote = quick_quote, stopped: bool = False) -> None:
        work = partial(compute_quote, quote_id, "a worker", pulse=StillPulse(stopped), make=make)
        work(store=self.store, market=self.market, cache=self.cache, meter=self.meter, log=self.log)

    def get(self, quote_id: str) -> QuoteRecord:
        return self.store.get(TENANT, quote_id)

    def change(self, sql: str, **values: Any) -> None:
        """Move a row behind the store's back, as time or another machine would."""
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text(sql), values)

    def silence(self, quote_id: str) -> None:
        """The worker of a quote has not been heard of for longer than its lease."""
        self.change("UPDATE quotes SET lease_until = 0 WHERE id = :id", id=quote_id)
