"""A consistent copy of the embedded database, made while others write."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url


class NotEmbedded(Exception):
    """The database is no SQLite file; the message names what to use in its place."""


class DamagedCopy(Exception):
    """The copy did not pass SQLite's own check; it was not kept."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a backup holds."""

    quotes: int
    results: int
    size_bytes: int


def backup(database_url: str, file: Path) -> Copy:
    """Copy the database as of one moment into one file; writers are not held up.

    The file is there whole or not at all, and is flushed to the disk when this returns.

    Raises:
        NotEmbedded: the URL is that of another database.
        FileExistsError: `file` is there already.
        FileNotFoundError: there is no database yet.
        DamagedCopy: the copy is not in order, so the database is not either.
    """
    url = make_url(database_url)
    if not url.drivername.startswith("sqlite"):
        address = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        raise NotEmbedded(f"this is no SQLite database; use: pg_dump --format=custom --file={file} --dbname={address}")
    if file.exists():
        raise FileExistsError(f"{file} is there already")
    if url.database is None or not Path(url.database).is_file():
        raise FileNotFoundError(f"there is no database at {url.database}")
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)  # in one step, from one read transaction
            target.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
            found = _checked(target)
        _flush(part)
        os.replace(part, file)
        _flush(file.parent)
    finally:
        part.unlink(missing_ok=True)
    return Copy(*found, file.stat().st_size)


def _checked(copy: sqlite3.Connection) -> tuple[int, int]:
    (state,) = copy.execute("PRAGMA integrity_check").fetchone()
    if state != "ok":
        raise DamagedCopy(f"the copy is damaged: {state}")
    (quotes,) = copy.execute("SELECT count(*) FROM quotes").fetchone()
    (results,) = copy.execute("SELECT count(*) FROM results").fetchone()
    return quotes, results


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
