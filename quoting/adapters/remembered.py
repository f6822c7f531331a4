"""What a process remembers for a few seconds, so that it does not ask for it with every request."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Remembered(Generic[_K, _V]):
    """Args:
    seconds: how long a value is remembered at most.
    most: how many there may be; the next one is remembered in place of all of them.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._values: dict[_K, tuple[float, _V]] = {}

    def get(self, key: _K) -> _V | None:
        """The value, or None where it is not known or too old."""
        known = self._values.get(key)
        return known[1] if known is not None and time.monotonic() < known[0] else None

    def put(self, key: _K, value: _V) -> None:
        if len(self._values) >= self._most:
            self._values = {}  # replaced, not emptied: other threads may be reading
        self._values[key] = time.monotonic() + self._seconds, value
