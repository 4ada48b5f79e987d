"""What becomes of a line: parsed, salvaged, skipped or blank, for any bytes whatever."""

import json
import random
import time
from io import BytesIO

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from common.transcripts.reading import lines as lines_module
from common.transcripts.reading.depth import MAX_DEPTH, depth_limit
from common.transcripts.reading.lines import (
    UNDECODABLE,
    LineOutcome,
    LineReader,
    TooLong,
    decode_line,
    examine,
    examine_tail,
)
from tests.common.transcripts.mutated import any_lines
from tests.common.transcripts.test_odd_values import LINES
from tests.common.transcripts.written import encoded, user
from tests.transcripts_made.odd_values import ODD_VALUES, places, with_odd_values

USER = b'{"type":"user","sessionId":"s","uuid":"u1","message":{"role":"user","content":"Hi."}}'
NEXT = b'{"parentUuid":null,"sessionId":"s","type":"user","uuid":"u2"}'
SUMMARY = b'{"type":"summary","summary":"Short.","leafUuid":"x"}'


def outcome_of(raw: bytes) -> LineOutcome:
    """Return the outcome of the two steps by which a line is read."""
    with depth_limit():
        try:
            return LineOutcome("parsed", (decode_line(raw),))
        except UNDECODABLE:
            return examine(raw)


def nested(depth: int) -> bytes:
    """Return a user line in which `depth` objects and arrays stand within one another."""
    return b'{"type":"user","sessionId":"s","deep":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def uuids(result: LineOutcome) -> list[str | None]:
    return [record.uuid for record in result.records]


@pytest.mark.parametrize(
    "raw",
    [
        USER,
        USER + b"\r",
        b" \t" + USER + b" ",
        b"{}",
        b'{"type":"user","q":NaN,"r":-Infinity}',
        b'{"type":"user","q":1e400}',
        b'{"type":"user","q":' + b"9" * 5000 + b"}",
        b'{"type":"user","message":{"usage":{"input_tokens":' + b"9" * 5000 + b"}}}",
        b'{"type":"user","q":18446744073709551616}',
        b'{"type":"user","q":"\\ud83d"}',
        b'{"type":"user","cwd":"\\ud83d"}',
        b'{"type":"user","q":"\xff\xfe"}',
        b'{"type":"user","cwd":"\xff\xfe"}',
        b'{"type":"user","type":"user"}',
        '{"type":"user","q":"a\u2028b\u2029c\x85d"}'.encode(),
        b'{"type":"user","q":"\\u0000"}',
        b'{"type":7,"message":"text","isMeta":"yes"}',
    ],
)
def test_one_whole_object_is_parsed(raw: bytes) -> None:
    result = outcome_of(raw)
    assert (result.kind, result.reason, len(result.records)) == ("parsed", None, 1)


@pytest.mark.parametrize("raw", [b"", b" ", b"\t \r", b"\x0b\x0c"])
def test_white_space_alone_is_blank(raw: bytes) -> None:
    assert outcome_of(raw) == LineOutcome("blank")


@pytest.mark.parametrize("raw", [b"[]", b"null", b"7", b'"{}"', b"NaN", b"true", b'["{"]'])
def test_a_value_that_is_no_object_is_skipped(raw: bytes) -> None:
    assert outcome_of(raw) == LineOutcome("skipped", (), "a value, but no object")


@pytest.mark.parametrize(
    "raw",
    [
        b"\0" * 3000,
        b"nonsense",
        USER[:-1],
        USER[:-9],
        b'{"a":1}{"b":2}',
        b'{"type":"user"}{"type":"user"}',
        b'{"sessionId":"s"}x',
        b"{" * 1000,
        b"}" + USER[1:],
    ],
)
def test_what_gives_no_record_is_skipped_with_a_reason(raw: bytes) -> None:
    assert outcome_of(raw) == LineOutcome("skipped", (), "not JSON")


def test_a_line_in_utf_16_is_skipped_with_what_to_do() -> None:
    reason = "expected UTF-8, got UTF-16. Convert the file to UTF-8"
    assert outcome_of(USER.decode().encode("utf-16")) == LineOutcome("skipped", (), reason)


