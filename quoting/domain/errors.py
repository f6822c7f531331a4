"""What can go wrong, each with a stable code and the data that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """An error that a caller can act on; `code` never changes its meaning."""

    code = "error"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One bad field. `pointer` is a JSON pointer (RFC 6901) into the request."""

    pointer: str
    code: str
    detail: str


class RequestInvalid(DomainError):
    """The request breaks the contract; nothing is stored and nothing computed."""

    code = "request_invalid"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(f"{f.pointer or '/'}: {f.detail}" for f in faults))
        self.faults = tuple(faults)


class NotJson(DomainError):
    """The body is no strict JSON. Line and column count from 1."""

    code = "not_json"

    def __init__(self, detail: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {detail}")
        self.detail, self.line, self.column = detail, line, column


class QuoteNotFound(DomainError):
    code = "quote_not_found"


class QuoteNotDone(DomainError):
    code = "not_done"


class QuoteHasNoResult(DomainError):
    code = "no_result"


class QuoteAlreadyEnded(DomainError):
    code = "already_ended"


class IdempotencyMismatch(DomainError):
    code = "idempotency_mismatch"


class SnapshotGone(DomainError):
    """A pinned input of a quote can no longer be found; `missing` names it."""

    code = "snapshot_gone"

    def __init__(self, missing: str) -> None:
        super().__init__(f"the pinned input {missing} is gone")
        self.missing = missing


class Cancelled(DomainError):
    """The watch said stop while a quote was computed."""

    code = "cancelled"


class ReferenceDataBroken(DomainError):
    """The reference data fails its own integrity check; each fault names file and line."""

    code = "reference_data_broken"
