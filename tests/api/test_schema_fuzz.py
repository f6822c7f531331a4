"""Everything the API's document allows, and much that it does not, against the running service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
EXAMPLES = {"sqlite": (10, 50), "postgresql": (3, 20)}  # of each door, and seconds; the second looks at the database
HERE = Path(__file__).parent


def test_the_service_keeps_to_its_document_under_generated_requests(system: Live, tmp_path: Path):
    """All checks and stateful links; the seed is printed where it fails."""
    examples, most_s = EXAMPLES[urlsplit(system.system.database_url).scheme.partition("+")[0]]
    report = tmp_path / "report.json"
    command = (
        Path(sys.executable).with_name("st"), "--config-file", HERE / "schemathesis.toml",
        "run", f"{system.system.url}/openapi.json", "--header", f"Authorization: Bearer {system.system.key}",
        "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(examples),
        "--max-time", str(most_s), "--seed", "1", "--continue-on-failure", "--no-color", "--report", "json",
        "--report-json-path", report,
    )  # fmt: skip

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=most_s * 6)

    assert run.returncode == 0, run.stdout[-6000:]
    assert json.loads(report.read_text())
    system.settle(within_s=120)
