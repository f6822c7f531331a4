"""Strict JSON text in, canonical JSON (RFC 8785) out.

Stricter than `json`: UTF-8 without a byte order mark, no key twice, no NaN or Infinity, nothing beyond the range of a
double, no lone surrogate, no NUL, at most 32 levels. Decimals are read exactly; nothing passes through a float.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import rfc8785

from quoting.domain.errors import NotJson

MOST_LEVELS = 32
_LONGEST_NUMBER = 400  # characters; the longest double without an exponent has 309 digits
_EXACT_INTEGERS = 2**53  # below it every whole number is a double of its own

# A string that is never closed reaches to the end, so that a scan stays linear on any text.
_STRING = r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)'
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}:,]|[^\s\[\]{{}}:,\"]+", re.DOTALL)
_STRINGS = re.compile(_STRING, re.DOTALL)
_TO_BRACKET = re.compile(rf"(?:[^\[\]{{}}\"]++|{_STRING})*+([\[\]{{}}]|\Z)", re.DOTALL)
_RISKY_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_STRING_OR_NUMBER = re.compile(rf"{_STRING}|-?[0-9][^,\]}}]*", re.DOTALL)
_ODD_NUMBER = re.compile(r"[:,\[]-?[0-9]++(?:(?:\.[0-9]++)?e|\.0[,\]}])|[:,\[]-?[0-9]{16}")
_OUTSIDE_BASIC_PLANE = re.compile(r"[\U00010000-\U0010ffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Refused(Exception):
    """A literal or key that `json` accepts and we do not; its place is looked for afterwards."""

    def __init__(self, detail: str, literal: str | None) -> None:
        super().__init__(detail)
        self.detail, self.literal = detail, literal


def parse(text: bytes | str) -> Any:
    """The JSON value of a text: whole numbers as int, all others as exact Decimal.

    Raises:
        NotJson: with line and column of the fault.
    """
    decoded = _decode(text) if isinstance(text, bytes) else text
    if decoded.startswith("\ufeff"):
        raise NotJson("a byte order mark is not allowed")
    _check_depth(decoded)
    try:
        value = json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_decimal,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, error.lineno, error.colno) from None
    except _Refused as error:
        found = _literal_at(decoded, error.literal) if error.literal is not None else _repeated_key_at(decoded)
        _fail(decoded, found, error.detail)
    _check_strings(decoded)
    return value


def canonical(value: Any) -> bytes:
    """The one text of a JSON value by RFC 8785; decimals print as the double nearest to them.

    Python's encoder does it but for two things that are put right where they occur: how some numbers are written, and
    the order of keys that hold characters outside the basic plane.

    Raises:
        TypeError, ValueError: the value is none of JSON.
    """
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_nearest_double
    )
    if not isinstance(value, (dict, list)) or _OUTSIDE_BASIC_PLANE.search(text):
        return rfc8785.dumps(_doubles(value))
    if _ODD_NUMBER.search(text):
        text = _STRING_OR_NUMBER.sub(_as_ecmascript, text)
    return text.encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def number(value: Decimal) -> int | float | str:
    """An exact number for JSON: a string of digits where a double would not say it exactly."""
    if value == value.to_integral_value() and abs(value) < _EXACT_INTEGERS:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"


def double(value: Fraction) -> int | float:
    """A number for JSON: whole where it is, else the nearest double."""
    return value.numerator if value.denominator == 1 and abs(value) < _EXACT_INTEGERS else float(value)


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8")
        _fail(before, len(before), "not UTF-8")


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return
    depth = 0
    for found in _TO_BRACKET.finditer(text):
        if found[1] in ("[", "{"):
            depth += 1
            if depth > MOST_LEVELS:
                _fail(text, found.start(1), f"nested deeper than {MOST_LEVELS} levels")
        else:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"the key {twice[:50]!r} stands twice in one object", None)
    return found


def _whole(text: str) -> int:
    _check_number(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    value = _check_number(text)
    exact = Decimal(text)
    if value == 0 and exact != 0:
        raise _Refused("a number too small for a double", text)
    return exact


def _check_number(text: str) -> float:
    if len(text) > _LONGEST_NUMBER:
        raise _Refused(f"a number of more than {_LONGEST_NUMBER} characters", text)
    value = float(text)
    if math.isinf(value):
        raise _Refused("a number beyond the range of a double", text)
    return value


def _no_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is no JSON", name)


def _check_strings(text: str) -> None:
    """Refuse escapes that stand for half a character or for NUL; raw ones were refused before."""
    if _SURROGATE.search(text):
        _fail(text, next(_SURROGATE.finditer(text)).start(), "half of a surrogate pair")
    if not _RISKY_ESCAPE.search(text):
        return
    for token in _STRINGS.finditer(text):
        if _RISKY_ESCAPE.search(token[0]):
            meant = json.loads(token[0])
            if _SURROGATE.search(meant) or "\0" in meant:
                _fail(text, token.start(), "a string holds half of a surrogate pair, or NUL")


def _literal_at(text: str, literal: str) -> int:
    return next((t.start() for t in _TOKEN.finditer(text) if t[0] == literal), 0)


def _repeated_key_at(text: str) -> int:
    """Where the first key stands that was in its object before. The text is known to be JSON up to there."""
    open_objects: list[set[str] | None] = []
    for token, following in _with_next(_TOKEN.finditer(text)):
        sign = token[0][0]
        if sign in "[{":
            open_objects.append(set() if sign == "{" else None)
        elif sign in "]}":
            open_objects.pop()
        elif sign == '"' and following is not None and following[0] == ":":
            keys, key = open_objects[-1], json.loads(token[0])
            if keys is not None and key in keys:
                return token.start()
            if keys is not None:
                keys.add(key)
    return 0


def _with_next(tokens: Iterator[re.Match[str]]) -> Iterator[tuple[re.Match[str], re.Match[str] | None]]:
    held = next(tokens, None)
    for token in tokens:
        if held is not None:
            yield held, token
        held = token
    if held is not None:
        yield held, None


def _fail(text: str, position: int, detail: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    raise NotJson(detail, line, position - text.rfind("\n", 0, position))


def _doubles(value: Any) -> Any:
    """The value with numbers as JSON's only kind of number has them."""
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_doubles(item) for item in value]
    if isinstance(value, Decimal) or (type(value) is int and abs(value) >= _EXACT_INTEGERS):
        return _nearest_double(value)
    return value


def _nearest_double(value: Any) -> int | float:
    if not isinstance(value, (Decimal, int)):
        raise TypeError(f"{type(value).__name__} is none of JSON")
    nearest = float(value)
    return int(nearest) if nearest.is_integer() and abs(nearest) < _EXACT_INTEGERS else nearest


def _as_ecmascript(token: re.Match[str]) -> str:
    return token[0] if token[0][0] == '"' else rfc8785.dumps(float(token[0])).decode()
