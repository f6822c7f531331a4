"""The yardsticks of `bench.service`: a Flask route that returns given bytes, and a Celery task that does nothing."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from flask import Flask, Response

BYTES, REDIS = "BENCH_BYTES", "BENCH_REDIS"

app = Flask("bare")
celery = Celery("bare", broker=os.environ.get(REDIS), backend=os.environ.get(REDIS))
_body = Path(os.environ[BYTES]).read_bytes() if BYTES in os.environ else b""


@app.get("/v1/quotes/<quote_id>")
def bare(quote_id: str) -> Response:
    return Response(_body, content_type="application/json")


@celery.task(name="bare.noop")
def noop() -> None:
    return None
