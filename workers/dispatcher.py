"""The process that makes SQL the queue: `python -m workers.dispatcher` wakes, rescues, expires, round after round."""

from __future__ import annotations

import os
import signal
import threading

from quoting.adapters.broker_policy import check_broker
from quoting.application.dispatch import dispatch
from quoting.application.ports import StoreUnavailable
from quoting.bootstrap import dependencies
from quoting.config import Settings
from workers import alive


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    d, ended = dependencies(Settings.from_env(os.environ)), threading.Event()
    check_broker(d.settings.redis_url)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(d.settings.dispatch_tick_s):
        try:
            done = dispatch(d.store, d.queue, d.settings.dispatch_depth)
        except StoreUnavailable:
            d.log.exception("dispatch_failed")
            continue
        alive.sign(d.settings.alive_file)
        d.meter.dispatched(done)
        if done.rescued or done.expired or done.woken:
            d.log.info("dispatched", rescued=done.rescued, expired=done.expired, woken=done.woken)


if __name__ == "__main__":
    main()
