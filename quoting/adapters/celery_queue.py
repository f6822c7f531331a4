"""Celery as a doorbell: a message is one quote id, and losing it costs time only. SQL is the queue."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError
from redis import RedisError

from quoting.adapters.redis_cache import redis_client
from quoting.application.errors import QueueUnavailable
from quoting.application.quotes import Size, Wake

COMPUTE_QUOTE = "chipquote.compute_quote"
QUEUES = {Size.SMALL: "chipquote.quotes", Size.LARGE: "chipquote.quotes.large"}
WAITING_RINGS = 1000
BETWEEN_TRIPS_S = 0.01  # where rings come together


def celery_app(redis_url: str) -> Celery:
    """The Celery application of both sides; results, events, remote control and schedules are not used."""
    app = Celery("chipquote", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_queues={name: {"exchange": "", "routing_key": name} for name in QUEUES.values()},
        task_default_queue=QUEUES[Size.SMALL],
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=True,
        task_reject_on_worker_lost=True,  # attempts are bounded in SQL
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=500,
        worker_soft_shutdown_timeout=30,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,  # our lines go to standard error as they are
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker may be away for hours
        broker_transport_options={
            "visibility_timeout": 300,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
    )
    return app


class CeleryQueue:
    """Rings at once, in one try.

    Args:
        large_from: expected size from which a quote waits with the large ones.
    """

    def __init__(self, redis_url: str, large_from: int) -> None:
        self._large_from = large_from
        self._app = celery_app(redis_url)
        # A publisher has less patience than a worker that waits for work.
        limits = {"socket_timeout": 1, "socket_connect_timeout": 1}
        self._app.conf.broker_transport_options = self._app.conf.broker_transport_options | limits
        self._redis = redis_client(redis_url)

    def wake(self, wake: Wake) -> None:
        self.wake_all([wake])

    def wake_all(self, wakes: Sequence[Wake]) -> None:
        """Ring for each of them, in one trip. Raises QueueUnavailable: nobody knows which got through."""
        try:
            with self._app.producer_or_acquire() as producer, producer.batch():
                for wake in wakes:
                    self._publish(producer, wake)
        except (KombuError, RedisError, OSError) as error:
            raise QueueUnavailable(str(error)) from error

    def _publish(self, producer: Any, wake: Wake) -> None:
        """As `send_task` does it, without what it looks up anew with each message."""
        size = Size.LARGE if wake.expected_size >= self._large_from else Size.SMALL
        headers, properties, body, _ = self._app.amqp.create_task_message(
            secrets.token_hex(8),  # what Celery says three times is short: a message stays below a kilobyte
            COMPUTE_QUOTE,
            (wake.quote_id,),
            {},
            time_limit=wake.limit_s,
            ignore_result=True,
            argsrepr="",
            kwargsrepr="",
            origin="chipquote",
        )
        address = {"exchange": "", "routing_key": QUEUES[size], "delivery_mode": "persistent"}
        producer.publish(body, headers=headers, serializer="json", retry=False, **address, **properties)

    def depths(self) -> Mapping[Size, int]:
        try:
            with self._redis.pipeline(transaction=False) as both:
                for name in QUEUES.values():
                    both.llen(name)
                return dict(zip(QUEUES, both.execute(), strict=True))
        except RedisError as error:
            raise QueueUnavailable(str(error)) from error


class BackgroundQueue:
    """Rings from a thread of its own, so that whoever accepts a quote never waits for Redis."""

    def __init__(self, inner: CeleryQueue) -> None:
        self._inner = inner
        self._rings: queue.Queue[Wake] = queue.Queue(WAITING_RINGS)
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self, wake: Wake) -> None:
        with self._start:
            if self._thread is None:  # not before: a thread does not survive the fork of a server
                self._thread = threading.Thread(target=self._ring, name="wake", daemon=True)
                self._thread.start()
        try:
            self._rings.put_nowait(wake)
        except queue.Full:
            raise QueueUnavailable("too many wake-ups wait to be sent") from None

    def depths(self) -> Mapping[Size, int]:
        return self._inner.depths()

    def _ring(self) -> None:
        while True:
            wakes = [self._rings.get()]
            while not self._rings.empty():  # nobody else takes any
                wakes.append(self._rings.get())
            with suppress(QueueUnavailable):  # the dispatcher finds them
                self._inner.wake_all(wakes)
            if len(wakes) > 1:  # more are coming: a trip costs several times what one more ring on it costs
                time.sleep(BETWEEN_TRIPS_S)
