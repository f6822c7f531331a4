"""What the Celery worker loads: its application and the one task."""

from __future__ import annotations

import os

from quoting.adapters.celery_queue import celery_app
from quoting.config import Settings
from workers.tasks import register

app = celery_app(Settings.from_env(os.environ).redis_url)
register(app)
