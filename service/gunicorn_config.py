"""How gunicorn runs the service: threads, each in a process of its own that is replaced now and then."""

from __future__ import annotations

import os

from quoting.bootstrap import check_database
from quoting.config import Settings

_settings = Settings.from_env(os.environ)

wsgi_app = "service.wsgi:app"
worker_class = "service.unreadable.ProblemWorker"
workers = _settings.api_processes
threads = _settings.api_threads
timeout = 60
graceful_timeout = 25
keepalive = (
    20  # longer than clients keep an idle connection (httpx: 5 s), so that none is closed on a request under way
)
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def on_starting(_: object) -> None:
    """Before any process is made: not on a database that may lose what it has acknowledged."""
    check_database(_settings)
