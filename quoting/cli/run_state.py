"""Who runs in a data folder: one `up` at a time holds its lock and keeps the list of its processes."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOCK, STATE = "up.lock", "up.json"


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process group. `since`: seconds since 1970."""

    name: str
    pid: int
    since: float

    def document(self) -> dict[str, Any]:
        since = datetime.fromtimestamp(self.since, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"name": self.name, "pid": self.pid, "since": since}


@contextmanager
def sole_run(folder: Path) -> Iterator[None]:
    """Hold the folder for as long as the block lasts; the kernel lets go of it also where we are killed.

    Raises:
        BlockingIOError: another run holds it.
    """
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(f"another chipquote runs in {folder}") from None
        try:
            yield
        finally:
            (folder / STATE).unlink(missing_ok=True)


def note_processes(folder: Path, processes: Sequence[RunningProcess]) -> None:
    """Say which processes run; a reader sees the old list or the new one."""
    new = folder / f"{STATE}.new"
    new.write_text(json.dumps([process.document() for process in processes]), encoding="utf-8")
    os.replace(new, folder / STATE)


def read_processes(folder: Path) -> list[dict[str, Any]] | None:
    """The processes of the run in a folder; None where none runs."""
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    except FileNotFoundError:
        return None
    else:
        return None
    try:
        found: list[dict[str, Any]] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:  # it has only just begun
        return []
    return found
