"""How a long computation is watched: it reports stages and incumbents and asks whether to stop."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Hears of progress; adds nothing to the answer."""

    def stage(self, name: str, percent: int | None = None) -> None:
        """A stage has begun; `percent` of the whole where it is known."""

    def incumbent(self, value: float, bound: float | None) -> None:
        """A better plan was found. Units: those of the objective being solved."""

    def stopped(self) -> bool:
        """Whether the caller asked to stop; asked often, so it has to be quick."""


class Silent:
    """A watch that hears nothing and never stops."""

    def stage(self, name: str, percent: int | None = None) -> None:
        """Nothing to report to."""

    def incumbent(self, value: float, bound: float | None) -> None:
        """Nothing to report to."""

    def stopped(self) -> bool:
        return False
