"""What is wrong with a document: marshmallow's nested messages as faults with JSON pointers (RFC 6901) and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from marshmallow import ValidationError
from marshmallow.exceptions import SCHEMA

from quoting.domain.errors import FieldFault, RequestInvalid

MOST_FAULTS = 100  # in one answer; a request of thousands of offers can be wrong in every one


class Refusal(str):
    """Why a value is refused: a sentence with a code that never changes its meaning."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, code: str, detail: str) -> Refusal:
        refusal = super().__new__(cls, detail)
        refusal.code = code
        return refusal


def refused(code: str, detail: str, *path: str | int) -> ValidationError:
    """A refusal of the value itself, or of what stands below it at `path`."""
    messages: Any = [Refusal(code, detail)]
    for step in reversed(path):
        messages = {step: messages}
    return ValidationError(messages)


def pointer(*steps: str | int) -> str:
    """A JSON pointer; an empty one names the whole document."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def fault(code: str, detail: str, *steps: str | int) -> FieldFault:
    """A fault at the place that the steps lead to."""
    return FieldFault(pointer(*steps), code, detail)


def faults_of(messages: Any, *steps: str | int) -> Iterator[FieldFault]:
    """The messages of marshmallow, flat."""
    if isinstance(messages, Mapping):
        for step, below in messages.items():
            yield from faults_of(below, *steps, *(() if step == SCHEMA else (step,)))
        return
    for message in messages:
        code = message.code if isinstance(message, Refusal) else "invalid"
        yield FieldFault(pointer(*steps), code, str(message))


def invalid(faults: Sequence[FieldFault] | Iterator[FieldFault]) -> RequestInvalid:
    """The error that carries the first faults."""
    return RequestInvalid(list(islice(faults, MOST_FAULTS)))
