"""Strict JSON in, canonical JSON out."""

import json
import time
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from quoting.domain.errors import NotJson
from quoting.wire.json_text import canonical, digest, double, number, parse
from tests.unit.wire.broken_requests import NOT_JSON

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
numbers = st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_no_strict_json_is_refused_where_it_stands(name):
    body, line, column = NOT_JSON[name]

    with pytest.raises(NotJson) as refusal:
        parse(body)

    assert (refusal.value.line, refusal.value.column) == (line, column)


def test_decimals_are_read_exactly():
    value = parse(b'{"a": 0.1000000000000000055511151231257827, "b": 1e3, "c": 12345678901234567890}')

    assert value["a"] == Decimal("0.1000000000000000055511151231257827")
    assert value["b"] == Decimal(1000)
    assert value["c"] == 12345678901234567890


def test_32_levels_are_read():
    assert parse("[" * 32 + "]" * 32) is not None


def test_brackets_in_strings_are_no_levels():
    assert parse('["' + "[{" * 100 + '\\"["]') == ["[{" * 100 + '"[']


def test_a_pair_of_surrogates_is_one_character():
    assert parse(b'"\\ud83d\\ude00 \\\\u0000"') == "\U0001f600 \\u0000"


@pytest.mark.parametrize(
    "body",
    [b"[" * 40 + b'"' + b'\\"' * 1_000_000, b'"' * 1_000_001, b"[" * 40 + b'"\\' * 500_000, b'{"a":' * 300_000],
    ids=["quotes never closed", "quotes", "backslashes", "objects"],
)
def test_hostile_text_is_refused_in_linear_time(body):
    started = time.perf_counter()

    with pytest.raises(NotJson):
        parse(body)

    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": Decimal("1.50")}, '{"a":1.5,"b":1}'),
        ([1.0, Decimal("1E+3"), Decimal("-0.0"), 10**21], "[1,1000,0,1e+21]"),
        ([Decimal("0.000001"), Decimal("1e-7"), 1e16, 2**53], "[0.000001,1e-7,10000000000000000,9007199254740992]"),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),
        ('\u20ac\n"\\\x1f', '"\u20ac\\n\\"\\\\\\u001f"'),
    ],
)
def test_canonical_text_is_that_of_rfc_8785(value, text):
    assert canonical(value).decode() == text


def test_the_digest_is_sha_256_of_the_canonical_text():
    # echo -n '{"a":1.5}' | sha256sum
    assert digest({"a": Decimal("1.50")}) == "3b1cb40b22933d83e9242f8ac724f114d812ddd49909917b365375c24b69a455"


@given(json_values)
def test_canonical_text_is_that_of_the_reference_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(json_values)
def test_canonical_text_reads_back_as_the_same_value(value):
    assert canonical(parse(canonical(value))) == canonical(value)


@given(json_values)
def test_member_order_and_white_space_do_not_change_the_digest(value):
    def turned(v):
        if isinstance(v, dict):
            return {k: turned(v[k]) for k in reversed(v)}
        return [turned(i) for i in v] if isinstance(v, list) else v

    assert digest(parse(json.dumps(turned(value), indent=3))) == digest(parse(json.dumps(value)))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=15))
def test_a_printed_number_says_the_decimal_exactly(value):
    printed = number(value)

    assert Decimal(str(printed)) == value


@given(st.fractions(-(10**14), 10**14, max_denominator=10**6))
def test_a_double_is_whole_where_the_fraction_is(value):
    printed = double(value)

    assert isinstance(printed, int) is (value.denominator == 1)
    assert printed == float(value)
