"""The client for programs that wait."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Any, Self

import httpx2

from quoting_client.conversation import (
    Call,
    Conversation,
    Done,
    OnProgress,
    Pause,
    Reply,
    Request,
    Steps,
    T,
    proceed,
)
from quoting_client.errors import NotReached
from quoting_client.http import DEFAULT_URL, arguments, not_reached, options, reply
from quoting_client.quote import Quote, read_quote
from quoting_client.result import Determination, Result

TIMEOUT_S = 900.0


class Client:
    """Asks one service with one key. Safe to share between threads.

    Args:
        api_key: by default that of the environment, CHIPQUOTE_API_KEY.
        timeout_s: the deadline of each operation, with all its tries and pauses.

    Every method raises NotReached, NotAllowed, Invalid, Unavailable or ServerError where they apply.
    """

    def __init__(
        self, base_url: str = DEFAULT_URL, api_key: str | None = None, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._http = httpx2.Client(**options(base_url, api_key))
        self._timeout_s, self._met = timeout_s, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def quote(
        self,
        request: Request,
        *,
        idempotency_key: str | None = None,
        on_progress: OnProgress | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Ask, follow, read.

        Args:
            request: section 2 of the contract, as a mapping or as JSON text.
            on_progress: hears of the quote with every look at it.

        Raises:
            StillRunning: the deadline came first; the quote goes on.
            JobFailed: the quote ended without a result.
        """
        return self._run(self._talk(timeout_s).quote(request, idempotency_key, on_progress))

    def submit(self, request: Request, *, idempotency_key: str | None = None, wait_s: float = 0) -> Quote:
        """Ask and return at once, or after `wait_s` (at most 20) seconds."""
        return self._run(self._talk().submit(request, idempotency_key, wait_s))

    def get(self, quote_id: str) -> Quote:
        """Look at a quote. Raises NotFound."""
        return self._run(self._talk().get(quote_id))

    def wait(self, quote_id: str, *, on_progress: OnProgress | None = None, timeout_s: float | None = None) -> Quote:
        """Follow a quote until it has its result. Raises NotFound, StillRunning, JobFailed."""
        return self._run(self._talk(timeout_s).wait(quote_id, on_progress))

    def result(self, quote_id: str) -> Result:
        """Read a result. Raises NotFound, Conflict (it is not done, or has none)."""
        return self._run(self._talk().result(quote_id))

    def cancel(self, quote_id: str) -> Quote:
        """Ask for the end of a quote. Raises NotFound, Conflict (it had ended)."""
        return self._run(self._talk().cancel(quote_id))

    def quotes(self, *, status: str | None = None) -> Iterator[Quote]:
        """The tenant's quotes, newest first; pages are fetched as they are needed."""
        return map(read_quote, self._list("/v1/quotes", {"status": status}))

    def export_check(self, transaction: Request) -> Determination:
        """One determination (section 5 of the contract)."""
        return self._run(self._talk().export_check(transaction))

    def export_checks(self, transactions: Sequence[Mapping[str, Any]]) -> list[Determination]:
        """At most 1,000 at once, answered in order; one wrong item refuses all of them."""
        return self._run(self._talk().export_checks(transactions))

    def chips(self, **filters: Any) -> Iterator[Mapping[str, Any]]:
        """The catalogue of chips; `on` and the chips' own fields filter it."""
        return self._list("/v1/chips", filters)

    def chip(self, chip_id: str, **query: Any) -> Mapping[str, Any]:
        """One chip. Raises NotFound."""
        return self._run(self._talk().document(f"/v1/chips/{chip_id}", query))

    def vendors(self, **filters: Any) -> Iterator[Mapping[str, Any]]:
        """Who sells or leases chips; their own fields filter."""
        return self._list("/v1/vendors", filters)

    def offers(self, **filters: Any) -> Iterator[Mapping[str, Any]]:
        """What the catalogue offers on a day, by default today: the newest price of each series."""
        return self._list("/v1/offers", filters)

    def sites(self, **filters: Any) -> Iterator[Mapping[str, Any]]:
        """Markets and data-centre regions in which prices were seen by a day."""
        return self._list("/v1/sites", filters)

    def rules(self, *, on: date | str | None = None) -> Mapping[str, Any]:
        """Rules and parameters in force on a day, each with its citation."""
        return self._run(self._talk().document("/v1/rules", {"on": on}))

    def clearances(self) -> Sequence[Mapping[str, Any]]:
        """All that the tenant has judged of parties, oldest first, what was taken back too."""
        document = self._run(self._talk().document("/v1/clearances", {}))
        return list(document["data"])

    def add_clearance(self, judgement: Request) -> Mapping[str, Any]:
        """Declare that a party is not an entry it resembles, or that a red flag of it is closed."""
        return self._run(self._talk().declare("/v1/clearances", judgement))

    def revoke_clearance(self, clearance_id: str, withdrawal: Request) -> Mapping[str, Any]:
        """Take a clearance back. Raises NotFound."""
        return self._run(self._talk().declare(f"/v1/clearances/{clearance_id}/revoke", withdrawal))

    def version(self) -> Mapping[str, Any]:
        """Version of the service, digest of its reference data."""
        return self._run(self._talk().document("/version", {}))

    def ready(self) -> Mapping[str, Any]:
        """The state of each part of the service. Asked once; raises Unavailable, with `parts` in its problem."""
        return self._run(self._talk().document("/readyz", {}, tries=1))

    def _list(self, path: str, query: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        cursor = None
        while True:
            page = self._run(self._talk().page(path, query, cursor))
            yield from page.data
            cursor = page.next_cursor
            if cursor is None:
                return

    def _talk(self, timeout_s: float | None = None) -> Conversation:
        return Conversation(self._timeout_s if timeout_s is None else timeout_s, self._met)

    def _run(self, steps: Steps[T]) -> T:
        step = proceed(steps, None)
        while not isinstance(step, Done):
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                step = proceed(steps, None)
            else:
                step = proceed(steps, self._send(step))
        return step.value

    def _send(self, call: Call) -> Reply | NotReached:
        try:
            answer = reply(self._http.request(**arguments(call)))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return not_reached(self._http.base_url, error)
        self._met = True
        return answer
