"""The Celery consumer: it is back soon after its broker, and what it refuses is counted."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

from quoting.adapters import logs
from quoting.adapters.metrics import PrometheusMeter

RECONNECT_EVERY_S = 0.5


class PromptConsumer(Consumer):
    """Refuses as Celery does: what is no JSON, no message of ours or no task of ours is dropped, the worker goes on."""

    connection_errors: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._meter, self._log = PrometheusMeter(), logs.logger("chipquote")
        super().__init__(*args, **kwargs)

    def ensure_connected(self, conn: Any) -> Any:
        """Try at an even pace: left alone kombu pauses two seconds longer after each try, up to half a minute."""
        conn.ensure_connection = partial(conn.ensure_connection, interval_start=RECONNECT_EVERY_S, interval_step=0)
        return super().ensure_connected(conn)

    def update_strategies(self) -> None:
        """An acknowledgement that does not arrive ends the connection, so that a new one is made.

        Celery would log it and go on. The message then counts as held for good, and a worker that holds as many as it
        may asks for no other: it is deaf.
        """
        errors, self.connection_errors = self.connection_errors, ()
        super().update_strategies()
        self.connection_errors = errors

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._note("undecodable")
        super().on_decode_error(message, exc)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        self._note("unknown_message")
        super().on_unknown_message(body, message)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._note("unknown_task")
        message.reject_log_error(self._log, self.connection_errors)

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._note("content_disallowed")
        message.reject_log_error(self._log, self.connection_errors)

    def _note(self, reason: str) -> None:
        self._meter.refused(reason)
        self._log.warning("message_refused", reason=reason)
