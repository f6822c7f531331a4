"""Reference files by digest: what a quote was pinned to can be read again after the package has moved on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from quoting.adapters.sql.tables import reference_files
from quoting.adapters.sql.units import Units


class SqlArchive:
    """Reads stored reference files. They are written with the first quote that is pinned to them."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def read(self, digest: str) -> dict[str, str] | None:
        """The files with a digest, path to text; None where no quote was ever pinned to them."""
        query = select(reference_files.c.gz).where(reference_files.c.digest == digest)
        blob = self._units.read(lambda connection: connection.scalar(query))
        return None if blob is None else _unpack(blob)


def keep(connection: Connection, digest: str, blob: bytes) -> None:
    """Store packed files, once. A race with another process ends in an IntegrityError."""
    held = connection.scalar(select(reference_files.c.digest).where(reference_files.c.digest == digest))
    if held is None:
        connection.execute(insert(reference_files).values(digest=digest, gz=blob))


def pack(files: Mapping[str, str]) -> bytes:
    return gzip.compress(json.dumps(dict(sorted(files.items()))).encode(), mtime=0)


def _unpack(blob: bytes) -> dict[str, str]:
    files: dict[str, str] = json.loads(gzip.decompress(blob))
    return files
