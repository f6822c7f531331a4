"""The reference files of the installed package, as text: what is hashed, stored with a quote and parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import rfc8785

import quoting
from quoting.adapters.reference.reading import Files

_ROOT = Path(quoting.__file__).parent
_PLACES = ("data", "parameters")


def read_bundle(root: Path = _ROOT) -> dict[str, str]:
    """Every reference file below `data/` and `parameters/`, path to text."""
    files = (f for place in _PLACES for f in sorted((root / place).rglob("*")) if f.suffix in {".csv", ".yaml"})
    return {f.relative_to(root).as_posix(): f.read_text(encoding="utf-8") for f in files}


def digest(files: Files, prefixes: Iterable[str] = ("",)) -> str:
    """SHA-256 over the canonical JSON of the files whose path begins with one of the prefixes."""
    wanted = tuple(prefixes)
    chosen = {path: text for path, text in files.items() if path.startswith(wanted)}
    return hashlib.sha256(rfc8785.dumps(chosen)).hexdigest()
