"""Reading a request body: raw bytes within a limit, strict JSON, nothing encoded."""

from __future__ import annotations

from typing import Any

from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from quoting.wire import json_text
from service.asked import asked

LARGE_LIMIT = 16 * 1024 * 1024
LIMIT = 256 * 1024
HEARD_OUT = 4  # times the limit: who sends at most this much more gets to read why it was too much
PIECE = 64 * 1024


def read_json(limit: int) -> Any:
    """The JSON value of the body.

    Raises:
        UnsupportedMediaType: it is not application/json, or encoded.
        RequestEntityTooLarge: it is longer than `limit` bytes.
        BadRequest: its chunks are none, or it ends too early.
        NotJson: it is no strict JSON.
    """
    this = asked()
    if this.mimetype != "application/json":
        raise UnsupportedMediaType("the body has to be application/json")
    if this.environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("the body must not be encoded")
    try:
        body = _read(limit)
    except ParseException:
        raise BadRequest("the chunks of the body cannot be read") from None
    return json_text.parse(body)


def is_short(limit: int) -> bool:
    """Whether the body says that it is within the limit: who sent it then reads an answer that came before its end."""
    length = asked().content_length
    return length is not None and length <= limit


def _read(limit: int) -> bytes:
    """The body; its length is counted, not believed, as a chunked one names none."""
    this = asked()
    declared = this.content_length or 0
    body = this.stream.read(limit + 1) if declared <= limit else b""
    if declared <= limit and len(body) <= limit:
        return body
    if declared <= HEARD_OUT * limit:
        _hear_out(HEARD_OUT * limit)
    raise RequestEntityTooLarge(f"the body is longer than {limit} bytes")


def _hear_out(most: int) -> None:
    """Read on and forget: a connection that is closed on unread data loses the answer on its way."""
    while most > 0 and (piece := asked().stream.read(PIECE)):
        most -= len(piece)
