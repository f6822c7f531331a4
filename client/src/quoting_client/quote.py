"""A quote on its way: the resource that is polled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Quote:
    """`document` is the resource as the service sent it, with fields of later versions.

    `status` may be a word that is newer than this package: go by `done` and `answered`.
    `percent` is None where it is not known. `cache`: miss, hit, coalesced, None where it is not known yet.
    """

    id: str
    status: str
    done: bool
    stage: str
    percent: int | None
    cache: str | None
    cancel_requested: bool
    created_at: datetime
    finished_at: datetime | None
    valid_until: date | None
    error: Mapping[str, Any] | None
    result_url: str | None
    document: Mapping[str, Any]

    @property
    def answered(self) -> bool:
        """Whether it has a result; that no plan was found is an answer too."""
        return self.result_url is not None


def read_quote(document: Mapping[str, Any]) -> Quote:
    progress, finished, until = document["progress"], document.get("finished_at"), document.get("valid_until")
    return Quote(
        id=document["id"],
        status=document["status"],
        done=document["done"],
        stage=progress["stage"],
        percent=progress["percent"],
        cache=document.get("cache"),
        cancel_requested=document["cancel_requested"],
        created_at=datetime.fromisoformat(document["created_at"]),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        valid_until=None if until is None else date.fromisoformat(until),
        error=document.get("error"),
        result_url=document.get("result_url"),
        document=document,
    )
