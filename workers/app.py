"""What the Celery worker loads: its application and the one task."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery.signals import heartbeat_sent, setup_logging, worker_init, worker_process_init, worker_ready

from quoting.adapters import logs, memory
from quoting.adapters.broker_policy import EvictingBroker, check_broker
from quoting.adapters.celery_queue import CeleryQueue, celery_app
from quoting.adapters.sql.dialect import WeakDatabase
from quoting.bootstrap import check_database
from quoting.config import Settings
from workers import alive, canary
from workers.tasks import register

settings = Settings.from_env(os.environ)
app = celery_app(settings.redis_url)
app.conf.worker_consumer = "workers.consumer:PromptConsumer"
app.conf.worker_max_memory_per_child = settings.worker_memory_mb * 1024 // 2  # KiB, looked at between quotes
register(app)


@setup_logging.connect(weak=False)
def _log_as_all_do(**_: Any) -> None:
    logs.configure(settings.log_level)


@worker_init.connect(weak=False)
def _refuse_what_may_forget(**_: Any) -> None:
    try:
        check_broker(settings.redis_url)
        check_database(settings)
    except (EvictingBroker, WeakDatabase) as error:
        sys.exit(str(error))  # Celery goes on after any other exception of a signal's receiver


@worker_process_init.connect(weak=False)
def _bound(**_: Any) -> None:
    memory.bound(settings.worker_memory_mb)


@worker_ready.connect(weak=False)
def _watch(**_: Any) -> None:
    canary.watch(app, CeleryQueue(settings.redis_url, settings.large_from), settings.canary_s)


@heartbeat_sent.connect(weak=False)
def _sign(**_: Any) -> None:
    alive.sign(settings.alive_file)  # every two seconds, as long as Redis takes it
