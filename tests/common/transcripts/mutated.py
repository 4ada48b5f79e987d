"""Lines with faults: thirteen kinds, on lines of every kind, with a wrong value or any JSON text in any field."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import TYPE_CHECKING

from tests.common.transcripts.test_odd_values import LINES
from tests.common.transcripts.written import answer, call, encoded, said
from tests.transcripts_made.odd_values import places, set_at, with_odd_values

if TYPE_CHECKING:
    from collections.abc import Iterator

BODIES = (
    # numbers: as the standard has them, and as it does not
    b"0", b"-0", b"0.0", b"1E22", b"1e-400", b"1e400", b"-1e400", b"9" * 400, b"0." + b"3" * 400,
    b"18446744073709551616",
    b"-9223372036854775809", b"1.", b".5", b"+1", b"01", b"0x1F", b"1_000", b"1e", b"--1", b"NaN", b"-NaN",
    b"Infinity",
    b"-Infinity", b"1 000", b"\xef\xbc\x91",
    # words
    b"null", b"true", b"false", b"True", b"nul", b"undefined", b"nulll",
    # texts: escapes, what must be escaped, what cannot be decoded
    b'""', b'"a"', b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\ud83d"', b'"\\ude00\\ud83d"', b'"\\u12"', b'"\\x41"',
    b'"\\\'"',
    b'"\t"', b'"\0"', b'"\x1b[2J"', b'"\x7f"', b'"\xc3\xa9"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"',
    b'"\xc0\x80"',
    b'"\xe2\x80\xa8"', b"'a'", b'"a', b'a"', b'"\\"', b'"\\', b'"{\\"type\\":\\"user\\"}"', b'"' + b"x" * 3000 + b'"',
    # arrays and objects: as they should be, and torn
    b"[]", b"[[]]", b"[1,]", b"[,1]", b"[1 2]", b"[1", b"1]", b"[1;2]", b"{}", b'{"":0}', b'{"a":1,"a":2}',
    b'{"a":1,}', b"{a:1}",
    b"{'a':1}", b'{"a" 1}', b'{"a":}', b"{1:1}", b'{"a":1', b'{"a":1}}', b'{"__proto__":{"x":1}}', b'{"type":"user"}',
    b'{"type":"user","sessionId":"s"}', b"[" * 30 + b"]" * 30, b"[" * 250 + b"]" * 250,
    b'{"a":' * 250 + b"1" + b"}" * 250,
    b"[" * 250, b"{},{}", b"[]{}",
    # what stands around values
    b" 1 ", b"\t[\r\n]", b"\xc2\xa01", b"\x0c1", b"\xef\xbb\xbf1", b"/*x*/1", b"1//x", b"#", b"", b",", b":",
    b"\0", b"\xff\xfe1\0",
)  # fmt: skip
"""JSON texts and what is none, by class."""

HOLE = "\u2620"


@cache
def good() -> list[bytes]:
    """Return lines of every kind as they should be."""
    spoken = [said(2, "Text.", call("c1")), answer("c1", 3, [{"type": "text", "text": 'He said "{}".\n'}], {"a": [1]})]
    return [encoded([line])[:-1] for line in (*LINES.values(), *spoken)]


@cache
def wrong() -> list[bytes]:
    """Return the same lines with a wrong value in each of their fields."""
    return [json.dumps(odd).encode() for line in LINES.values() for odd in with_odd_values(line)]


@cache
def holed() -> list[tuple[bytes, bytes]]:
    """Return what stands before and after each field of the same lines."""
    hole = json.dumps(HOLE).encode()
    texts = [json.dumps(set_at(line, place, HOLE)).encode() for line in LINES.values() for place in places(line)]
    return [(before, after) for before, _, after in (text.partition(hole) for text in texts)]


def mutated(rng: random.Random, raw: bytes, other: bytes) -> bytes:
    """Return a line with one of thirteen kinds of fault."""
    at, to = sorted((rng.randrange(len(raw) + 1), rng.randrange(len(raw) + 1)))
    faults = (
        lambda: raw[:at],
        lambda: raw[:at] + other,
        lambda: raw + other,
        lambda: raw[:at] + b"\0" * rng.randrange(1, 700) + raw[at:],
        lambda: raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :],
        lambda: raw[:at] + raw[to:],
        lambda: raw[:to] + raw[at:],
        lambda: rng.choice((b"\xef\xbb\xbf", b"\0", b"\xff\xfe", b"}", b",")) + raw,
        lambda: raw + rng.choice((b"\r", b"\0\0", b" ", b"}", b"]", b",", other[: rng.randrange(len(other))])),
        lambda: raw[:at] + rng.choice(("\u2028", "\x85", "\\ud800", "\\u0000", "\ufeff")).encode() + raw[at:],
        lambda: raw.replace(b":1", b":" + rng.choice((b"NaN", b"1e400", b"9" * 4400, b"-0", b"01")), 1),
        lambda: raw.replace(b":", b":" + rng.choice((b"[" * 250, b'{"a":' * 199, b'"' * 3)), 1),
        lambda: bytes(rng.sample(list(raw), len(raw))),
    )
    return rng.choice(faults)()


def any_line(rng: random.Random) -> bytes:
    """Return a line of one kind, with up to two faults; it holds a newline now and then."""
    kind = rng.random()
    if kind < 0.35:
        raw = rng.choice(good())
    elif kind < 0.65:
        raw = rng.choice(wrong())
    elif kind < 0.95:
        before, after = rng.choice(holed())
        raw = before + rng.choice(BODIES) + after
    else:
        raw = rng.choice(BODIES)
    for chance in (0.7, 0.25):
        if rng.random() < chance:
            raw = mutated(rng, raw or b"{", rng.choice(good()))
    return raw


def any_lines(rng: random.Random, count: int) -> Iterator[bytes]:
    """Yield that many lines."""
    return (any_line(rng) for _ in range(count))
