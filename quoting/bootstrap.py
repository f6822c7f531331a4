"""Settings to dependencies: the only place where adapters are chosen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from quoting.adapters import logs
from quoting.adapters.celery_queue import BackgroundQueue, CeleryQueue
from quoting.adapters.clock import SystemClock
from quoting.adapters.feeds.screening_list import imported_lists
from quoting.adapters.fx_ecb import EcbRates
from quoting.adapters.heartbeat import Heartbeat
from quoting.adapters.market import PackagedMarket
from quoting.adapters.metrics import PrometheusMeter
from quoting.adapters.redis_cache import RedisCache, redis_client
from quoting.adapters.redis_notices import RedisNotices
from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.reading import Files
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.archive import SqlArchive
from quoting.adapters.sql.census import SqlCensus
from quoting.adapters.sql.clearances import SqlClearances
from quoting.adapters.sql.dialect import WeakDatabase, connect
from quoting.adapters.sql.keys import SqlKeyRing
from quoting.adapters.sql.migrate import upgrade
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.retention import SqlRetention
from quoting.adapters.sql.store import SqlQuoteStore
from quoting.adapters.sql.units import Units
from quoting.application.clearances import Clearances
from quoting.application.errors import StoreUnavailable
from quoting.application.ports import Clock, JobQueue, KeyRing, Log, Notices, QuoteStore, ResultCache
from quoting.application.quotes import Census, Claim
from quoting.config import Settings
from quoting.domain.record import KEEPING_RULE

VERSION = version("chipquote")
ENGINE = f"chipquote {VERSION}"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything an entry point hands to the use cases. Made after a fork, never before."""

    settings: Settings
    store: QuoteStore
    market: PackagedMarket
    cache: ResultCache
    notices: Notices
    queue: JobQueue
    keys: KeyRing
    clearances: Clearances
    census: Callable[[], Census]
    forget: Callable[[], int]
    meter: PrometheusMeter
    clock: Clock
    log: Log

    def pulse(self, claim: Claim) -> Heartbeat:
        """The watch that keeps a claim alive."""
        return Heartbeat(self.store, claim, self.clock, self.settings.heartbeat_s, self.settings.worker_memory_mb)


def dependencies(settings: Settings, *, for_callers: bool = False) -> Dependencies:
    """The real adapters. Connects to nothing yet.

    Args:
        for_callers: they wait for no Redis, as the dispatcher makes up for a lost wake-up, nor long for the database.
    """
    logs.configure(settings.log_level)
    meter = PrometheusMeter()
    queue = CeleryQueue(settings.redis_url, settings.large_from)
    units = Units(connect(settings.database_url, settings.database_timeout_s if for_callers else None))
    market = PackagedMarket(_reference(settings), EcbRates(), SqlArchive(units).read)
    redis = redis_client(settings.cache_url)
    return Dependencies(
        settings=settings,
        store=SqlQuoteStore(units, settings, ENGINE, {market.reference: market.files}),
        market=market,
        cache=RedisCache(redis, ENGINE, settings.cache_ttl_s, settings.cache_value_bytes, meter.looked_up),
        notices=RedisNotices(redis),
        queue=BackgroundQueue(queue) if for_callers else queue,
        keys=SqlKeyRing(units),
        clearances=SqlClearances(units, Recorder(parse_rule(market.files, KEEPING_RULE), ENGINE)),
        census=SqlCensus(units),
        forget=SqlRetention(units, Recorder(parse_rule(market.files, KEEPING_RULE), ENGINE), settings.retention_days),
        meter=meter,
        clock=SystemClock(),
        log=logs.logger("chipquote"),
    )


def local_market() -> PackagedMarket:
    """The package's own reference data: no database, no Redis."""
    return PackagedMarket(_reference(Settings.from_env(os.environ)), EcbRates(), _nothing_archived)


def _reference(settings: Settings) -> dict[str, str]:
    """The package's files, and the lists that were imported into the data folder."""
    return {**read_bundle(), **imported_lists(settings.data_dir)}


def check_database(settings: Settings) -> None:
    """Refuse a database with weak commits. One that is down may come back, and every connection to it is asked again.

    Raises:
        WeakDatabase: names the setting that is weak.
    """
    engine = connect(settings.database_url, settings.database_timeout_s)
    try:
        Units(engine).read(lambda _: None)
    except WeakDatabase:
        raise
    except StoreUnavailable:
        return
    finally:
        engine.dispose()


def prepare_database(settings: Settings, first_key: str) -> None:
    """Bring the database to the newest schema and set its first key."""
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        SqlKeyRing(Units(engine)).set_first(first_key)
    finally:
        engine.dispose()


@contextmanager
def key_ring(settings: Settings) -> Iterator[SqlKeyRing]:
    """The keys of the configured database, which is brought to the newest schema first."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        yield SqlKeyRing(Units(engine))
    finally:
        engine.dispose()


@contextmanager
def opened_clearances(settings: Settings) -> Iterator[tuple[SqlClearances, PackagedMarket]]:
    """What the tenants of the configured database have judged, which is brought to the newest schema first."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        units = Units(engine)
        market = PackagedMarket(_reference(settings), EcbRates(), SqlArchive(units).read)
        yield SqlClearances(units, Recorder(parse_rule(market.files, KEEPING_RULE), ENGINE)), market
    finally:
        engine.dispose()


@contextmanager
def opened_record(settings: Settings) -> Iterator[tuple[SqlRecord, PackagedMarket]]:
    """The record of the configured database, and the reference data that its quotes were pinned to."""
    engine = connect(settings.database_url)
    try:
        units = Units(engine)
        market = PackagedMarket(read_bundle(), EcbRates(), SqlArchive(units).read)
        yield SqlRecord(units, Recorder(parse_rule(market.files, KEEPING_RULE), ENGINE)), market
    finally:
        engine.dispose()


def take_census(settings: Settings) -> Census:
    """Count the quotes of the configured database. Raises StoreUnavailable."""
    engine = connect(settings.database_url)
    try:
        return SqlCensus(Units(engine))()
    finally:
        engine.dispose()


def _nothing_archived(_: str) -> Files | None:
    return None
