"""A worker that is alive and hears nothing ends itself, so that it is started again.

Celery on Redis is known to come out of a reconnection alive and deaf: connected, answering, and waiting at no queue.
Asking it whether it lives says nothing. The sign is that rings wait in its queues while it holds none and takes none,
at every look: a worker that listens and is idle takes one within milliseconds.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

from celery import Celery
from celery.worker import state

from quoting.adapters import logs
from quoting.adapters.celery_queue import QUEUES
from quoting.application.errors import QueueUnavailable
from quoting.application.ports import JobQueue

LOOKS = 5  # in the time after which a worker is held to be deaf


def watch(app: Celery, queue: JobQueue, after_s: float) -> threading.Thread:
    """Watch from a thread of the worker's main process, which runs no quote itself."""
    rings = (lambda: _rings(app, queue), after_s)
    thread = threading.Thread(target=_look, args=rings, name="canary", daemon=True)
    thread.start()
    return thread


def _rings(app: Celery, queue: JobQueue) -> int:
    """How many wait for this worker; none where Redis does not say: then it is not the worker's fault."""
    try:
        return sum(depth for size, depth in queue.depths().items() if QUEUES[size] in app.amqp.queues.consume_from)
    except QueueUnavailable:
        return 0


def _look(rings: Callable[[], int], after_s: float) -> None:
    deaf_looks, taken = 0, None
    while deaf_looks < LOOKS:
        time.sleep(after_s / LOOKS)
        taken, taken_before = state.all_total_count[0], taken
        idle = not state.reserved_requests and taken == taken_before  # one that computes is left alone
        deaf_looks = deaf_looks + 1 if idle and rings() > 0 else 0
    logs.logger("chipquote").error(
        "deaf_worker", detail="rings wait and this worker takes none: it ends to be started again"
    )
    os.killpg(os.getpgrp(), signal.SIGKILL)
