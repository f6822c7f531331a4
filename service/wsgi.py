"""What gunicorn loads: the application over the real adapters."""

from __future__ import annotations

import os

from quoting.bootstrap import dependencies
from quoting.config import Settings
from service.app import create_app

app = create_app(dependencies(Settings.from_env(os.environ), for_callers=True))
