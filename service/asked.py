"""The request that is being handled, and what is remembered around it, themselves.

Flask's `request` and `g` find them anew with every name that is read of them: with many, that is a tenth of a poll.
"""

from __future__ import annotations

from typing import Any

from flask import Request
from flask.globals import app_ctx, request_ctx


def asked() -> Request:
    """What `flask.request` stands for."""
    return request_ctx.request


def around() -> Any:
    """What `flask.g` stands for: `request_id`, `began` and, where a key was asked for, `caller`."""
    return app_ctx.g
