"""A place where a test can hold or kill a worker in the middle of a quote. Without its setting it is not there."""

from __future__ import annotations

import os
import time
from pathlib import Path

from quoting.application.ports import MakeQuote
from quoting.domain.answer import Quote
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot
from quoting.domain.watch import Watch

LOOK_EVERY_S = 0.05


def held(make: MakeQuote, path: str) -> MakeQuote:
    """`make`, held for as long as a file named `path` is there.

    A file that says "die" kills the process; one that says "only NAME" holds what has this name for `client_ref`.
    """
    if not path:
        return make
    flag = Path(path)

    def make_when_let(request: QuoteRequest, snapshot: Snapshot, watch: Watch) -> Quote:
        while not watch.stopped():
            try:
                word = flag.read_text()
            except FileNotFoundError:
                break
            if word == "die":
                os._exit(137)
            if word.startswith("only ") and word != f"only {request.client_ref}":
                break
            time.sleep(LOOK_EVERY_S)
        return make(request, snapshot, watch)

    return make_when_let
