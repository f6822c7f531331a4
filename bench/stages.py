"""Processor time by stage of one answer: what runs is wrapped from outside, so that the domain needs no clock."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

STAGES = ("read", "screen", "price", "build", "heuristic", "solve", "recount", "explain")
# What belongs to which stage; a call within a call belongs to the inner one, but for what runs in a stage of WHOLE.
WRAPPED = (
    ("screen", "quoting.domain.quote:candidates"),
    ("screen", "quoting.domain.quote:market"),
    ("price", "quoting.domain.candidates:landed_ladder"),
    ("build", "quoting.domain.plan_problem:ProblemBuilder.build"),
    ("build", "quoting.domain.allocation.search:Search.__init__"),
    ("heuristic", "quoting.domain.allocation.search:Search._look_around"),
    ("heuristic", "quoting.domain.allocation.keeping:Keeping.hope"),
    ("solve", "quoting.domain.allocation.highs:solve"),
    ("recount", "quoting.domain.allocation.search:recount"),
    ("explain", "quoting.domain.quote:_Quoting._quote"),
    ("explain", "quoting.domain.quote:_Quoting._conflict"),
)
WHOLE = ("heuristic", "explain")


def owner_of(path: str) -> tuple[Any, str]:
    """The module or class that holds what a path names, and its name there.

    Raises:
        AttributeError: there is no such thing.
    """
    module, _, dotted = path.partition(":")
    *outer, name = dotted.split(".")
    owner: Any = import_module(module)
    for part in outer:
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


class Stopwatch:
    """`spent`: seconds of processor time by stage."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._running: list[str] = ["other"]
        self._since = time.process_time()

    def wrap(self) -> None:
        """Wrap all of WRAPPED, for the rest of this process."""
        for stage, path in WRAPPED:
            owner, name = owner_of(path)
            setattr(owner, name, self.timed(stage, getattr(owner, name)))

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            self._change()
            outer = self._running[-1]
            self._running.append(outer if outer in WHOLE else stage)
            try:
                return call(*args, **named)
            finally:
                self._change()
                self._running.pop()

        return run

    def _change(self) -> None:
        now = time.process_time()
        self.spent[self._running[-1]] += now - self._since
        self._since = now
