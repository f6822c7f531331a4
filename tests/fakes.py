"""Fakes of the ports, and a small fixed quote where a real one is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import Any

from quoting.application.errors import QueueUnavailable
from quoting.application.quotes import Answer, CacheKey, Size, Wake
from quoting.domain.answer import Quote, Verdict
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch


def a_quote(verdict: Verdict = Verdict.FEASIBLE_SAFE) -> Quote:
    """A quote without plans: enough to be stored."""
    return Quote(
        answer="nothing is bought",
        verdict=verdict,
        as_of=date(2026, 3, 2),
        known_on=date(2026, 3, 2),
        report_currency="USD",
        plans=(),
        offers=(),
        determinations=(),
        why_not=(),
        rules_report=(),
        conflict=None,
        open_questions=(),
        flips=(),
        provenance={},
        data_as_of=date(2026, 3, 2),
        solver="none",
        seed=0,
        snapshot="0" * 64,
        model=(0, 0, 0),
    )


def quick_quote(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
    """In the place of make_quote."""
    return a_quote()


class FakeQueue:
    """Remembers who was woken; refuses while `down`."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.down = False

    def wake(self, wake: Wake) -> None:
        if self.down:
            raise QueueUnavailable("down")
        self.woken.append(wake.quote_id)

    def depths(self) -> Mapping[Size, int]:
        if self.down:
            raise QueueUnavailable("down")
        return dict.fromkeys(Size, 0)


class FakeCache:
    def __init__(self) -> None:
        self.answers: dict[CacheKey, Answer] = {}

    def get(self, key: CacheKey) -> Answer | None:
        return self.answers.get(key)

    def put(self, key: CacheKey, answer: Answer) -> None:
        self.answers[key] = answer


class FakeMeter:
    """Counts nothing but how often."""

    def __init__(self) -> None:
        self.computations = 0

    def computed(self, timings: Mapping[str, float], gap: float | None, proven: bool) -> None:
        self.computations += 1


class FixedClock:
    def today(self) -> date:
        return date(2026, 3, 2)

    def elapsed_ms(self) -> float:
        return 0.0


class StillPulse:
    """A watch without a heartbeat."""

    timings: Mapping[str, float] = {}
    exhausted = False

    def __init__(self, stopped: bool = False) -> None:
        self._stopped = stopped

    def __call__(self, _: Any) -> StillPulse:
        return self

    def __enter__(self) -> StillPulse:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def stage(self, name: str, percent: int | None = None) -> None:
        return None

    def incumbent(self, value: float, bound: float | None) -> None:
        return None

    def stopped(self) -> bool:
        return self._stopped


class RememberedLog:
    def __init__(self) -> None:
        self.events: list[str] = []

    def bind(self, **fields: Any) -> RememberedLog:
        return self

    def info(self, event: str, /, **fields: Any) -> None:
        self.events.append(event)

    def exception(self, event: str, /, **fields: Any) -> None:
        self.events.append(event)
