"""What an operator watches, in Prometheus' words: counted in every process, added up where they are read.

Processes of one machine share the folder that PROMETHEUS_MULTIPROC_DIR names; without it each counts for itself.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from quoting.adapters.slots import Slot
from quoting.application.dispatch import Round
from quoting.application.errors import QueueUnavailable, StoreUnavailable
from quoting.application.quotes import Census, Size, Status

SHARED = "PROMETHEUS_MULTIPROC_DIR"
_REQUEST_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_STAGE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_GAPS = (0.0, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0)


class PrometheusMeter:
    """Counts what happens in this process. Made after a fork or before it, both are right."""

    def __init__(self) -> None:
        if SHARED in os.environ:
            os.makedirs(os.environ[SHARED], exist_ok=True)
            # Not by pid: a process that is replaced leaves its files to the next.
            slot = Slot(Path(os.environ[SHARED]))
            values.ValueClass = values.MultiProcessValue(lambda: f"{socket.gethostname()}-{slot()}")
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "chipquote_http_request_seconds",
            "Requests by method, route and status.",
            ("method", "route", "status"),
            registry=registry,
            buckets=_REQUEST_S,
        )
        self._of_requests = lru_cache(maxsize=None)(self._requests.labels)  # to look one up costs more than to count
        self._stages = Histogram(
            "chipquote_stage_seconds",
            "Stages of computed quotes.",
            ("stage",),
            registry=registry,
            buckets=_STAGE_S,
        )
        self._gaps = Histogram(
            "chipquote_solver_gap",
            "Gap of the first plan of computed quotes.",
            registry=registry,
            buckets=_GAPS,
        )
        self._stopped = Counter(
            "chipquote_solver_stopped", "Computed quotes whose first plan is not proven optimal.", registry=registry
        )
        self._lookups = Counter(
            "chipquote_cache_lookups", "Look-ups of answers in the cache.", ("found",), registry=registry
        )
        self._rounds = Counter(
            "chipquote_dispatched", "Quotes the dispatcher touched, by what it did.", ("what",), registry=registry
        )

        self._refused = Counter(
            "chipquote_messages_refused", "Messages in Redis that a worker refused.", ("reason",), registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._of_requests(method, route, str(status)).observe(seconds)

    def computed(self, timings: Mapping[str, float], gap: float | None, proven: bool) -> None:
        for stage, milliseconds in timings.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        if gap is not None:
            self._gaps.observe(gap)
        if not proven:
            self._stopped.inc()

    def looked_up(self, found: bool) -> None:
        self._lookups.labels("yes" if found else "no").inc()

    def dispatched(self, done: Round) -> None:
        for what, count in (("rescued", done.rescued), ("expired", done.expired), ("woken", done.woken)):
            if count:
                self._rounds.labels(what).inc(count)

    def refused(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def exposition(self, census: Callable[[], Census], rings: Callable[[], Mapping[Size, int]]) -> bytes:
        """All processes' counts and the truth of SQL as text (Prometheus format 0.0.4).

        Args:
            rings: how many wake-ups wait in Redis.
        """
        registry = CollectorRegistry()
        if SHARED in os.environ:
            MultiProcessCollector(registry)
        else:
            registry = self._registry
        shown = CollectorRegistry()
        shown.register(_Read(registry, census, rings))
        text: bytes = generate_latest(shown)
        return text


class _Read:
    """Collects the counted and the asked."""

    def __init__(
        self, counted: CollectorRegistry, census: Callable[[], Census], rings: Callable[[], Mapping[Size, int]]
    ) -> None:
        self._counted, self._census, self._rings = counted, census, rings

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        yield from self._quotes()
        up = GaugeMetricFamily("chipquote_redis_up", "Whether the broker answers.")
        try:
            waiting = GaugeMetricFamily("chipquote_wakeups", "Wake-ups in Redis that no worker has heard yet.")
            waiting.add_metric((), sum(self._rings().values()))
            yield waiting
            up.add_metric((), 1)
        except QueueUnavailable:
            up.add_metric((), 0)
        yield up

    def _quotes(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("chipquote_database_up", "Whether the database answers.")
        try:
            census = self._census()
        except StoreUnavailable:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        quotes = GaugeMetricFamily("chipquote_quotes", "Quotes by status.", labels=("status",))
        for status, count in census.statuses.items():
            quotes.add_metric((status.value,), count)
        caches = GaugeMetricFamily("chipquote_quotes_by_cache", "Ended quotes by use of the cache.", labels=("cache",))
        for use, count in census.caches.items():
            caches.add_metric((use.value,), count)
        depth = GaugeMetricFamily("chipquote_queue_depth", "Queued quotes.")
        depth.add_metric((), census.statuses[Status.QUEUED])
        oldest = GaugeMetricFamily("chipquote_queue_oldest_seconds", "Age of the oldest queued quote; 0: none.")
        oldest.add_metric((), census.oldest_queued_s or 0.0)
        yield from (up, quotes, caches, depth, oldest)
