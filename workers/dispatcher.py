"""The process that makes SQL the queue: `python -m workers.dispatcher` wakes, rescues, expires, forgets, in rounds."""

from __future__ import annotations

import os
import signal
import threading
import time

from quoting.adapters.broker_policy import check_broker
from quoting.application.dispatch import dispatch
from quoting.application.errors import StoreUnavailable
from quoting.bootstrap import check_database, dependencies
from quoting.config import Settings
from workers import alive

FORGET_EVERY_S = 600.0  # where there is nothing more to forget


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    d, ended = dependencies(Settings.from_env(os.environ)), threading.Event()
    check_broker(d.settings.redis_url)
    check_database(d.settings)
    forget_at = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(d.settings.dispatch_tick_s):
        try:
            done = dispatch(d.store, d.queue, d.settings.dispatch_depth)
            if time.monotonic() >= forget_at and d.forget() == 0:
                forget_at = time.monotonic() + FORGET_EVERY_S
        except StoreUnavailable:
            d.log.exception("dispatch_failed")
            continue
        alive.sign(d.settings.alive_file)
        d.meter.dispatched(done)
        if done.rescued or done.expired or done.woken:
            d.log.info("dispatched", rescued=done.rescued, expired=done.expired, woken=done.woken)


if __name__ == "__main__":
    main()
