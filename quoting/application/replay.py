"""Compute a stored quote again from what it was pinned to, and compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quoting.application.ports import MakeQuote, Market
from quoting.application.quotes import Stored, StoredCheck
from quoting.domain.answer import Quote
from quoting.domain.quote import make_quote
from quoting.domain.request import QuoteRequest
from quoting.domain.watch import Silent

ResultDigest = Callable[[Quote, QuoteRequest], str]


@dataclass(frozen=True, slots=True)
class Replay:
    """Digests of a result as it was stored and as it comes out today.

    `cut_short`: a solve of the stored quote was ended by its time limit; then another digest is no fault.
    """

    stored: str
    replayed: str
    cut_short: bool

    @property
    def equal(self) -> bool:
        return self.stored == self.replayed


def replay_check(stored: StoredCheck, answer: Callable[[StoredCheck], str]) -> Replay:
    """As `replay`, of an export check. `answer` gives the digest of its answer today. Raises SnapshotGone."""
    return Replay(stored.digest, answer(stored), cut_short=False)


def replay(stored: Stored, market: Market, digest: ResultDigest, make: MakeQuote = make_quote) -> Replay:
    """Raises SnapshotGone: an input that was pinned can no longer be read; it names which."""
    quote = make(stored.request, market.snapshot(stored.pin), Silent())
    return Replay(
        stored=stored.result["reproducibility"]["result"],
        replayed=digest(quote, stored.request),
        cut_short=any(plan["stopped"] is not None for plan in stored.result["plans"]),
    )
