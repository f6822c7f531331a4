"""`python -m service.print_openapi`: the API's document on standard output. Connects to nothing."""

from __future__ import annotations

import json
import sys

from quoting.bootstrap import dependencies
from quoting.config import Settings
from service.app import create_app


def openapi_text() -> str:
    """The document, sorted, as it stands in `docs/openapi.json`."""
    document = create_app(dependencies(Settings.from_env({}))).test_client().get("/openapi.json").get_json()
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(openapi_text())