@pytest.mark.parametrize(
    ("raw", "saved"),
    [
        (USER + NEXT, ["u1", "u2"]),
        (USER + b" " + NEXT, ["u1", "u2"]),
        (USER + USER + NEXT, ["u1", "u1", "u2"]),
        (USER[:40] + NEXT, ["u2"]),
        (USER[:-1] + NEXT, ["u2"]),
        (USER + NEXT[:20], ["u1"]),
        (USER[:40] + NEXT + USER[:30], ["u2"]),
        (b"\0" * 500 + USER, ["u1"]),
        (USER + b"\0" * 500, ["u1"]),
        (USER + b"\0\0" + NEXT, ["u1", "u2"]),
        (b"\xef\xbb\xbf" + USER, ["u1"]),
        (b"\xef\xbb\xbf" + USER + b"\r", ["u1"]),
        (b"junk" + USER, ["u1"]),
        (b'{"type":"user","sessionId":"s","uuid":"u0","message":{"content":[{"type":"te' + NEXT, ["u2"]),
        (b'{"a":"' + b"[" * 300 + NEXT, ["u2"]),
        (b'{"a":' + b"[" * 100_000 + NEXT, ["u2"]),
        (SUMMARY[:20] + SUMMARY, [None]),
        (b'{"type":"file-history-snapshot","messageId":"m"}' + USER, [None, "u1"]),
    ],
)
def test_whole_records_are_saved_out_of_a_damaged_line(raw: bytes, saved: list[str | None]) -> None:
    result = outcome_of(raw)
    assert (result.kind, uuids(result)) == ("salvaged", saved)
    assert result.reason == f"not JSON; {len(saved)} whole record(s) saved"


@pytest.mark.parametrize(
    "after", [b"", b"}", b",", b', "x":', b"]", b"],", b" }", b" ,", b"\t]", b' , "x": 1', b"x", b'"', b":"]
)
def test_an_object_nested_in_a_cut_line_is_never_taken_for_a_line(after: bytes) -> None:
    if after:
        assert outcome_of(b'{"type":"progress","sessionId":"s","data":{"message":' + USER + after).records == ()
    assert outcome_of(b'{"type":"user","message":{"content":[' + USER[:-1] + b',"q":1}' + b"," + after).records == ()


def test_an_object_inside_a_text_is_never_taken_for_a_line() -> None:
    pasted = json.dumps({"type": "user", "sessionId": "s", "text": USER.decode() + "\n" + NEXT.decode()}).encode()
    assert uuids(outcome_of(pasted)) == [None]
    for size in range(len(pasted)):
        assert outcome_of(pasted[:size]).records == ()


@pytest.mark.parametrize(
    ("depth", "outcome"),
    [(2, "parsed"), (185, "parsed"), (199, "parsed"), (200, "parsed"), (201, "skipped"), (1500, "skipped"),
     (100_000, "skipped"), (5_000_000, "skipped")],
)  # fmt: skip
def test_nesting_up_to_two_hundred_is_parsed(depth: int, outcome: str) -> None:
    result = outcome_of(nested(depth))
    assert result.kind == outcome
    assert result.reason == (None if outcome == "parsed" else f"nested deeper than {MAX_DEPTH}")


@pytest.mark.parametrize("depth", [199, 200, 201])
def test_the_limit_of_depth_counts_objects_as_arrays_and_leaves_texts_alone(depth: int) -> None:
    outcome = "parsed" if depth <= MAX_DEPTH else "skipped"
    assert outcome_of(b'{"a":' * depth + b'"[[{{"' + b"}" * depth).kind == outcome
    assert outcome_of(nested(depth)[:-1] + b',"q":NaN,"t":"\\"[[["}').kind == outcome


@pytest.mark.parametrize("depth", [201, 5_000])
def test_a_record_nested_too_deep_is_not_saved_but_those_beside_it_are(depth: int) -> None:
    assert uuids(outcome_of(nested(depth) + USER)) == ["u1"]
    assert uuids(outcome_of(USER + nested(depth))) == ["u1"]


@pytest.mark.parametrize(("depth", "fits"), [(200, True), (201, False)])
def test_where_decoders_count_apart_brackets_are_counted_first(depth: int, *, fits: bool) -> None:
    """Python 3.12 and later: what might be too deep is left to the second look."""
    if fits:
        assert lines_module._decode_counting(nested(depth)).type == "user"  # noqa: SLF001 - unused on 3.11
    else:
        with pytest.raises(RecursionError):
            lines_module._decode_counting(nested(depth))  # noqa: SLF001 - likewise
        assert examine(b'{"a":' + b"[" + b"{}," * 300 + b"{}]}").kind == "parsed"


