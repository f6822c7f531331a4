"""The task: a message names a quote, everything else is in SQL."""

from __future__ import annotations

import os
import re
import socket
from functools import cache

from celery import Celery

from quoting.adapters import logs
from quoting.adapters.celery_queue import COMPUTE_QUOTE
from quoting.application.compute_quote import compute_quote
from quoting.bootstrap import Dependencies, dependencies
from quoting.config import Settings
from quoting.domain.quote import make_quote
from workers.test_point import held

TURNS = 3  # two workers may be told the same turn; the one that comes too late asks again, so that no ring is lost
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@cache
def deps() -> Dependencies:
    """The dependencies of this process of the pool: made with its first task, after the fork."""
    return dependencies(Settings.from_env(os.environ))


def register(app: Celery) -> None:
    """Give the task to the application under the name the service calls."""
    app.task(compute, name=COMPUTE_QUOTE, acks_late=True, ignore_result=True)


def compute(quote_id: str) -> None:
    """Answer one quote, if nobody else does. Safe to run twice."""
    if not _ID.fullmatch(str(quote_id)):
        deps().meter.refused("no_quote_id")
        logs.logger("chipquote").warning("message_refused", reason="no_quote_id")
        return
    d, owner = deps(), f"{socket.gethostname()}:{os.getpid()}"
    make = held(make_quote, d.settings.test_point)
    turn = ""
    for _ in range(TURNS):
        last, turn = turn, d.store.turn(quote_id)
        if turn == last:  # nothing else waits
            return
        logs.about(quote_id=turn)
        if compute_quote(
            turn, owner, store=d.store, market=d.market, cache=d.cache, pulse=d.pulse, meter=d.meter, log=d.log,
            make=make,
        ):  # fmt: skip
            d.notices.say_ended(turn)
            return
