"""Amounts of money: exact, never a float."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Currency code, no-break space, grouped digits, as many decimals as the service sent."""
        return f"{self.currency}\u00a0{self.amount:,f}"


def money(document: Mapping[str, Any]) -> Money:
    return Money(Decimal(document["amount"]), document["currency"])