def test_a_line_of_a_hundred_megabytes_is_parsed() -> None:
    begun = time.process_time()
    line = encoded([user("x" * 100_000_000, 1)]).rstrip(b"\n")
    assert outcome_of(line).kind == "parsed"
    assert outcome_of(line[:-1] + USER).kind == "salvaged"
    assert time.process_time() - begun < 6


def held(line: bytes) -> bytes | int:
    """Return a line, or the length of one of which no more was kept."""
    return len(line) if isinstance(line, TooLong) else line


@pytest.mark.parametrize(("length", "outcome"), [(1000, "parsed"), (1001, "skipped")])
def test_lines_above_the_longest_are_skipped_without_being_held(
    monkeypatch: pytest.MonkeyPatch, length: int, outcome: str
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LENGTH", 1000)
    raw = USER + b" " * (length - len(USER))
    content = raw + b"\n" + NEXT + b"\n"
    reader = LineReader(BytesIO(content), len(content), blake3())
    ((first, second),) = reader
    assert second == NEXT + b"\n"
    assert held(first) == (raw + b"\n" if outcome == "parsed" else 1002)
    assert outcome_of(first).kind == outcome


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1024])
@pytest.mark.parametrize(
    "content", [b"", b"\n", b"a", b"a\n", b"\n\na\r\nb\n\xe2\x80\xa8d", b"abcdefgh\n" * 5 + b"end"]
)
def test_bytes_are_split_at_newlines_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, content: bytes, block: int
) -> None:
    monkeypatch.setattr(lines_module, "BLOCK", block)
    reader = LineReader(BytesIO(content + b"written later\n"), len(content), blake3(b"before"))
    *expected, tail = content.split(b"\n")
    assert [line for lines in reader for line in lines] == [line + b"\n" for line in expected]
    assert reader.tail == tail
    assert reader.consumed == len(content) - len(tail)
    assert reader.hash.digest() == blake3(b"before" + content[: reader.consumed]).digest()


@pytest.mark.parametrize("block", [1, 7, 20])
@pytest.mark.parametrize(("length", "whole"), [(20, True), (21, False), (500, False)])
def test_a_long_line_over_many_blocks_is_held_up_to_the_longest_and_the_next_ones_are_whole(
    monkeypatch: pytest.MonkeyPatch, block: int, length: int, *, whole: bool
) -> None:
    monkeypatch.setattr(lines_module, "BLOCK", block)
    monkeypatch.setattr(lines_module, "MAX_LENGTH", 20)
    content = b"a\n" + b"x" * length + b"\nb\n" + b"y" * length
    reader = LineReader(BytesIO(content), len(content), blake3())
    found = [held(line) for lines in reader for line in lines]
    assert found == [b"a\n", b"x" * length + b"\n" if whole else length + 1, b"b\n"]
    assert held(reader.tail) == (b"y" * length if whole else length)
    assert reader.hash.digest() == blake3(content[: reader.consumed]).digest()


def test_a_line_that_is_too_long_is_skipped_with_the_limit() -> None:
    assert examine(TooLong(200_000_000)) == LineOutcome("skipped", (), "longer than 134217728 bytes")
    assert examine_tail(TooLong(200_000_000)) == LineOutcome("skipped", (), "longer than 134217728 bytes")


@pytest.mark.parametrize(("broken", "saved"), [(255, ["u1"]), (256, [])])
def test_records_are_looked_for_at_two_hundred_and_fifty_six_places(broken: int, saved: list[str]) -> None:
    assert uuids(outcome_of(b'{"type":x' * broken + USER)) == saved


@pytest.mark.parametrize(("broken", "saved"), [(10, ["u1"]), (40, [])])
def test_looks_that_fail_late_are_charged_by_how_far_they_went(broken: int, saved: list[str]) -> None:
    """Sixteen times the line and a million characters are read in vain; here each look reads 200,000."""
    assert uuids(outcome_of(b'{"type":' * broken + b'"' + b"x" * 200_000 + b'",' + USER)) == saved


