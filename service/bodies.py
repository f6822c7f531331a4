"""Reading a request body: raw bytes within a limit, strict JSON, nothing encoded."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from quoting.wire import json_text

QUOTE_LIMIT = 16 * 1024 * 1024
LIMIT = 256 * 1024


def read_json(limit: int) -> Any:
    """The JSON value of the body.

    Raises:
        UnsupportedMediaType: it is not application/json, or encoded.
        RequestEntityTooLarge: it is longer than `limit` bytes.
        NotJson: it is no strict JSON.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the body has to be application/json")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("the body must not be encoded")
    request.max_content_length = limit
    return json_text.parse(request.get_data(cache=False))
