"""Defences switched off, one by one, to show that the tests notice. Nothing of this is in the program itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import sqlalchemy
from kombu.transport.redis import Channel
from redis import Redis
from sqlalchemy import and_, bindparam, select, text, update

from quoting.adapters import broker_policy, celery_queue, clock, redis_cache
from quoting.adapters.sql import (
    callers_quotes,
    dialect,
    dispatchers_quotes,
    migrate,
    retention,
    rows,
    units,
    workers_quotes,
)
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.tables import quotes, results
from quoting.application.quotes import Answer, Status, Wake
from workers import test_point

VARIABLE = "CHIPQUOTE_TEST_WEAKENED"
FOLDER = Path(__file__).parent / "weak"


def weakened() -> dict[str, str]:
    """Environment that carries what is switched off here into child processes."""
    root = FOLDER.parents[2]
    return {"PYTHONPATH": os.pathsep.join((str(FOLDER), str(root))), VARIABLE: os.environ.get(VARIABLE, "")}


def weaken(names: str) -> None:
    for name in filter(None, names.split(",")):
        key, _, argument = name.partition("=")
        SWITCHES[key](argument)


def _replace(owner: object, name: str, by: object) -> None:
    """Put another thing in the place of one that is there: a defence that was renamed is not switched off unnoticed."""
    assert hasattr(owner, name), name
    setattr(owner, name, by)


def no_redispatch(_: str) -> None:
    """The dispatcher rings nobody again."""
    _replace(dispatchers_quotes.DispatchersQuotes, "due", lambda self, room: ())


def no_rescue(_: str) -> None:
    """A quote whose worker died stays as it is."""
    _replace(dispatchers_quotes.DispatchersQuotes, "requeue_stale", lambda self: 0)


def no_fence(_: str) -> None:
    """Whoever comes may claim and may end, as often as he likes; the guards of the database are off too."""
    w = workers_quotes
    _replace(w, "_HELD", and_(quotes.c.id == bindparam("quote"), bindparam("held").is_not(None)))
    _replace(w, "_WANTED", select(quotes.c.cancel_requested).where(w._HELD))
    _replace(w, "_ANSWER", update(quotes).where(w._HELD).values(w._ANSWERED).returning(quotes))
    _replace(w, "_KEEP", sqlalchemy.insert(results).prefix_with("OR REPLACE"))

    def claim(self: Any, c: Any, quote_id: str, owner: str) -> Any:
        raised = {"status": Status.RUNNING, "fence": quotes.c.fence + 1, "attempt": quotes.c.attempt + 1}
        raised |= {"lease_until": now_ms() + self._lease_ms, "next_dispatch_at": None}
        return c.execute(update(quotes).where(quotes.c.id == quote_id).values(raised).returning(quotes)).first()

    _replace(workers_quotes.WorkersQuotes, "_claim", claim)
    before = migrate.command.upgrade

    def without_guards(config: Any, revision: str) -> None:
        before(config, revision)
        with config.attributes["engine"].begin() as connection:
            connection.execute(text("DROP TRIGGER IF EXISTS quotes_ended_stay"))

    _replace(migrate.command, "upgrade", without_guards)


def no_attempt_limit(_: str) -> None:
    """A quote that kills its workers is tried for ever."""
    before = workers_quotes.WorkersQuotes._claim

    def claim(self: Any, c: Any, quote_id: str, owner: str) -> Any:
        open_one = (quotes.c.id == quote_id) & quotes.c.finished_at.is_(None)
        c.execute(update(quotes).where(open_one).values(max_attempts=quotes.c.attempt + 2))
        return before(self, c, quote_id, owner)

    _replace(workers_quotes.WorkersQuotes, "_claim", claim)


def patient_redis(_: str) -> None:
    """Redis is waited for as its client does by default, in the request itself."""
    for module in (redis_cache, celery_queue):
        _replace(module, "redis_client", lambda url: Redis.from_url(url))
    _replace(celery_queue.BackgroundQueue, "wake", lambda self, wake: self._inner.wake(wake))
    _replace(redis_cache.Breaker, "note", lambda self, worked: None)


def any_broker(_: str) -> None:
    """Any eviction policy will do."""
    _replace(broker_policy, "SAFE", ("",))


def trusting_cache(_: str) -> None:
    """What the cache holds is believed."""

    def read(value: bytes) -> Answer | None:
        _, _, body = value.partition(b"\n")
        return Answer(Status.SUCCEEDED, body.decode(), "0" * 64, None)

    _replace(redis_cache, "_read", read)


def unclaimed_due(_: str) -> None:
    """Dispatchers do not claim the rows they wake."""

    def due(self: Any, room: Any) -> list[Wake]:
        query = select(quotes).where(quotes.c.status == Status.QUEUED).limit(max(room.values()))
        return [Wake(row.id, 1.0, 0) for row in self._units.read(lambda c: c.execute(query).all())]

    _replace(dispatchers_quotes.DispatchersQuotes, "due", due)


def late_cancel(_: str) -> None:
    """A cancelled quote that is queued stays in the queue."""

    def cancel(self: Any, c: Any, tenant: str, quote_id: str) -> Any:
        wish = update(quotes).where(quotes.c.id == quote_id).values(cancel_requested=True)
        return rows.record(c.execute(wish.returning(quotes)).one())

    _replace(callers_quotes.CallersQuotes, "_cancel", cancel)


def one_page_rescue(_: str) -> None:
    """The reaper looks at the first page of what is running, by age."""

    def requeue(self: Any) -> int:
        def unit(c: Any) -> int:
            page = c.execute(
                select(quotes).where(quotes.c.status == Status.RUNNING).order_by(quotes.c.id).limit(200)
            ).all()
            now = c.scalar(select(now_ms()))
            stale = [row for row in page if row.lease_until < now]
            for row in stale:
                dispatchers_quotes._rescue(c, row)
            return len(stale)

        return int(self._units.write(unit))

    _replace(dispatchers_quotes.DispatchersQuotes, "requeue_stale", requeue)


def deferred_writes(_: str) -> None:
    """Writers begin as readers, and nothing is tried again."""
    _replace(dialect, "_sqlite_begin", lambda _: lambda connection: connection.exec_driver_sql("BEGIN") and None)
    _replace(units, "worth_another_try", lambda error: False)


def raw_errors(_: str) -> None:
    """Errors of the database go up as they are."""

    def run(self: Any, engine: Any, unit: Callable[[Any], Any], tenant: str | None) -> Any:
        with engine.connect().execution_options(tenant=tenant) as connection, connection.begin():
            return unit(connection)

    _replace(units.Units, "_run", run)


def weak_database(_: str) -> None:
    """Nobody asks how durable commits are."""
    _replace(dialect, "_sqlite_is_durable", lambda *_: None)
    _replace(dialect, "_postgresql_is_durable", lambda *_: None)


def no_flush(_: str) -> None:
    """No defence: a SQLite that does not flush with every commit, whatever was asked of it."""
    before = dialect._sqlite_settings

    def settings(connection: Any, record: Any) -> None:
        before(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    _replace(dialect, "_sqlite_settings", settings)


def short_visibility(seconds: str) -> None:
    """No defence: makes Celery deliver again what is unacknowledged for so many seconds."""
    before = celery_queue.celery_app

    def app(redis_url: str) -> Any:
        made = before(redis_url)
        made.conf.broker_transport_options = made.conf.broker_transport_options | {
            "visibility_timeout": float(seconds), "unacked_restore_interval": 1,
        }  # fmt: skip
        return made

    _replace(celery_queue, "celery_app", app)


def clock_off(seconds: str) -> None:
    """No defence: the clock of this process is so many seconds off, of days as of moments."""
    right, right_ns, off = time.time, time.time_ns, float(seconds)

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=off)

    _replace(time, "time", lambda: right() + off)
    _replace(time, "time_ns", lambda: right_ns() + int(off * 1e9))
    for module in (clock, retention):
        _replace(module, "datetime", Wrong)


def slow(seconds: str) -> None:
    """No defence: each quote takes so many seconds longer."""
    before = test_point.held

    def held(make: Any, path: str) -> Any:
        def made(*given: Any) -> Any:
            time.sleep(float(seconds))
            return make(*given)

        return before(made, path)

    _replace(test_point, "held", held)


def dies_of(name: str) -> None:
    """No defence: a process that computes the quote with this `client_ref` dies in it."""
    before = test_point.held

    def held(make: Any, path: str) -> Any:
        def made(request: Any, *given: Any) -> Any:
            if request.client_ref == name:
                os._exit(137)
            return make(request, *given)

        return before(made, path)

    _replace(test_point, "held", held)


def deaf_once(flag: str) -> None:
    """No defence: the first worker that finds this file waits where nobody rings, and removes the file."""
    if "worker" in sys.orig_argv and Path(flag).exists():
        Path(flag).unlink()
        _replace(Channel, "_q_for_pri", lambda *_: "nobody.rings")


def no_canary(_: str) -> None:
    """Nobody notices a deaf worker."""
    os.environ["CHIPQUOTE_CANARY_S"] = "100000"


def one_queue(_: str) -> None:
    """Small and large quotes wait in one queue."""
    os.environ["CHIPQUOTE_LARGE_FROM"] = str(2**60)


def no_row_security(_: str) -> None:
    """PostgreSQL does not keep tenants apart by itself."""
    before = migrate.command.upgrade

    def without_policies(config: Any, revision: str) -> None:
        before(config, revision)
        with config.attributes["engine"].begin() as connection:
            for table in ("quotes", "idempotency", "record", "record_heads", "clearances", "results"):
                connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"))

    _replace(migrate.command, "upgrade", without_policies)


SWITCHES: dict[str, Callable[[str], None]] = {
    f.__name__: f
    for f in (
        no_redispatch, no_rescue, no_fence, no_attempt_limit, patient_redis, any_broker, trusting_cache, unclaimed_due,
        late_cancel, one_page_rescue, deferred_writes, raw_errors, weak_database, short_visibility, deaf_once,
        clock_off, slow, dies_of, no_flush, no_canary, one_queue, no_row_security,
    )
}  # fmt: skip
SWITCHES["kill_instead_of_term"] = lambda _: None  # read by the test itself: the unprotected variant is SIGKILL
