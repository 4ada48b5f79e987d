"""A shape keeps what is right of any value, by whichever way it is read."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.transcripts.reading.lenient import clean, lenient_json, soften
from common.transcripts.reading.shapes import (
    CallInput,
    Line,
    ToolUseResult,
    read_object,
    read_text,
)
from common.transcripts.reading.transcript_file import Meta
from common.transcripts.reading.usage import Usage
from tests.common.transcripts.test_odd_values import LINES

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", LINES)
def test_a_line_softened_is_the_line_decoded(kind: str) -> None:
    raw = json.dumps(LINES[kind]).encode()
    softened = soften(json.loads(raw), Line)
    decoded = msgspec.json.decode(raw, type=Line)
    for name in Line.__struct_fields__:
        one, other = getattr(softened, name), getattr(decoded, name)
        if isinstance(one, msgspec.Raw):
            one, other = lenient_json(bytes(one)), lenient_json(bytes(other))
        assert _plain(one) == _plain(other), name


def _plain(value: object) -> object:
    """Return a value with what stands undecoded in it decoded."""
    if isinstance(value, msgspec.Raw):
        return lenient_json(bytes(value))
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.sampled_from([field.encode_name for field in msgspec.structs.fields(Line)]), VALUES))
def test_softening_never_fails_and_keeps_only_what_fits(value: dict[object, object]) -> None:
    softened = soften(value, Line)
    for field in msgspec.structs.fields(Line):
        if field.type == str | None:
            given_value = value.get(field.encode_name)
            expected = clean(given_value) if isinstance(given_value, str) else None
            assert getattr(softened, field.name) == expected


@given(st.binary(max_size=60))
def test_reading_any_bytes_never_fails(raw: bytes) -> None:
    for shape in (CallInput, Meta, ToolUseResult, Usage, Line):
        read_object(raw, shape)
    lenient_json(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"output_tokens":7}', 7),
        (b'{"output_tokens":7.0}', 7),
        (b'{"output_tokens":1000000000000}', 10**12),
        (b'{"output_tokens":1000000000001}', None),
        (b'{"output_tokens":9007199254740992}', None),
        (b'{"output_tokens":-1}', None),
        (b'{"output_tokens":1.5}', None),
        (b'{"output_tokens":true}', None),
        (b'{"output_tokens":"7"}', None),
        (b'{"output_tokens":NaN}', None),
        (b'{"output_tokens":Infinity}', None),
        (b'{"output_tokens":1e400}', None),
        (b'{"output_tokens":' + b"9" * 5000 + b"}", None),
        (b'{"output_tokens":1,"output_tokens":2}', 2),
        (b'{"output_tokens":3,"speed":7}', 3),
    ],
)
def test_a_count_is_a_whole_number_that_can_be(raw: bytes, value: int | None) -> None:
    found = read_object(raw, Usage)
    assert found is not None
    assert found.output_tokens == value


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"null", b"{", b'{"a"', b"\xff", b"[" * 100_000])
def test_what_is_no_object_gives_none(raw: bytes) -> None:
    assert read_object(raw, Meta) is None


def test_a_text_is_a_text_alone() -> None:
    assert read_text(msgspec.Raw(b'"a\\ud800b"')) == "a\ufffdb"
    assert read_text(msgspec.Raw(b'"\xff"')) == "\ufffd"
    assert read_text(msgspec.Raw(b"7")) is None
    assert read_text(msgspec.Raw(b"")) is None


def test_pairs_of_surrogates_are_one_character_and_lone_ones_are_replaced() -> None:
    assert clean("\ud83d\ude00") == "😀"
    assert clean("a\ud83d") == "a\ufffd"
    assert clean("\ude00\ud83d") == "\ufffd\ufffd"
    assert clean("plain") == "plain"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0), (1, 1), (10**12, 10**12), (10**12 + 1, None), (-1, None), (7.0, 7), (7.5, None), (1e400, None),
        (-0.0, 0), (True, None), ("7", None), (None, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_a_count_is_a_whole_number_that_can_be_summed(value: object, count: int | None) -> None:
    assert soften({"input_tokens": value}, Usage).input_tokens == count
    found = read_object(json.dumps({"input_tokens": value}).encode(), Usage)
    assert found is not None
    assert (found.input_tokens, type(found.input_tokens)) == (count, type(count))


@pytest.mark.parametrize(("digits", "kind"), [(299, int), (300, float), (308, float), (5000, float)])
def test_a_number_longer_than_any_float_is_read_as_one(digits: int, kind: type) -> None:
    value = lenient_json(b"[NaN," + b"9" * digits + b"]")
    assert isinstance(value, list)
    assert type(value[1]) is kind


def test_a_duration_may_have_a_fraction_and_a_flag_is_no_number() -> None:
    for value, found in ((1.5, 1.5), (2, 2.0), (True, None), ("1", None), (10**13, None)):
        softened = soften({"totalDurationMs": value, "isAsync": 1}, ToolUseResult)
        assert (softened.total_duration_ms, softened.is_async) == (found, None)
