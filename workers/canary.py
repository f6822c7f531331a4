"""A worker that is alive and hears nothing ends itself, so that it is started again.

Celery on Redis is known to come out of a reconnection alive and deaf. Asking it whether it lives says nothing; the sign
is that rings wait in Redis while SQL has queued quotes and none that runs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

from quoting.adapters import logs
from quoting.application.ports import QueueUnavailable, Status, StoreUnavailable
from quoting.bootstrap import Dependencies

LOOKS = 6  # in the time after which a worker is held to be deaf


def watch(make: Callable[[], Dependencies], after_s: float) -> threading.Thread:
    """Watch from a thread of the worker's main process, which runs no quote itself."""
    thread = threading.Thread(target=_look, args=(make, after_s), name="canary", daemon=True)
    thread.start()
    return thread


def deaf(d: Dependencies) -> bool:
    """Whether somebody should be working, and nobody is."""
    try:
        census = d.census()
        idle = census.statuses[Status.QUEUED] > 0 and census.statuses[Status.RUNNING] == 0
        return idle and d.queue.depth() > 0
    except (StoreUnavailable, QueueUnavailable):  # then it is not the worker's fault
        return False


def _look(make: Callable[[], Dependencies], after_s: float) -> None:
    d, since = make(), None
    while True:
        time.sleep(after_s / LOOKS)
        if not deaf(d):
            since = None
        elif since is None:
            since = time.monotonic()
        elif time.monotonic() - since >= after_s:
            logs.logger("chipquote").error(
                "deaf_worker", detail="rings wait and no quote runs: this worker ends to be started again"
            )
            os.killpg(os.getpgrp(), signal.SIGKILL)
