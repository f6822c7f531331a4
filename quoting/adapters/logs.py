"""Structured logs as JSON lines on standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

import structlog

# Structlog's own variables are one each: to clear and set them costs more than all else that a log line is about.
_ABOUT: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))


def configure(level: str) -> None:
    """Set up logging for this process: ours and that of libraries in the same shape.

    Raises:
        ValueError: there is no such level.
    """
    shared: list[Any] = [
        _say_what_about,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def about(**fields: Any) -> None:
    """What the lines of this thread are about from here on: a request, a quote."""
    _ABOUT.set(fields)


def _say_what_about(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {**_ABOUT.get(), **event}


def logger(name: str) -> Any:
    """A structured logger."""
    return structlog.stdlib.get_logger(name)