def test_a_stream_that_ends_early_gives_the_lines_that_are_there() -> None:
    reader = LineReader(BytesIO(b"a\nb"), 100, blake3())
    assert (list(reader), reader.tail, reader.consumed) == ([[b"a\n"]], b"b", 2)


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [(b'{"a', "pending"), (USER + NEXT, "pending"), (b"\0\0", "pending"), (b"[1]", "skipped"), (USER, "parsed")],
)
def test_a_last_line_that_is_no_value_yet_is_pending_and_never_salvaged(raw: bytes, outcome: str) -> None:
    result = examine_tail(raw)
    assert (result.kind, result.reason == "cut: no newline yet") == (outcome, outcome == "pending")
    assert (result.records == ()) == (raw != USER)


# -- any bytes


def standard_library_says(raw: bytes) -> object:
    """Return the value that the standard library finds in a line; None where it finds none."""
    try:
        return json.loads(raw.decode("utf-8", "replace").strip(" \t\r\n"), parse_int=len)
    except (ValueError, RecursionError):
        return None


def hold(raw: bytes) -> float:
    """Check all that is promised of any line, and return the seconds that it took."""
    begun = time.process_time()
    result = outcome_of(raw)
    taken = time.process_time() - begun
    assert result.kind in {"parsed", "salvaged", "skipped", "blank"}
    assert (result.reason is None) == (result.kind in {"parsed", "blank"})
    assert bool(result.records) == (result.kind in {"parsed", "salvaged"})
    assert (result.kind == "blank") == (not raw.strip(b" \t\r\n\x0b\x0c"))
    value = standard_library_says(raw)
    if result.kind == "parsed":
        assert isinstance(value, dict)
        assert len(result.records) == 1
    elif value is not None:
        too_deep = result.reason == f"nested deeper than {MAX_DEPTH}"
        assert result.kind == "skipped"
        assert too_deep or not isinstance(value, dict)
    return taken


@pytest.mark.parametrize("seed", range(4))
def test_mutated_lines_upset_nothing(seed: int) -> None:
    assert max(hold(raw) for raw in any_lines(random.Random(seed), 2500)) < 1


@given(st.binary(max_size=200))
def test_any_bytes_upset_nothing(raw: bytes) -> None:
    hold(raw.replace(b"\n", b""))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_in_a_line_is_parsed(value: object) -> None:
    for name in ("type", "sessionId", "message", "toolUseResult", "content", "data", "elsewhere"):
        assert outcome_of(json.dumps({name: value}).encode()).kind == "parsed"


@pytest.mark.parametrize("kind", LINES)
def test_a_wrong_value_in_any_field_leaves_the_line_parsed(kind: str) -> None:
    changed = [json.dumps(line).encode() for line in with_odd_values(LINES[kind])]
    assert len(changed) == len(list(places(LINES[kind]))) * (len(ODD_VALUES) + 1)
    assert {outcome_of(raw).kind for raw in changed} == {"parsed"}


WORST = {
    "openers": b"{" * 3_000_000,
    "records that begin and never end": b'{"type":"user","sessionId":"s","a":' * 100_000,
    "records that begin, after a long text": b'{"type":"' + b"x" * 3_000_000 + b'","a":' + b'{"type":[' * 100_000,
    "long texts in records that never end": (b'{"type":"' + b"x" * 30_000 + b'","a":') * 250,
    "many small records": USER * 20_000,
    "many small objects": b'{"type":"user"}' * 200_000,
    "white space after an opener": (b"{" + b" " * 3000) * 1000,
    "quotes": b'"' * 3_000_000,
    "escapes": b'{"type":"' + b"\\" * 3_000_001,
    "arrays that never end": b'{"type":' + b"[" * 3_000_000,
    "deep records": (b'{"type":"user","sessionId":"s","a":' + b"[" * 900 + b"]" * 900 + b"}") * 800,
    "deep records that never end": (b'{"type":"user","sessionId":"s","a":' + b"[" * 3000) * 500,
    "huge numbers": b'{"type":' + b"9" * 3_000_000 + b"}",
    "many huge numbers": b'{"type":[' + b",".join([b"9" * 4299] * 700) + b"]}",
}


@pytest.mark.parametrize("name", WORST)
def test_no_line_of_megabytes_takes_a_second(name: str) -> None:
    assert hold(WORST[name]) < 1
