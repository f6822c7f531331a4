"""Everything the API's document allows, and much that it does not, against the running service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
SECONDS = 50
HERE = Path(__file__).parent


def test_the_service_keeps_to_its_document_under_generated_requests(live: Live, tmp_path: Path):
    """All checks and stateful links; the seed is printed where it fails."""
    report = tmp_path / "report.json"
    command = (
        Path(sys.executable).with_name("st"), "--config-file", HERE / "schemathesis.toml",
        "run", f"{live.system.url}/openapi.json", "--header", f"Authorization: Bearer {live.system.key}",
        "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "10",
        "--max-time", str(SECONDS), "--seed", "1", "--continue-on-failure", "--no-color", "--report", "json",
        "--report-json-path", report,
    )  # fmt: skip

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS * 4)

    assert run.returncode == 0, run.stdout[-6000:]
    assert json.loads(report.read_text())
    live.settle(within_s=120)
