"""T20 on a disk that is full: `unshare -Urm python -m tests.faults.full_disk FOLDER` mounts a small one at the folder.

Prints as JSON what a caller of the service heard before, while and after nothing could be written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text

from quoting.adapters.sql.dialect import connect
from quoting.bootstrap import dependencies, prepare_database
from quoting.config import Settings
from service.app import create_app
from tests.builders import a_request

KEY = "cq_live_key-of-these-tests"
SIZE, MOST_POSTS, REFUSED = "24m", 400, 5


def post(client: FlaskClient, ref: str) -> list[object]:
    answer = client.post("/v1/quotes", json=a_request(client_ref=ref), headers={"Authorization": f"Bearer {KEY}"})
    return [answer.status_code, answer.content_type, answer.headers.get("Retry-After")]


def fill(file: Path) -> None:
    """Take what is free, to the last byte."""
    with file.open("wb", buffering=0) as out:
        for piece in (b"x" * 65536, b"x"):
            try:
                while True:
                    out.write(piece)
            except OSError:
                continue


def main(folder: Path) -> None:
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder), check=True)
    settings = Settings.from_env({"CHIPQUOTE_DATA_DIR": str(folder)})
    prepare_database(settings, KEY)
    client = create_app(dependencies(settings, for_callers=True)).test_client()
    before, refused = post(client, "before"), []
    fill(folder / "filling")
    accepted = 1
    for number in range(MOST_POSTS):  # what the database has of its own already takes a few more
        answer = post(client, f"full {number}")
        if answer[0] == 202:
            accepted += 1
            continue
        refused.append(answer)
        if len(refused) == REFUSED:
            break
    (folder / "filling").unlink()
    after = post(client, "after")
    engine = connect(settings.database_url)
    with engine.connect() as c:
        count = "SELECT (SELECT count(*) FROM quotes), (SELECT count(*) FROM record WHERE kind = 'accepted')"
        stored = list(c.execute(text(count)).one())
        whole = c.execute(text("PRAGMA integrity_check")).scalar()
    engine.dispose()
    print(
        json.dumps(
            {
                "before": before, "refused": refused, "after": after, "heard": accepted + 1,
                "stored": stored, "whole": whole,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
