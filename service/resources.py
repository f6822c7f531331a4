"""Quotes as the caller sees them: the resource, its headers, and pages of it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, request, url_for

from quoting.application.ports import Page, Position, Progress, QuoteRecord, Status
from quoting.domain.errors import FieldFault, RequestInvalid

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100


def quote_resource(record: QuoteRecord) -> dict[str, Any]:
    """The body of a quote. Contract section 1."""
    link = url_for("quotes.get_quote", quote_id=record.id)
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
        "created_at": _instant(record.created_at),
        "started_at": _instant(record.started_at),
        "finished_at": _instant(record.finished_at),
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
    response = json_response(quote_resource(record), status)
    if not record.status.done:
        response.headers["Retry-After"] = str(retry_after_s(record))
    if status == 200 and request.method in ("GET", "HEAD"):
        response.set_etag(f"{record.id}-{record.version}")
        response.make_conditional(request)
    return response


def retry_after_s(record: QuoteRecord) -> int:
    """Grows with the age of the quote: what has taken long may take longer."""
    age_s = (datetime.now(UTC) - record.created_at).total_seconds()
    return max(1, min(int(age_s / 10), 10))


def page_body(page: Page) -> dict[str, Any]:
    return {
        "data": [quote_resource(record) for record in page.quotes],
        "has_more": page.next is not None,
        "next_cursor": None if page.next is None else _cursor(page.next),
    }


def page_arguments() -> tuple[Status | None, int, Position | None]:
    """`status`, `limit` and `cursor` of the query.

    Raises:
        RequestInvalid: one of them is wrong, or there is another.
    """
    query, faults = request.args, []
    faults += [FieldFault(f"/{name}", "unknown_field", "no such parameter") for name in set(query) - _PARAMETERS]
    status, limit, position = None, DEFAULT_LIMIT, None
    try:
        status = Status(query["status"]) if "status" in query else None
    except ValueError:
        faults.append(FieldFault("/status", "invalid", "one of " + ", ".join(s.value for s in Status)))
    text = query.get("limit", str(DEFAULT_LIMIT))
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LARGEST_LIMIT:
        limit = int(text)
    else:
        faults.append(FieldFault("/limit", "invalid", f"a whole number from 1 to {LARGEST_LIMIT}"))
    try:
        position = _position(query["cursor"]) if "cursor" in query else None
    except ValueError:
        faults.append(FieldFault("/cursor", "invalid", "use the next_cursor of the page before"))
    if faults:
        raise RequestInvalid(faults)
    return status, limit, position


_PARAMETERS = {"status", "limit", "cursor"}


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


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cursor(position: Position) -> str:
    return base64.urlsafe_b64encode(f"{position.created_ms}.{position.id}".encode()).decode().rstrip("=")


def _position(cursor: str) -> Position:
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("no cursor") from error
    created, separator, quote_id = text.partition(".")
    if not (separator and created.isdigit() and len(created) < 16):
        raise ValueError("no cursor")
    return Position(int(created), quote_id)
