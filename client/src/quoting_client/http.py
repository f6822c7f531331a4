"""What both clients tell httpx2."""

from __future__ import annotations

import os
from typing import Any

import httpx2

from quoting_client.conversation import Call, Reply
from quoting_client.errors import NotReached

DEFAULT_URL = "http://127.0.0.1:8000"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def options(base_url: str, api_key: str | None) -> dict[str, Any]:
    """Arguments of an httpx2 client. A service on this machine is never asked through a proxy.

    Raises:
        NotReached: the address is none.
    """
    key = (api_key if api_key is not None else os.environ.get("CHIPQUOTE_API_KEY", "")).strip()
    try:
        host = httpx2.URL(base_url).host
    except httpx2.InvalidURL as error:
        raise NotReached(f"{base_url}: {error}") from error
    return {
        "base_url": base_url,
        "headers": {"User-Agent": "quoting-client/0.1.0", **({"Authorization": f"Bearer {key}"} if key else {})},
        "trust_env": host not in LOOPBACK,
        "follow_redirects": False,
    }


def arguments(call: Call) -> dict[str, Any]:
    """Arguments of `request` for a call."""
    return {
        "method": call.method,
        "url": call.path,
        "content": call.content,
        "headers": dict(call.headers),
        "params": dict(call.query) or None,
        "timeout": call.timeout_s,
    }


def not_reached(base_url: httpx2.URL, error: Exception) -> NotReached:
    return NotReached(f"{base_url}: {error or type(error).__name__}")


def reply(response: httpx2.Response) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.text, response.reason_phrase)
