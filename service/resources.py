"""Quotes as the caller sees them: the resource, its headers, and pages of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Response

from quoting.adapters.remembered import Remembered
from quoting.application.quotes import Page, Progress, QuoteRecord, Status
from service.asked import asked
from service.queries import cursor_text

_ENDED: Remembered[tuple[str, int], str] = Remembered(seconds=5.0, most=1000)


def quote_resource(record: QuoteRecord) -> dict[str, Any]:
    """The body of a quote. Contract section 1."""
    link = f"/v1/quotes/{record.id}"
    links = {"self": link}
    if record.status.answered:
        links["result"] = f"{link}/result"
    if not record.status.done:
        links["cancel"] = f"{link}/cancel"
    body: dict[str, Any] = {
        "id": record.id,
        "status": record.status.value,
        "done": record.status.done,
        "client_ref": record.client_ref,
        "progress": _progress(record),
        "created_at": instant(record.created_at),
        "started_at": instant(record.started_at),
        "finished_at": instant(record.finished_at),
        "cancel_requested": record.cancel_requested,
        "cache": None if record.cache is None else record.cache.value,
        "links": links,
    }
    if record.error is not None:
        body["error"] = record.error
    if record.status.answered:
        body["result_url"] = links["result"]
    if record.valid_until is not None:
        body["valid_until"] = record.valid_until.isoformat()
    return body


def quote_response(record: QuoteRecord, status: int = 200) -> Response:
    """A quote with its ETag, and with Retry-After as long as it is not done."""
    text = _printed(record)
    response, this = Response(text, status, content_type="application/json"), asked()
    if not record.status.done:
        response.headers.add("Retry-After", str(retry_after_s(record)))
    if status == 200 and this.method in ("GET", "HEAD"):
        response.headers.add("ETag", f'"{record.id}-{record.version}"')
        if "HTTP_IF_NONE_MATCH" in this.environ:
            response.make_conditional(this)
    return response


def _printed(record: QuoteRecord) -> str:
    """The quote as text; one that has ended stays as it is, and is polled as long as its caller likes."""
    key = record.id, record.version
    known = _ENDED.get(key)
    if known is not None:
        return known
    text = json.dumps(quote_resource(record), ensure_ascii=False)
    if record.status.done:
        _ENDED.put(key, text)
    return text


def retry_after_s(record: QuoteRecord) -> int:
    """Grows with the age of the quote: what has taken long may take longer."""
    age_s = (datetime.now(UTC) - record.created_at).total_seconds()
    return max(1, min(int(age_s / 10), 10))


def page_body(page: Page) -> dict[str, Any]:
    return {
        "data": [quote_resource(record) for record in page.quotes],
        "has_more": page.next is not None,
        "next_cursor": None if page.next is None else cursor_text(page.next.created_ms, page.next.id),
    }


def json_response(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def _progress(record: QuoteRecord) -> dict[str, Any]:
    progress = record.progress
    if record.status.done:
        progress = Progress("done", 100 if record.status.answered else None)
    if progress is None:
        progress = Progress(record.status.value, 0 if record.status is Status.QUEUED else None)
    body: dict[str, Any] = {"stage": progress.stage, "percent": progress.percent}
    if progress.incumbent is not None:
        body |= {"incumbent": progress.incumbent, "bound": progress.bound}
    return body


def instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
