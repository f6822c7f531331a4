"""The watch of a worker: keeps the claim alive from a thread of its own, passes on progress, hears of cancels."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType

from quoting.adapters.memory import resident_mb
from quoting.application.errors import StoreUnavailable
from quoting.application.ports import Clock, QuoteStore
from quoting.application.quotes import Claim, Progress

LOOK_EVERY_S = 0.5  # for a cancel, for memory, and for progress to pass on; the lease is renewed with progress


class Heartbeat:
    """A watch as long as its `with` block lasts.

    `timings` holds the milliseconds of each stage that has ended, under the stage's name.

    Args:
        every_s: how often the lease is renewed.
        most_mb: MiB that the process may hold; above it the quote is stopped as `exhausted`.
    """

    def __init__(self, store: QuoteStore, claim: Claim, clock: Clock, every_s: float, most_mb: float) -> None:
        self._most_mb, self.exhausted = most_mb, False
        self._store, self._claim, self._clock, self._every_s = store, claim, clock, every_s
        self._progress: Progress | None = None
        self._changed, self._ended, self._stop = False, threading.Event(), threading.Event()
        self._timings: dict[str, float] = {}
        self._stage_began = clock.elapsed_ms()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def stage(self, name: str, percent: int | None = None) -> None:
        self._close_stage()
        self._progress, self._changed = Progress(name, percent), True

    def incumbent(self, value: float, bound: float | None) -> None:
        if self._progress is not None:
            self._progress, self._changed = replace(self._progress, incumbent=value, bound=bound), True

    def stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def timings(self) -> Mapping[str, float]:
        self._close_stage()
        return self._timings

    def _close_stage(self) -> None:
        now = self._clock.elapsed_ms()
        if self._progress is not None:
            name = self._progress.stage
            self._timings[name] = self._timings.get(name, 0.0) + now - self._stage_began
        self._stage_began = now

    def _beat(self) -> None:
        """Look often whether the quote is wanted; beat where there is news, and when the lease needs it."""
        tick = min(LOOK_EVERY_S, self._every_s)
        silent_s = 0.0
        while not self._ended.wait(tick):
            silent_s += tick
            if resident_mb() > self._most_mb:
                self.exhausted = True
                self._stop.set()  # and go on: the quote is ours until it has ended
            try:
                if not self._changed and silent_s < self._every_s:
                    alive = self._store.wanted(self._claim)
                else:
                    news, self._changed = (self._progress if self._changed else None), False
                    alive = self._store.heartbeat(self._claim, news)
                    silent_s = 0.0
            except StoreUnavailable:  # the lease bounds how long this may go on; the fence decides in the end
                continue
            if not alive:
                self._stop.set()
                return
