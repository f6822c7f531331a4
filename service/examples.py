"""Examples of the API's document. The tests send each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PRICE = {"amount": "8000.00", "currency": "USD"}
QUOTE: Mapping[str, Any] = {
    "as_of": "2026-03-02",
    "buyer": "buyer",
    "parties": [
        {"id": "buyer", "name": "Prairie Compute Cooperative", "country": "US", "hq_country": "US"},
        {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"},
    ],
    "sites": [{"id": "omaha", "country": "US"}],
    "demand": [{"id": "inference", "site": "omaha", "chip": "nvidia-l40s", "qty": 10}],
    "offers": [
        {
            "id": "list-price",
            "vendor": "Great Lakes",
            "seller": "seller",
            "chip": "nvidia-l40s",
            "mode": "buy",
            "ships_from": "US",
            "price_breaks": [{"min_qty": 1, "unit_price": _PRICE}],
            "lead_days": 14,
            "incoterm": "DDP",
        }
    ],
    "catalogue": {"use": "private_only"},
}
TRANSACTION: Mapping[str, Any] = {
    "id": "shipment-17",
    "as_of": "2026-03-02",
    "item": {"chip": "nvidia-h100-sxm-80gb"},
    "movement": {"kind": "export", "from_country": "US", "to_country": "CN"},
    "parties": [{"role": "end_user", "name": "Lanzhou Compute", "country": "CN", "hq_country": "CN"}],
}
JUDGEMENT: Mapping[str, Any] = {
    "party": {"name": "Prairie Compute Cooperative", "country": "US"},
    "red_flag": "diversion",
    "by": "R. Weiss, compliance",
    "on": "2026-03-02",
    "why": "The address is that of its accountant; the site in Omaha was visited.",
}
BODIES: Mapping[str, Any] = {
    "ProcurementRequest": QUOTE,
    "Judgement": JUDGEMENT,
    "Withdrawal": {"by": "R. Weiss, compliance", "why": "The site was sold."},
    "Transaction": TRANSACTION,
    "Transactions": [TRANSACTION, {**TRANSACTION, "id": "shipment-18"}],
}
