"""From rows to what the application knows of a quote, and back. Rows never leave this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row

from quoting.application.quotes import CacheUse, Claim, Progress, QuoteRecord, Status
from quoting.domain.snapshot import Pin
from quoting.wire import json_text
from quoting.wire.request import load_request

ENDED = tuple(status.value for status in Status if status.done)


def record(row: Any) -> QuoteRecord:
    """The quote a row of `quotes` stands for."""
    return QuoteRecord(
        id=row.id,
        tenant=row.tenant,
        status=Status(row.status),
        client_ref=row.client_ref,
        created_at=_moment(row.created_at),
        started_at=None if row.started_at is None else _moment(row.started_at),
        finished_at=None if row.finished_at is None else _moment(row.finished_at),
        progress=None if row.progress_json is None else Progress(**json.loads(row.progress_json)),
        error=None if row.error_json is None else json.loads(row.error_json),
        cancel_requested=row.cancel_requested,
        cache=None if row.cache is None else CacheUse(row.cache),
        valid_until=None if row.valid_until is None else date.fromisoformat(row.valid_until),
        version=row.row_version,
    )


def claim(row: Row[Any]) -> Claim:
    """The claim that a freshly claimed row gives; its request is read as stored, whatever the catalogue lists now."""
    return Claim(
        quote_id=row.id,
        fence=row.fence,
        tenant=row.tenant,
        request=load_request(json_text.parse(row.request_json.encode()), None),
        request_digest=row.request_digest,
        pin=pin(row),
        request_id=row.request_id,
    )


def pin(row: Row[Any]) -> Pin:
    """The reference data that a row of `quotes` is pinned to."""
    return Pin(
        as_of=date.fromisoformat(row.as_of),
        reference=row.reference_digest,
        rates=row.rates_json,
        digest=row.snapshot_digest,
        clearances=row.clearances_json or "",
    )


def progress_text(progress: Progress) -> str:
    return json.dumps({name: value for name, value in asdict(progress).items() if value is not None})


def error_text(error: Mapping[str, Any]) -> str:
    return json.dumps(error, ensure_ascii=False)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
