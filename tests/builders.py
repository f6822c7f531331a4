"""Valid defaults to build tests from: a request, its parties, a site, a demand, an offer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import uuid4

Document = dict[str, Any]


def usd(amount: str) -> Document:
    return {"amount": amount, "currency": "USD"}


def an_offer(name: str = "o1", chip: str = "nvidia-l40s", price: str = "8000.00", **changes: Any) -> Document:
    """A delivered (DDP) offer from the US in dollars: its price is its landed cost."""
    offer = {
        "id": name,
        "vendor": f"vendor-{name}",
        "seller": "seller",
        "chip": chip,
        "mode": "buy",
        "ships_from": "US",
        "currency": "USD",
        "price_breaks": [{"min_qty": 1, "unit_price": usd(price)}],
        "lead_days": 14,
        "incoterm": "DDP",
    }
    return {**offer, **changes}


def a_request(**changes: Any) -> Document:
    """A cooperative in the US that buys ten L40S from a seller in the US: lawful, cheap to solve."""
    request: Document = {
        "as_of": "2026-03-02",
        "report_currency": "USD",
        "buyer": "buyer",
        "parties": [
            {"id": "buyer", "name": "Prairie Compute Cooperative", "country": "US", "hq_country": "US"},
            {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
        ],
        "sites": [{"id": "site1", "country": "US"}],
        "demand": [{"id": "d1", "site": "site1", "chip": "nvidia-l40s", "qty": 10}],
        "offers": [an_offer()],
        "catalogue": {"use": "private_only"},
        "objective": "min_cost",
        "unknown_policy": "block",
        "explain": "full",
        "solve": {"gap": 0, "time_limit_s": 10, "seed": 1},
    }
    return deepcopy({**request, **changes})


def another_request(**changes: Any) -> Document:
    """A request that no other test has sent: its party has a name of its own."""
    request = a_request(**changes)
    request["parties"][0]["name"] = f"Prairie Compute Cooperative {uuid4()}"
    return request
