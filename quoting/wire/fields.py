"""Strict fields: a value is what the contract says or is refused with a code; nothing is coerced.

`null` reads as absent, but where `allow_none` says that unknown is a value of the field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, missing

from quoting.wire.faults import Refusal, refused

LONGEST_NAME = 200

# Source: ISO 3166-1, alpha-2, officially assigned.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_CURRENCY = re.compile(r"[A-Z]{3}")
_DIGITS = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,30})?")
_MOST_PLACES = 30
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_INVISIBLE = ("C", "Z", "M")  # general categories of characters that show nothing by themselves


class Strict(fields.Field[Any]):
    """What all fields share: null reads as absent, and messages keep their codes.

    `json_schema` describes the field in the API's document beyond its type.
    """

    json_schema: ClassVar[Mapping[str, Any]] = {}

    default_error_messages = {  # noqa: RUF012
        "required": Refusal("required", "is required"),
        "null": Refusal("required", "is required"),
        "invalid": Refusal("wrong_type", "has to be a list"),
        "type": Refusal("wrong_type", "has to be an object"),
    }

    def __init__(self, *args: Any, metadata: Mapping[str, Any] = _NOTHING, **kwargs: Any) -> None:
        super().__init__(*args, metadata={**self.json_schema, **metadata}, **kwargs)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        absent = value is None and not self.allow_none
        return super().deserialize(missing if absent else value, attr, data, **kwargs)

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError([self.error_messages[key]])


class Name(Strict, fields.String):
    """Text that people read: kept as given, at most 200 characters, something of it visible, no control characters."""

    def __init__(self, longest: int = LONGEST_NAME, **kwargs: Any) -> None:
        super().__init__(metadata={"minLength": 1, "maxLength": longest}, **kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise refused("wrong_type", "has to be a string")
        if len(value) > self.longest:
            raise refused("too_long", f"has more than {self.longest} characters")
        if not (value.isascii() and value.isprintable() and value.strip()):
            self.check_characters(value)
        return value

    def check_characters(self, value: str) -> None:
        if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in value):
            raise refused("invalid_text", "holds a control character")
        if all(unicodedata.category(c).startswith(_INVISIBLE) for c in unicodedata.normalize("NFKC", value)):
            raise refused("invalid_text", "shows nothing" if value else "is empty")


class Id(Name):
    """A name for machines: no invisible characters at all."""

    def check_characters(self, value: str) -> None:
        super().check_characters(value)
        if any(unicodedata.category(c).startswith("C") for c in value):
            raise refused("invalid_text", "holds an invisible character")


class Country(Strict, fields.String):
    """ISO 3166-1 alpha-2, capitals."""

    json_schema: ClassVar[Mapping[str, Any]] = {"pattern": "^[A-Z]{2}$"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise refused("wrong_type", "has to be a string")
        if value not in COUNTRIES:
            raise refused("invalid_country", f"{value[:20]!r} is no country code of ISO 3166-1 alpha-2")
        return value


class Currency(Strict, fields.String):
    """Three capitals, ISO 4217."""

    json_schema: ClassVar[Mapping[str, Any]] = {"pattern": "^[A-Z]{3}$"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise refused("wrong_type", "has to be a string")
        if not _CURRENCY.fullmatch(value):
            raise refused("invalid_currency", f"{value[:20]!r} is no currency code of ISO 4217")
        return value


class Day(Strict, fields.Date):
    """YYYY-MM-DD, years 1900 to 2199."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        if not isinstance(value, str):
            raise refused("wrong_type", "has to be a date as a string")
        if _DATE.fullmatch(value) and _FIRST_YEAR <= int(value[:4]) <= _LAST_YEAR:
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise refused("invalid_date", f"{value[:30]!r} is no day YYYY-MM-DD of the years {_FIRST_YEAR} to {_LAST_YEAR}")


class Flag(Strict, fields.Boolean):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise refused("wrong_type", "has to be true or false")
        return value


class Whole(Strict, fields.Integer):
    """A whole number between two others, both included; neither 1.0 nor 1e3 nor "5" nor true is one."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most}, **kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is not int:
            raise refused("wrong_type", "has to be a whole number")
        if not self.least <= value <= self.most:
            raise refused("out_of_range", f"has to be from {self.least} to {self.most}")
        return value


class Number(Strict, fields.Decimal):
    """An exact number between two others; a JSON number, or its digits as a string where a double is too coarse.

    `above`: the least is not included.
    """

    def __init__(self, least: int | str, most: int | str, *, above: bool = False, **kwargs: Any) -> None:
        self.least, self.most, self.above = Decimal(least), Decimal(most), above
        bounds = {"exclusiveMinimum" if above else "minimum": float(least), "maximum": float(most)}
        super().__init__(metadata=bounds, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        return in_range(exact_number(value), self.least, self.most, above=self.above)


def exact_number(value: Any) -> Decimal:
    """A JSON number, or a string of digits with an optional fraction.

    Raises:
        ValidationError: it is neither, or has more than 30 places.
    """
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise refused("wrong_type", "has to be a number")
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MOST_PLACES:
        raise refused("out_of_range", f"has more than {_MOST_PLACES} places, or is no number")
    return exact


def in_range(value: Decimal, least: Decimal, most: Decimal, *, above: bool = False) -> Decimal:
    """The value itself where it lies between the two.

    Raises:
        ValidationError: it does not.
    """
    if not least <= value <= most or (above and value == least):
        words = f"above {least:f} and at most {most:f}" if above else f"from {least:f} to {most:f}"
        raise refused("out_of_range", f"has to be {words}")
    return value


class Choice(Strict, fields.String):
    """One of a few words; members of an enumeration are returned as such."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        self.words: dict[str, Any] = {(w.value if isinstance(w, Enum) else w): w for w in words}
        super().__init__(metadata={"enum": list(self.words)}, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise refused("not_one_of", f"has to be one of {', '.join(self.words)}")
        return self.words[value]
